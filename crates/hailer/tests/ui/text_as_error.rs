use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec};

struct Hello;

impl Command for Hello {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        let name = find().ok_or("nobody is there")?;
        Ok(Reply::text(name))
    }
}

fn find() -> Option<String> {
    None
}

fn main() {}
