//! Durable state: messages seen, jobs, locks, later messages, kept texts, and the audit; on SQLite or PostgreSQL.
//!
//! One schema and one set of operations serve both engines. Every call is bounded in time, changes everything or nothing, and says
//! which; see [`StoreError::is_certain`]. After the database was out, calls work again by themselves.
//!
//! ```
//! use hailer_store::{JobFilter, Role, Store, StoreUrl};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let store = Store::open(&StoreUrl::memory(), Role::Server).await?;
//! assert!(store.jobs(&JobFilter::default()).await?.items.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admission;
mod audit;
mod claim;
mod copying;
mod engine;
mod error;
mod hold;
mod id;
mod job;
mod key;
mod operation;
mod outbox;
mod record;
mod request;
mod retention;
mod schema;
mod session;
mod sighting;
mod state;
mod store;
mod text;
mod url;
mod verify;

pub use admission::{Admission, Admitted, Adopted, Caller, Cancelled, MessageKey, Retried, Start};
pub use audit::{
    AuditCursor, AuditEntry, AuditFilter, AuditPage, AuditRow, ChainHead, ChainReport, Finding,
    InvalidCursor,
};
pub use claim::{ClaimLimits, ComposeFollowUp, Fate, Held, RecoverPolicy, Recovered, Renewed};
pub use copying::{Copied, CopyError};
pub use error::{DatabaseError, OpenError, StoreError};
pub use hold::{Force, HeldName, Hold, Holding, JobLock, NewHold, Released};
pub use id::{BootId, InvalidId, JobId, TextId};
pub use job::{
    CancelRequest, Claimed, Ending, Exit, Fence, Job, JobFilter, NewJob, Output, Page, Person,
    ProcessIdentity, Progress,
};
pub use key::{KeySeen, KeyUse};
pub use outbox::{NewPost, Post, PostQuery};
pub use record::{Expected, LeaseRequest, NewRecord, Record, RecordFilter};
pub use request::{
    AreEnough, Ballot, ComposeExpired, Glass, NewRequest, Request, Reviewed, Stage, Vote, Voted,
};
pub use retention::{Pruned, Retention};
pub use sighting::Sighting;
pub use state::{DidStart, Effect, JobState};
pub use store::{Role, Store};
pub use text::{KeptText, NewText};
pub use url::{InvalidUrl, StoreUrl};
