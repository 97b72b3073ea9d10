use std::sync::Mutex;

use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec};

struct Hello {
    count: Mutex<u32>,
}

impl Command for Hello {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("hello", "greet somebody").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        wait().await;
        Ok(Reply::text(format!("Hello, number {count}!")))
    }
}

async fn wait() {}

fn main() {}
