use hailer::testing::TestBot;
use hailer::{CommandResult, Invocation, Module, NoArgs, Reply};

async fn hello(_: NoArgs, _: Invocation) -> CommandResult {
    Ok(Reply::text("Hello!"))
}

fn main() {
    let _ = Module::new("Greetings").command(hello);
    let _ = TestBot::new().command(Module::new("Greetings"));
}
