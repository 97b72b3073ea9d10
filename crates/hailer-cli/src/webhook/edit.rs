//! hailer.toml, edited in place: comments, order and everything else stay as they are.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

use crate::demo;
use crate::exit::{Exit, Failure};

/// Where tokens are kept, beside the configuration.
pub(super) const SECRETS: &str = "secrets";

/// A configuration file and its text.
pub(super) struct Edited {
    path: PathBuf,
    document: DocumentMut,
}

impl Edited {
    /// Reads the file.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let place = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {place}"))?;
        let document = text.parse().map_err(|_| {
            Failure::new(
                Exit::Config,
                format!("error: {place} is not TOML\n  fix: hailer check --config {place} shows the place"),
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            document,
        })
    }

    /// Returns the table of a webhook.
    pub(super) fn webhook(&mut self, name: &str) -> Result<&mut Table, Failure> {
        let place = self.path.display().to_string();
        let webhooks = self.document.get_mut("webhook");
        let table = webhooks
            .and_then(|it| it.get_mut(name))
            .and_then(Item::as_table_mut);
        table.ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("error: there is no [webhook.{name}] in {place}\n  fix: `hailer webhook list` names them"),
            )
        })
    }

    pub(super) fn has_webhook(&self, name: &str) -> bool {
        let webhooks = self.document.get("webhook");
        webhooks.and_then(|it| it.get(name)).is_some()
    }

    /// Adds a webhook at the end.
    pub(super) fn add(&mut self, name: &str, token: &str, mention: Option<&str>) {
        let mut table = Table::new();
        // What stood last in the file stays before what is added.
        let last = self
            .document
            .trailing()
            .as_str()
            .unwrap_or_default()
            .to_owned();
        self.document.set_trailing("");
        table.decor_mut().set_prefix(format!("{last}\n"));
        table.insert("token", reference(token));
        if let Some(mention) = mention {
            table.insert("mention", mention.into());
        }
        let webhooks = self.document.entry("webhook").or_insert_with(|| {
            let mut all = Table::new();
            all.set_implicit(true);
            Item::Table(all)
        });
        if let Some(webhooks) = webhooks.as_table_mut() {
            table.set_position(isize::MAX.into());
            webhooks.insert(name, Item::Table(table));
        }
    }

    /// Takes a webhook out.
    pub(super) fn remove(&mut self, name: &str) {
        if let Some(webhooks) = self
            .document
            .get_mut("webhook")
            .and_then(Item::as_table_mut)
        {
            webhooks.remove(name);
        }
    }

    /// Writes the file: a new one takes the place of the old, so that nobody ever reads half of it.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let place = self.path.display();
        let fresh = self.path.with_extension("toml.new");
        let write = || -> std::io::Result<()> {
            fs::write(&fresh, self.document.to_string())?;
            fs::set_permissions(&fresh, fs::metadata(&self.path)?.permissions())?;
            fs::rename(&fresh, &self.path)
        };
        write().with_context(|| format!("cannot write {place}"))?;
        Ok(())
    }
}

/// Makes `{ file = "…" }`.
pub(super) fn reference(file: &str) -> Item {
    let mut table = InlineTable::new();
    table.insert("file", file.into());
    Item::Value(Value::InlineTable(table))
}

/// Makes `{ label = "…", file = "…" }`.
pub(super) fn labelled(label: &str, file: &str) -> Item {
    let mut table = InlineTable::new();
    table.insert("label", label.into());
    table.insert("file", file.into());
    Item::Value(Value::InlineTable(table))
}

/// Returns the file that a token comes from, when it is one.
pub(super) fn file_of(token: &Item) -> Option<&str> {
    token.as_table_like()?.get("file")?.as_str()
}

/// Writes a token where only this user reads it; returns its path as the configuration names it.
pub(super) fn keep(config: &Path, file: &str, token: &str) -> Result<String, Failure> {
    let folder = folder_of(config).join(SECRETS);
    demo::make_folder(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.join(file);
    let place = path.display();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&path)
        .and_then(|mut file| writeln!(file, "{token}"));
    match written {
        Ok(()) => Ok(format!("{SECRETS}/{file}")),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::io(format!(
            "error: {place} is there already\n  fix: move it away if no webhook uses it"
        ))),
        Err(error) => Err(Failure::io(format!("error: cannot write {place}: {error}"))),
    }
}

/// Deletes a token's file, when it is one that we wrote; returns whether it did.
pub(super) fn forget(config: &Path, file: &str) -> bool {
    file.starts_with(SECRETS) && fs::remove_file(folder_of(config).join(file)).is_ok()
}

pub(super) fn folder_of(config: &Path) -> &Path {
    config.parent().unwrap_or(Path::new(""))
}
