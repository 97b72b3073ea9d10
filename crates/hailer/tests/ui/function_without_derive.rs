use hailer::{Effect, Reply, Spec, command_fn};

struct HelloArgs {
    name: String,
}

fn main() {
    let spec = Spec::new("hello", "greet somebody").effect(Effect::Read);
    command_fn(spec, |args: HelloArgs, _| async move { Ok(Reply::text(args.name)) });
}
