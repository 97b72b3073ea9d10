use hailer::{Effect, Reply, Spec, command_fn};

fn main() {
    let spec = Spec::new("hello", "greet somebody").effect(Effect::Read);
    command_fn(spec, |_, _| async { Ok(Reply::text("Hello!")) });
}
