//! Named places at which a test makes the bot die, hang or fail.
//!
//! `HAILER_FAILPOINT=NAME`, `NAME:ACTION` or `NAME:ACTION@COUNT` in the environment of a debug build: the process is
//! killed (`kill`, which is also meant when nothing is said), aborted (`abort`), its thread hangs (`hang`) or the call
//! fails (`error`) when the place is reached for the COUNT-th time, the first when left out. A release build has none
//! of it: the functions are empty there and nothing reads the variable.

mod point;

pub use point::{FAILPOINTS, check, hit};
