use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec};

struct Hello;

impl Command for Hello {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        Ok(Reply::text("Hello!"))
    }
}

fn main() {}
