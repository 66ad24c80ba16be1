//! `/metrics`, `/livez` and `/readyz`, for whoever is on this computer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::limits::{METRICS_ANSWERED_WITHIN, METRICS_CONNECTIONS_MAX};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

use crate::host::Host;

/// An engine that has not gone round for so long does not live: it does so every second.
const BEAT_WITHIN: Duration = Duration::from_secs(15);
/// Between two tries to accept a connection where the system had none to give.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Listens. An address that is taken is said, and is no reason not to run jobs.
pub async fn listen(at: SocketAddr) -> Option<TcpListener> {
    match TcpListener::bind(at).await {
        Ok(listener) => {
            // The port may have been left to the system.
            let at = listener.local_addr().unwrap_or(at);
            info!("metrics are at http://{at}/metrics");
            Some(listener)
        }
        Err(error) => {
            warn!(
                "there are no metrics: could not listen at {at} ({error}), which `metrics.listen` names"
            );
            None
        }
    }
}

/// Answers until the agent ends.
pub async fn serve(listener: TcpListener, host: Arc<Host>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            // Whoever is turned away asks again.
            Ok(_) if connections.len() >= METRICS_CONNECTIONS_MAX => {}
            Ok((stream, _)) => drop(connections.spawn(converse(stream, host.clone()))),
            Err(error) => {
                debug!("could not take a connection: {error}");
                sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, host: Arc<Host>) {
    let service =
        service_fn(|request| std::future::ready(Ok::<_, Infallible>(answer(&request, &host))));
    let connection = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Ok(Err(error)) = timeout(METRICS_ANSWERED_WITHIN, connection).await {
        debug!("a reader of metrics broke off: {error}");
    }
}

fn answer(request: &Request<Incoming>, host: &Host) -> Response<Full<Bytes>> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".to_owned());
    }
    let (status, body) = match request.uri().path() {
        "/metrics" => (StatusCode::OK, host.metrics.text()),
        "/livez" => healthy(lives(host), "the engine does not go round"),
        "/readyz" => healthy(
            lives(host) && host.metrics.session.get() == 1,
            "this node has no session: it decides nothing",
        ),
        _ => (
            StatusCode::NOT_FOUND,
            "/metrics, /livez, /readyz\n".to_owned(),
        ),
    };
    text(status, body)
}

fn lives(host: &Host) -> bool {
    let beat = Duration::from_millis(host.metrics.beat_ms.get());
    clock::boot() < beat + BEAT_WITHIN
}

fn healthy(is_so: bool, why_not: &str) -> (StatusCode, String) {
    match is_so {
        true => (StatusCode::OK, "ok\n".to_owned()),
        false => (StatusCode::SERVICE_UNAVAILABLE, format!("{why_not}\n")),
    }
}

fn text(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let answer = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, TEXT);
    let answer = answer.body(Full::new(Bytes::from(body)));
    answer.expect("status and header are valid")
}
