use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec};

struct Hello;

impl Command for Hello {
    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        Ok(Reply::text("Hello!"))
    }
}

fn main() {}
