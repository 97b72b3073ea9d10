//! What an approval of a script is bound to besides its words: the program's bytes, and what it is started with.
//!
//! The file is read when somebody asks, says yes, and when the job starts. Between the last of these and the start a file can
//! still be exchanged by whoever may write it: that is a person whom the system trusts with the program.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::script::config::{Executable, Script, Work};

/// More of a file is not read: an interpreter can be large, and its script is a file of its own.
const MOST: u64 = 16 << 20;

/// Returns a text that changes when the script does something else.
pub(super) fn version(script: &Script) -> String {
    match &script.work {
        Work::Program(executable) => of_program(executable, &script.secrets),
        Work::Service(service) => format!("{service:?}"),
    }
}

fn of_program(executable: &Executable, secrets: &[String]) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(executable.program.as_os_str().as_encoded_bytes());
    part(&digest_of(&executable.program));
    for word in &executable.words {
        part(format!("{word:?}").as_bytes());
        // `sh /opt/ops/restart.sh`: the script is a word.
        for literal in word.expand(&[]) {
            if literal.starts_with('/') {
                part(&digest_of(Path::new(&literal)));
            }
        }
    }
    for (name, value) in &executable.environment {
        part(name.as_bytes());
        // A hash of a weak secret would tell it.
        let is_secret = secrets.iter().any(|secret| secret == value);
        part(if is_secret {
            b"secret"
        } else {
            value.as_bytes()
        });
    }
    part(format!("{:?} {:?}", executable.directory, executable.run_as).as_bytes());
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the hash of a file; nothing of one that is none, or cannot be read, which is a state of its own.
fn digest_of(path: &Path) -> Vec<u8> {
    let is_file = path.metadata().is_ok_and(|it| it.is_file());
    if !is_file {
        return Vec::new();
    }
    let Ok(file) = File::open(path) else {
        return Vec::new();
    };
    let mut hash = Sha256::new();
    let mut file = file.take(MOST);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_changes_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("restart.sh");
        fs::write(&path, "restart").unwrap();
        let before = digest_of(&path);

        fs::write(&path, "restart --force").unwrap();

        assert_ne!(digest_of(&path), before);
        assert!(digest_of(&folder.path().join("none")).is_empty());
    }
}
