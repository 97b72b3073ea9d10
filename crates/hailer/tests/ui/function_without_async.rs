use hailer::{CommandResult, Effect, Invocation, NoArgs, Reply, Spec, command_fn};

fn hello(_: NoArgs, _: Invocation) -> CommandResult {
    Ok(Reply::text("Hello!"))
}

fn main() {
    let spec = Spec::new("hello", "greet somebody").effect(Effect::Read);
    command_fn(spec, hello);
}
