//! Syslog as RFC 5424 writes it, in datagrams: over the socket of this machine, or UDP.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hailer_store::AuditRow;
use tokio::net::UdpSocket;
#[cfg(unix)]
use tokio::net::UnixDatagram;

use crate::audit_json::audit_json;
use crate::config::SyslogAddress;

/// Facility 10 (security), severity 5 (notice).
const PRIORITY: u8 = 10 * 8 + 5;

/// A syslog that does not take a datagram in this time is out.
const PATIENCE: Duration = Duration::from_secs(2);

/// More than this some syslogs cut off in the middle of a letter.
const LARGEST: usize = 8 * 1024;

/// The byte order mark says that a message is UTF-8.
const UTF8: &str = "\u{feff}";

/// A syslog.
pub(super) struct SyslogSink {
    to: SyslogAddress,
    host: String,
    open: Option<Socket>,
}

enum Socket {
    #[cfg(unix)]
    Unix(UnixDatagram),
    Udp(UdpSocket),
}

impl SyslogSink {
    pub(super) fn new(to: SyslogAddress) -> Self {
        Self {
            to,
            host: host(),
            open: None,
        }
    }

    /// Sends rows, one a datagram.
    pub(super) async fn send(&mut self, rows: &[AuditRow]) -> io::Result<()> {
        for row in rows {
            let message = write(row, &self.host);
            let sending = self.send_one(message.as_bytes());
            let sent = tokio::time::timeout(PATIENCE, sending).await;
            if let Err(error) = sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                // Whoever listens may have been started anew.
                self.open = None;
                return Err(error);
            }
        }
        Ok(())
    }

    async fn send_one(&mut self, message: &[u8]) -> io::Result<()> {
        let socket = match &mut self.open {
            Some(socket) => socket,
            empty => empty.insert(connect(&self.to).await?),
        };
        match socket {
            #[cfg(unix)]
            Socket::Unix(socket) => socket.send(message).await,
            Socket::Udp(socket) => socket.send(message).await,
        }
        .map(drop)
    }
}

async fn connect(to: &SyslogAddress) -> io::Result<Socket> {
    match to {
        #[cfg(unix)]
        SyslogAddress::Unix(path) => {
            let socket = UnixDatagram::unbound()?;
            socket.connect(path)?;
            Ok(Socket::Unix(socket))
        }
        #[cfg(not(unix))]
        SyslogAddress::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        SyslogAddress::Udp(address) => {
            let any: SocketAddr = match address {
                SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
                SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
            };
            let socket = UdpSocket::bind(any).await?;
            socket.connect(address).await?;
            Ok(Socket::Udp(socket))
        }
    }
}

/// Writes a row as a syslog message. One that is too long loses its longest parts, never its proof.
fn write(row: &AuditRow, host: &str) -> String {
    let mut json = audit_json(row);
    let too_long = |json: &serde_json::Value| json.to_string().len() > LARGEST;
    if too_long(&json)
        && let Some(fields) = json.as_object_mut()
    {
        for name in ["arguments", "detail"] {
            fields.insert(name.to_owned(), "(too long)".into());
        }
    }
    let at = json.get("at").and_then(|it| it.as_str()).unwrap_or("-");
    let event: String = row
        .entry
        .event
        .chars()
        .filter(char::is_ascii_graphic)
        .take(32)
        .collect();
    let event = if event.is_empty() { "-" } else { &event };
    let process = std::process::id();
    format!("<{PRIORITY}>1 {at} {host} hailer {process} {event} - {UTF8}{json}")
}

fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name: String = name
        .chars()
        .filter(char::is_ascii_graphic)
        .take(255)
        .collect();
    if name.is_empty() {
        "-".to_owned()
    } else {
        name
    }
}
