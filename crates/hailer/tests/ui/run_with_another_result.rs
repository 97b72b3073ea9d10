use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Spec};

struct Hello;

impl Command for Hello {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<String, CommandError> {
        Ok("Hello!".to_owned())
    }
}

fn main() {}
