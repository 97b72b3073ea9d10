use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec, clap};

#[derive(clap::Args)]
struct HelloArgs {
    /// Who to greet.
    name: String,
}

struct Hello;

impl Command for Hello {
    type Args = HelloArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        Ok(Reply::text("Hello!"))
    }
}

fn main() {}
