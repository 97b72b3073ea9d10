use hailer::{Effect, NoArgs, Reply, Spec, command_fn};

fn main() {
    let spec = Spec::new("hello", "greet somebody").effect(Effect::Read);
    command_fn(spec, |_: NoArgs| async { Ok(Reply::text("Hello!")) });
}
