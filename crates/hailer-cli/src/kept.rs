//! The store of a configuration, for verbs that look into it beside the bot.

use std::future::Future;

use anyhow::Context;
use hailer::Config;
use hailer_store::{Role, Store, StoreUrl};

use crate::exit::{Exit, Failure};

/// Returns where the store is; `lack` ends the sentence "this bot keeps …" when there is none.
pub(crate) fn place(config: &Config, lack: &str) -> Result<StoreUrl, Failure> {
    config.store.clone().ok_or_else(|| {
        let text = format!("error: this bot keeps {lack}\n  fix: set url in [store]");
        Failure::new(Exit::Config, text)
    })
}

/// Opens a store without taking anything of its bot.
pub(crate) async fn open(url: &StoreUrl) -> anyhow::Result<Store> {
    let store = Store::open(url, Role::Tool).await;
    store.with_context(|| format!("cannot open {url}"))
}

/// Runs what needs a runtime.
pub(crate) fn block_on(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    runtime.block_on(work)
}
