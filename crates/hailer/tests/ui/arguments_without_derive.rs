use hailer::{Command, CommandResult, Effect, Invocation, Reply, Spec};

struct HelloArgs {
    name: String,
}

struct Hello;

impl Command for Hello {
    type Args = HelloArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, args: HelloArgs, _: Invocation) -> CommandResult {
        Ok(Reply::text(args.name))
    }
}

fn main() {}
