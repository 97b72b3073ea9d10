//! Secrets: the configuration says where they are, never what they are.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::code;
use super::outline::Content;
use super::problem::{Location, Problem};
use super::reading::Reading;
use super::report::shown;
use super::scalar::{self, Complaint, Wanted};
use super::tree::{Node, Value};

/// The folder in which systemd puts credentials.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// No secret is longer; a reference to a device must not fill the memory.
const SIZE_LIMIT: u64 = 64 * 1024;

/// The three ways to refer to a secret.
pub(super) const FORMS: &str =
    "{ env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }";

/// A secret that was read from where the configuration says it is.
///
/// `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    place: Place,
}

/// Where a secret was read.
#[derive(Clone, PartialEq, Eq)]
enum Place {
    Variable(String),
    File(PathBuf),
}

/// A value that refers to a secret.
pub(super) struct Reference<'a> {
    pub(super) reading: &'a Reading,
    pub(super) node: &'a Node,
    pub(super) path: Vec<String>,
    /// What the secret is, in messages.
    pub(super) subject: String,
}

/// Where the configuration says that a secret is.
pub(super) enum Target {
    Variable(String),
    File(PathBuf),
    Credential(PathBuf),
}

impl Secret {
    /// Returns the secret without the white space round it.
    pub fn expose(&self) -> &str {
        self.text.trim()
    }

    /// Returns the file that it was read from, if it was one.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Variable(_) => None,
            Place::File(path) => Some(path),
        }
    }

    pub(super) fn location(&self) -> Location {
        match &self.place {
            Place::Variable(name) => Location::Variable { name: name.clone() },
            Place::File(path) => file(path),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

impl Reference<'_> {
    /// Reads the secret.
    pub(super) fn read(&self) -> Option<Secret> {
        let subject = &self.subject;
        let outcome = match self.target()? {
            Target::Variable(name) => self.read_variable(name),
            Target::File(path) => {
                self.warn_if_open(&path);
                self.read_file(path)
            }
            // systemd guards the folder and shows its access list as the bits of the group
            Target::Credential(path) => self.read_file(path),
        };
        match outcome {
            Ok(secret) if secret.expose().is_empty() => {
                let problem = Problem::error(code::SECRET_NOT_SET, format!("{subject} is empty"))
                    .at(secret.location())
                    .with_help("fix: write the secret there");
                self.reading.note_elsewhere(&self.node.origin, problem);
                None
            }
            Ok(secret) => {
                self.reading
                    .consult(&self.path, Content::secret(secret.expose()));
                Some(secret)
            }
            Err(complaint) => self.refuse(complaint),
        }
    }

    /// Reads where the secret is.
    pub(super) fn target(&self) -> Option<Target> {
        let Value::Table(table) = &self.node.value else {
            return self.refuse(self.not_a_reference());
        };
        self.reading.open(&self.path);
        let mut written = Vec::new();
        for form in ["env", "file", "credential"] {
            self.reading.know(&self.path, form);
            written.extend(table.get(form));
        }
        let [form] = written.as_slice() else {
            return self.refuse(self.not_one_place(written.len()));
        };
        let wanted = Wanted {
            key: &form.key,
            kind: "a string",
            help: "put it in quotes",
        };
        match scalar::string(&wanted, &form.node) {
            Ok(name) if name.trim().is_empty() => self.refuse(self.not_one_place(0)),
            Ok(name) => self.target_of(&form.key, name),
            Err(complaint) => {
                self.reading.note(&form.node.origin, complaint.into());
                None
            }
        }
    }

    /// Warns when others than the owner can read the file.
    #[cfg(unix)]
    pub(super) fn warn_if_open(&self, path: &Path) {
        use std::os::unix::fs::MetadataExt;

        /// The bits that let the group and all others read.
        const READ_BY_OTHERS: u32 = 0o044;

        let is_open = path
            .metadata()
            .is_ok_and(|it| it.is_file() && it.mode() & READ_BY_OTHERS != 0);
        if is_open {
            let text = format!(
                "{} can be read by other users of this computer",
                self.subject
            );
            let help = format!("fix: chmod 600 {}", path.display());
            let problem = Problem::warning(code::SECRET_FILE_OPEN, text)
                .at(file(path))
                .with_help(help);
            self.reading.note_elsewhere(&self.node.origin, problem);
        }
    }

    /// Elsewhere there are no such bits.
    #[cfg(not(unix))]
    pub(super) fn warn_if_open(&self, _: &Path) {}

    fn target_of(&self, form: &str, name: String) -> Option<Target> {
        match form {
            "env" => Some(Target::Variable(name)),
            "file" => Some(Target::File(self.reading.source().resolve(&name))),
            _ => match self.reading.environment().get(CREDENTIALS_DIRECTORY) {
                Some(directory) => Some(Target::Credential(Path::new(directory).join(name))),
                None => self.refuse(self.no_credentials(&name)),
            },
        }
    }

    fn read_variable(&self, name: String) -> Result<Secret, Complaint> {
        if let Some(text) = self.reading.environment().get(&name) {
            return Ok(Secret {
                text: text.to_owned(),
                place: Place::Variable(name),
            });
        }
        let subject = &self.subject;
        let text = format!(
            "{subject}: environment variable {} is not set",
            shown(&name)
        );
        let help = "fix: systemctl edit hailer → Environment=…, or use { file = \"…\" }";
        Err(Complaint::new(code::SECRET_NOT_SET, text, help))
    }

    fn read_file(&self, path: PathBuf) -> Result<Secret, Complaint> {
        self.reading.note_file(&path);
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(SIZE_LIMIT).read_to_end(&mut bytes))
            .map_err(|error| unreadable(&self.subject, &path, &error))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let text = format!("{}: {} is not text", self.subject, path.display());
            let help = "fix: write it there as it was shown";
            Complaint::new(code::TOKEN_DAMAGED, text, help)
        })?;
        Ok(Secret {
            text,
            place: Place::File(path),
        })
    }

    fn refuse<T>(&self, complaint: Complaint) -> Option<T> {
        self.reading.note(&self.node.origin, complaint.into());
        None
    }

    fn not_a_reference(&self) -> Complaint {
        let subject = &self.subject;
        let help = format!("fix: write one of {FORMS}");
        if self.node.as_text().is_some() {
            let text =
                format!("{subject} is written into the configuration, where others can read it");
            return Complaint::new(code::SECRET_IN_PLAIN, text, help);
        }
        let found = self.node.type_name();
        let text = format!("{subject} should be a reference to a secret, found {found}");
        Complaint::new(code::WRONG_TYPE, text, help)
    }

    fn not_one_place(&self, count: usize) -> Complaint {
        let subject = &self.subject;
        let text = match count {
            0 => format!("{subject} names no place to read it from"),
            _ => format!("{subject} names more than one place to read it from"),
        };
        let help = format!("fix: write one of {FORMS}");
        Complaint::new(code::SECRET_REFERENCE, text, help)
    }

    fn no_credentials(&self, name: &str) -> Complaint {
        let subject = &self.subject;
        let name = shown(name);
        let text =
            format!("{subject}: there are no credentials, {CREDENTIALS_DIRECTORY} is not set");
        let help = format!(
            "fix: LoadCredential={name}:/path/to/{name} in the unit file, or use {{ file = \"…\" }}"
        );
        Complaint::new(code::SECRET_NOT_SET, text, help)
    }
}

/// Says why a file that a key names cannot be used.
pub(super) fn unreadable(subject: &str, path: &Path, error: &io::Error) -> Complaint {
    let path = path.display();
    let (text, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            format!("{subject}: file {path} does not exist"),
            "fix: create it, or correct the path; relative ones start at the folder of this file",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("{subject}: file {path} cannot be read: permission denied"),
            "fix: let the user that runs the bot read it, and nobody else",
        ),
        io::ErrorKind::IsADirectory => (
            format!("{subject}: {path} is a folder"),
            "fix: name the file in it",
        ),
        _ => (
            format!("{subject}: file {path} cannot be read: {error}"),
            "",
        ),
    };
    Complaint::new(code::KEY_FILE_UNREADABLE, text, help)
}

fn file(path: &Path) -> Location {
    Location::File {
        path: path.display().to_string(),
    }
}
