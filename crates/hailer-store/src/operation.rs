//! What the store does, each a function over a session, written once for both engines.

mod admit;
mod adopt;
mod audit;
mod audit_read;
mod cancel;
mod claim;
mod copy;
mod finish;
mod glass;
mod hold;
mod key;
mod listing;
mod message;
mod outbox;
mod ping;
mod prune;
mod record;
mod recover;
mod request;
mod retry;
mod row;
mod running;
mod text;

pub(crate) use admit::{admit, admit_together};
pub(crate) use adopt::adopt;
pub(crate) use audit::{row_fields, row_hash};
pub(crate) use audit_read::{
    add as add_audit, chains as audit_chains, end as audit_end, heads as audit_heads,
    list as list_audit, rows_after as audit_rows_after,
};
pub(crate) use cancel::cancel;
pub(crate) use claim::{claim, put_back};
pub(crate) use copy::{
    Rows, TABLES, Table, Target, begin as begin_copy, complete as complete_copy,
    count as count_rows, is_half_copied, is_served, put_rows, rows_after, store_id,
};
pub(crate) use finish::finish;
pub(crate) use glass::{break_glass, broken_glass, glasses, mend_glass, review_glass};
pub(crate) use hold::{hold, holds, job_locks, release};
pub(crate) use key::{key_uses, note_key};
pub(crate) use listing::{counts, job, jobs};
pub(crate) use outbox::{
    Sending, next as next_post, put as put_post, settle as settle_post, waiting as posts_waiting,
};
pub(crate) use ping::ping;
pub(crate) use prune::{prune, said_dropped};
pub(crate) use record::{
    delete as delete_record, get as get_record, lease, list as list_records, put as put_record,
    put_and_post as put_record_and_post, release as release_lease,
};
pub(crate) use recover::recover;
pub(crate) use request::{approve, confirm, deny, expire, request, requests};
pub(crate) use retry::retry;
pub(crate) use running::{keep_output, postpone, progress, renew, started};
pub(crate) use text::{keep as keep_text, text};
