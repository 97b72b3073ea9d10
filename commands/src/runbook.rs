//! `runbook`: what to do when something happens, step by step, with marks at what is done.

mod book;
mod marks;
mod search;
mod shelf;
#[cfg(test)]
mod tests;
mod words;

use hailer::{
    Command, CommandError, Draft, Effect, HttpsUrl, Invocation, Module, ModuleState, NoArgs, Reply,
    Spec, clap, command_fn, known,
};

pub use shelf::Shelf;

use book::Book;
use marks::Marks;

/// Where runbooks are, and where people read the whole of one.
#[derive(Debug, Clone)]
pub struct Runbooks {
    shelf: Shelf,
    source: Option<String>,
    state: ModuleState,
}

impl Runbooks {
    /// Takes runbooks; behind `source` the name of one and `.md` lead to its page.
    pub fn new(shelf: Shelf, source: Option<String>) -> Self {
        Self {
            shelf,
            source,
            state: ModuleState::new("runbook"),
        }
    }

    async fn find(&self, typed: &str) -> Result<Book, CommandError> {
        let mut books = self.shelf.books().await?;
        // What people type of `db/failover` may be `failover`.
        let lower = typed.to_lowercase();
        let ends = |book: &Book| book.name.to_lowercase().rsplit('/').next() == Some(&lower);
        let name = if books.iter().filter(|it| ends(it)).count() == 1 {
            books.iter().find(|it| ends(it)).map(|it| it.name.clone())
        } else {
            None
        };
        let name = match name {
            Some(name) => name,
            None => known("runbook", typed, books.iter().map(|it| it.name.as_str()))?.to_owned(),
        };
        let at = books.iter().position(|it| it.name == name);
        at.map(|at| books.swap_remove(at))
            .ok_or_else(|| CommandError::told("It is gone."))
    }

    fn page(&self, book: &Book) -> Option<HttpsUrl> {
        let source = self.source.as_ref()?;
        let page = format!("{}/{}.md", source.trim_end_matches('/'), book.name);
        page.parse().ok()
    }
}

/// Reads `[runbook]`; problems are noted in the draft.
pub fn read(draft: &Draft) -> Option<Runbooks> {
    let section = draft.section("runbook");
    if !section.is_present() {
        return None;
    }
    let folder = section.path("folder");
    let source = section.string("source");
    if source
        .as_ref()
        .is_some_and(|it| it.parse::<HttpsUrl>().is_err())
    {
        section.reject(
            "source",
            "this is no https address, to which a button could lead",
            "fix: source = \"https://git.example.com/ops/runbooks/blob/main\"",
        );
    }
    let Some(folder) = folder else {
        section.reject(
            "folder",
            "there is no `folder`: where the runbooks are, as Markdown",
            "fix: folder = \"runbooks\"; or \"sample\", to try it with two of ours",
        );
        return None;
    };
    let is_sample = section.string("folder").as_deref() == Some("sample") && !folder.exists();
    if !is_sample && !folder.is_dir() {
        section.reject(
            "folder",
            "there is no such folder",
            "fix: make it, or correct the path; \"sample\" tries it with two of ours",
        );
    }
    let shelf = if is_sample {
        Shelf::Sample
    } else {
        Shelf::Folder(folder)
    };
    Some(Runbooks::new(shelf, source))
}

/// Makes the module; without runbooks it has no commands.
pub fn module(runbooks: Option<Runbooks>) -> Module {
    let module = Module::new("Runbooks");
    let Some(runbooks) = runbooks else {
        return module;
    };
    module
        .command(list(&runbooks))
        .command(search_for(&runbooks))
        .command(show(&runbooks))
        .command(mark(&runbooks, true))
        .command(mark(&runbooks, false))
        .command(reset(&runbooks))
        .state(runbooks.state)
}

fn list(runbooks: &Runbooks) -> impl Command {
    let runbooks = runbooks.clone();
    let spec = Spec::new("runbooks", "all runbooks by name")
        .effect(Effect::Read)
        .example("runbooks", "what there is to do, and when");
    command_fn(spec, move |_: NoArgs, _: Invocation| {
        let runbooks = runbooks.clone();
        async move { Ok(words::all(&runbooks.shelf.books().await?)) }
    })
}

/// What `runbook search` takes.
#[derive(Debug, clap::Args)]
struct SearchArgs {
    /// Words that it has, or their beginnings
    words: String,
}

fn search_for(runbooks: &Runbooks) -> impl Command {
    let runbooks = runbooks.clone();
    let spec = Spec::new("runbook search", "find a runbook by words in it")
        .effect(Effect::Read)
        .rest_of_message("words")
        .example("runbook search slow database", "those that have both words");
    command_fn(spec, move |args: SearchArgs, invocation: Invocation| {
        let runbooks = runbooks.clone();
        async move {
            let books = runbooks.shelf.books().await?;
            let found = search::search(&books, &args.words);
            Ok(words::found(&found, args.words.trim(), invocation.bot()))
        }
    })
}

/// What `runbook show` takes.
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The name of a runbook
    name: String,
    /// The number of a step; the next to do when left out
    step: Option<usize>,
}

fn show(runbooks: &Runbooks) -> impl Command {
    let runbooks = runbooks.clone();
    let spec = Spec::new(
        "runbook show",
        "the steps of a runbook, and the next one in full",
    )
    .effect(Effect::Read)
    .alias("runbook")
    .example(
        "runbook show database-is-slow",
        "what is done, and what is next",
    )
    .example("runbook show database-is-slow 3", "all of the third step");
    command_fn(spec, move |args: ShowArgs, invocation: Invocation| {
        let runbooks = runbooks.clone();
        async move {
            let book = runbooks.find(&args.name).await?;
            let wanted = args.step.map(|it| at(&book, it)).transpose()?;
            let marks = Marks::of(&book, &runbooks.state, &invocation).await?;
            let page = runbooks.page(&book);
            Ok(words::book(&book, &marks, wanted, page.as_ref()))
        }
    })
}

/// What `runbook done` and `runbook undo` take.
#[derive(Debug, clap::Args)]
struct MarkArgs {
    /// The name of a runbook
    name: String,
    /// The number of a step
    step: usize,
}

fn mark(runbooks: &Runbooks, is_done: bool) -> impl Command {
    let runbooks = runbooks.clone();
    let spec = if is_done {
        Spec::new("runbook done", "mark a step, and see the next").example(
            "runbook done database-is-slow 1",
            "everybody in the channel sees it",
        )
    } else {
        Spec::new("runbook undo", "take the mark of a step away")
            .example("runbook undo database-is-slow 1", "it is to be done again")
    };
    let spec = spec.effect(Effect::Write).despite_holds();
    command_fn(spec, move |args: MarkArgs, invocation: Invocation| {
        let runbooks = runbooks.clone();
        async move {
            let book = runbooks.find(&args.name).await?;
            let title = match book.steps.get(at(&book, args.step)?) {
                Some(step) => step.title.clone(),
                None => return Err(CommandError::told("There is no such step.")),
            };
            let change = (title.as_str(), is_done);
            let marks = Marks::mark(&book, &runbooks.state, &invocation, change).await?;
            Ok(if is_done {
                words::marked(&book, &marks, args.step, invocation.bot())
            } else {
                Reply::text(format!(
                    "Step {} of {} is to be done.",
                    args.step, book.name
                ))
            })
        }
    })
}

/// What `runbook reset` takes.
#[derive(Debug, clap::Args)]
struct ResetArgs {
    /// The name of a runbook
    name: String,
}

fn reset(runbooks: &Runbooks) -> impl Command {
    let runbooks = runbooks.clone();
    let spec = Spec::new("runbook reset", "begin a runbook anew")
        .effect(Effect::Write)
        .despite_holds()
        .example("runbook reset database-is-slow", "no step is done");
    command_fn(spec, move |args: ResetArgs, invocation: Invocation| {
        let runbooks = runbooks.clone();
        async move {
            let book = runbooks.find(&args.name).await?;
            let had = Marks::clear(&book, &runbooks.state, &invocation).await?;
            let name = &book.name;
            Ok(Reply::text(if had {
                format!("No step of {name} is done.")
            } else {
                format!("No step of {name} was done here.")
            }))
        }
    })
}

/// Returns where a step stands whose number somebody typed.
fn at(book: &Book, number: usize) -> Result<usize, CommandError> {
    let count = book.steps.len();
    let found = number.checked_sub(1).filter(|it| *it < count);
    found.ok_or_else(|| {
        CommandError::told(match count {
            0 => format!("{} has no steps.", book.name),
            1 => format!("{} has one step.", book.name),
            _ => format!("{} has the steps 1 to {count}.", book.name),
        })
    })
}
