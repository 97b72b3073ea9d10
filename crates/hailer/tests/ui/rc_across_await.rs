use std::rc::Rc;

use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec};

struct Hello;

impl Command for Hello {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        let name = Rc::new("Mira".to_owned());
        wait().await;
        Ok(Reply::text(name.as_str()))
    }
}

async fn wait() {}

fn main() {}
