//! The bare server: what answering a signed activity costs at the least.
//!
//! It verifies and parses with the same functions as Hailer, so that the difference is what Hailer adds. The
//! benchmark runs itself as this server, in a process of its own.

use std::io::{Write, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use hailer::{Activity, HmacKey, verify};
use serde_json::json;

use crate::process::{Started, line_of, spawn};
use crate::request::team;

/// Serves until the process is killed; the first line of its output is its address.
pub(crate) fn serve() -> anyhow::Result<()> {
    let keys = vec![team(0)?.key];
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start a runtime")?;
    runtime.block_on(async {
        let server = HttpServer::new(move || {
            let keys = keys.clone();
            App::new().default_service(web::to(move |request: HttpRequest, body: web::Bytes| {
                let response = respond(&keys, request.headers(), body);
                async move { response }
            }))
        })
        .workers(workers)
        .tcp_nodelay(true)
        .bind((Ipv4Addr::LOCALHOST, 0))
        .context("cannot listen")?;
        for address in server.addrs() {
            writeln!(stdout(), "{address}").context("cannot say the address")?;
        }
        server.run().await.context("cannot serve")
    })
}

fn respond(keys: &[HmacKey], headers: &HeaderMap, body: web::Bytes) -> HttpResponse {
    let header = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let Ok(verified) = verify(keys, header, body) else {
        return HttpResponse::Unauthorized().finish();
    };
    let Ok(activity) = Activity::parse(&verified) else {
        return HttpResponse::BadRequest().finish();
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
        .body(json!({ "type": "message", "text": activity.text }).to_string())
}

/// Starts the server in a process of its own.
pub(crate) fn start() -> anyhow::Result<Started> {
    let this = std::env::current_exe().context("cannot find the benchmark's own file")?;
    let mut command = Command::new(this);
    command.arg("--bare-server").stderr(Stdio::null());
    let (process, lines) = spawn(&mut command)?;
    let address: SocketAddr = line_of(&lines, "", "")?
        .parse()
        .context("the bare server's address cannot be read")?;
    Ok(Started {
        process,
        address,
        probe: address,
    })
}
