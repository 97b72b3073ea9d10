//! `news`: what the configuration has to say.

use hailer::{Command, CommandError, Draft, Effect, Invocation, Module, NoArgs, Reply, Spec};

/// Reads `[news]`.
pub(crate) fn read(draft: &Draft) -> Option<String> {
    draft.section("news").string("text")
}

/// Makes the module.
pub(crate) fn module(text: Option<String>) -> Module {
    let text = text.unwrap_or_else(|| "No news.".to_owned());
    Module::new("News").command(News { text })
}

/// Says the news.
#[derive(Debug)]
struct News {
    text: String,
}

impl Command for News {
    type Args = NoArgs;

    fn spec(&self) -> Spec {
        Spec::new("news", "Say what is new")
            .effect(Effect::Read)
            .example("news", "says what is new")
    }

    async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> {
        Ok(Reply::text(self.text.as_str()))
    }
}
