use std::cell::Cell;

use hailer::{Command, CommandResult, Effect, Invocation, NoArgs, Reply, Spec};

struct Count {
    calls: Cell<u32>,
}

impl Command for Count {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("count", "count the calls").effect(Effect::Read)
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> CommandResult {
        self.calls.set(self.calls.get() + 1);
        Ok(Reply::text(self.calls.get().to_string()))
    }
}

fn main() {}
