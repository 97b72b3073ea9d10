//! The service of `docs/how-to/services.md`, run as its reader would run it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::command_line::hailer;
use crate::http::exchange;
use crate::teams::TOKEN;

/// Returns the first block of the page in a language.
fn block<'p>(page: &'p str, language: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// The service, which ends with the test.
struct Running {
    child: Child,
    port: u16,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new("python3")
            .args(["service.py", "0", "deploy.secret"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Self { child, port }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_service_of_the_guide_does_what_the_guide_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/how-to/services.md");
    let page = fs::read_to_string(page).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("service.py", block(&page, "python"));
    write("deploy.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    let service = Running::start(folder.path());
    let port = service.port.to_string();
    let toml = block(&page, "toml").replace("8080", &port);
    write(
        "hailer.toml",
        &format!(
            "[webhook.ops]\ntoken = {{ env = \"TOKEN\" }}\n[permissions]\ndefault = \"allow\"\n{toml}"
        ),
    );
    let run = |words: &[&str]| {
        hailer(words)
            .folder(folder.path())
            .variable("TOKEN", TOKEN)
            .run()
    };

    let shipped = run(&["send", "deploy api"]);
    let refused = run(&["send", "deploy web"]);
    let tried = run(&["script", "test", "deploy", "--", "api"]);
    write("deploy.secret", "whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    let unsigned = run(&["send", "deploy api"]);

    assert!(
        shipped.out.contains("api is shipped, Mira Novak."),
        "{shipped:?}"
    );
    assert!(
        refused.out.contains("web is frozen until Monday"),
        "{refused:?}"
    );
    assert!(
        tried
            .out
            .contains(&format!("POST http://127.0.0.1:{port}/…")),
        "{tried:?}"
    );
    assert!(tried.out.contains("api is shipped, somebody."), "{tried:?}");
    assert!(
        unsigned.out.contains("does not accept my signature (401)"),
        "{unsigned:?}"
    );
    let request =
        b"POST /deploy HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let address = ([127, 0, 0, 1], service.port).into();
    assert_eq!(exchange(address, request.to_vec()).await.status, 401);
}
