//! A real nginx before the bot, on a free port of this computer.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::certificates::Issued;
use crate::http::PATIENCE;

/// A running nginx; it is killed when dropped.
pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

/// Another program may take a port between our look and nginx' start.
const TRIES: usize = 5;

impl Nginx {
    /// Starts it with a certificate; `location` is what stands in `location / { … }`.
    pub(crate) fn start(issued: &Issued, location: &str) -> Self {
        (0..TRIES)
            .find_map(|_| Self::try_start(issued, location))
            .expect("nginx does not start; `tests/run` installs it")
    }

    fn try_start(issued: &Issued, location: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("chain.pem"), &issued.chain).unwrap();
        fs::write(folder.path().join("key.pem"), &issued.key).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let config = folder.path().join("nginx.conf");
        fs::write(&config, configuration(address, location)).unwrap();
        let child = Command::new(program())
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut nginx = Self {
            address,
            child,
            _folder: folder,
        };
        nginx.is_reachable().then_some(nginx)
    }

    /// Waits until it takes connections or ends.
    fn is_reachable(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::yield_now();
        }
        false
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> &'static str {
    let usual = "/usr/sbin/nginx";
    if Path::new(usual).exists() {
        usual
    } else {
        "nginx"
    }
}

/// One process in the foreground, with all its files in its own folder.
fn configuration(address: SocketAddr, location: &str) -> String {
    format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {{}}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    client_body_buffer_size 256k;
    server {{
        listen {address} ssl;
        ssl_certificate chain.pem;
        ssl_certificate_key key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{
            {location}
        }}
    }}
}}
"
    )
}
