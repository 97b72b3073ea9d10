//! Keeping the memory and the environment of this process from programs of the same user.

use std::io;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// Keeps other processes of the same user from reading this one's memory and its environment in `/proc`, where secrets
/// are, and keeps the kernel from writing them into a core file. Debuggers of that user are kept out, too; root is not.
///
/// # Errors
///
/// The kernel refuses, which Linux does not.
pub fn keep_private() -> io::Result<()> {
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

#[cfg(test)]
mod tests {
    use rustix::process::dumpable_behavior;

    use super::*;

    #[test]
    fn a_private_process_cannot_be_read() {
        keep_private().unwrap();

        let behavior = dumpable_behavior().unwrap();
        assert!(matches!(behavior, DumpableBehavior::NotDumpable));
    }
}
