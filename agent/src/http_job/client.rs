//! Sends what a job sends, goes on to where answers point, and keeps what comes back.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use belfry_agent::attempt::clock;
use belfry_core::call::{Fault, Hop, Search, judge_status};
use belfry_core::limits::{HTTP_BODY_BYTES_MAX, HTTP_CONNECT_WITHIN};
use belfry_core::policy::Egress;
use belfry_core::run::Reason;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, Url, redirect};
use tokio::time::timeout;

use super::Call;
use super::keep::Keep;
use super::trust;

type Boxed = Box<dyn Error + Send + Sync>;

/// Makes a call, with all that it leads to.
pub async fn call(call: &Call, keep: &mut Keep) -> Result<(), Fault> {
    let client = client(call)?;
    let mut hop = Hop::first(&call.http, call.key.0, call.key.1);
    loop {
        if let Some(fault) = refuse_literal(&hop.url, &call.egress) {
            return Err(fault);
        }
        keep.line(format!("> {} {}", hop.method.as_str(), hop.url).as_bytes());
        let began_ms = clock::boot_ms();
        let answer = send(&client, &hop).await?;
        let status = answer.status().as_u16();
        head(&answer, began_ms, keep);
        let location = answer.headers().get("location");
        let location = location.and_then(|value| value.to_str().ok());
        if let Some(next) = hop.after(status, location)? {
            hop = next;
            continue;
        }
        let found = body(call, answer, keep).await?;
        judge_status(&call.http, status)?;
        return match (found, &call.http.contains) {
            (false, Some(wanted)) => {
                let shown: String = wanted.chars().take(80).collect();
                let detail = format!("the answer does not contain {shown:?}");
                Err(Fault::new(Reason::HttpContent, detail))
            }
            _ => Ok(()),
        };
    }
}

fn client(call: &Call) -> Result<Client, Fault> {
    let builder = Client::builder()
        .user_agent(concat!("belfry/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .http1_only()
        .pool_max_idle_per_host(0)
        .connect_timeout(HTTP_CONNECT_WITHIN)
        .dns_resolver(Arc::new(Guard(call.egress.clone())))
        .tls_backend_preconfigured(trust::settings(&call.http)?);
    builder
        .build()
        .map_err(|error| Fault::new(Reason::HttpTls, chain(&error)))
}

async fn send(client: &Client, hop: &Hop) -> Result<Response, Fault> {
    let method = reqwest::Method::from_bytes(hop.method.as_str().as_bytes());
    let method = method.expect("its words are methods");
    let mut request = client.request(method, hop.url.clone());
    for (name, value) in &hop.headers {
        // As bytes: a value may hold more than ASCII.
        request = request.header(name, value.as_bytes());
    }
    if let Some(body) = &hop.body {
        request = request.body(body.clone());
    }
    request
        .send()
        .await
        .map_err(|error| fault_of(&error, &hop.url))
}

/// Status line, headers and how long they took.
fn head(answer: &Response, began_ms: u64, keep: &mut Keep) {
    let status = answer.status();
    let words = status.canonical_reason().unwrap_or_default();
    let line = format!(
        "< {:?} {} {words} ({} ms)",
        answer.version(),
        status.as_u16(),
        clock::boot_ms() - began_ms
    );
    keep.line(line.as_bytes());
    for (name, value) in answer.headers() {
        let line = [b"< ", name.as_str().as_bytes(), b": ", value.as_bytes()];
        keep.line(&line.concat());
    }
    keep.line(b"");
}

/// Keeps the body, and says whether it contains what is wanted.
async fn body(call: &Call, mut answer: Response, keep: &mut Keep) -> Result<bool, Fault> {
    let mut search = Search::new(call.http.contains.as_deref().unwrap_or_default());
    let mut total = 0;
    let url = answer.url().clone();
    loop {
        let piece = answer
            .chunk()
            .await
            .map_err(|error| match fault_of(&error, &url) {
                Fault {
                    reason: Reason::HttpConnect,
                    detail,
                } => Fault::new(Reason::HttpResponse, detail),
                fault => fault,
            })?;
        let Some(piece) = piece else {
            return Ok(search.is_found());
        };
        total += piece.len() as u64;
        if total > HTTP_BODY_BYTES_MAX {
            let detail = format!("the answer is larger than {HTTP_BODY_BYTES_MAX} bytes");
            return Err(Fault::new(Reason::HttpResponse, detail));
        }
        search.feed(&piece);
        keep.bytes(&piece);
    }
}

/// Why a URL cannot be called at all, before anything of it is begun: a name is looked up for this, and once
/// more when it is connected to.
pub async fn refuse_before(url: &Url, egress: &Egress) -> Option<Fault> {
    if let Some(fault) = refuse_literal(url, egress) {
        return Some(fault);
    }
    let host = url.domain()?;
    let found = look_up(host.to_owned(), egress.clone());
    // One that takes longer is told by the call itself, within its own time.
    match timeout(HTTP_CONNECT_WITHIN, found).await {
        Ok(Err(error)) => denied(error.as_ref()),
        Ok(Ok(_)) | Err(_) => None,
    }
}

/// An address that is written out is connected to without being looked up.
fn refuse_literal(url: &Url, egress: &Egress) -> Option<Fault> {
    let host = url.host_str()?;
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    let address: IpAddr = plain.parse().ok()?;
    let kind = egress.refusal(address)?;
    let denied = Denied {
        host: host.to_owned(),
        address,
        kind,
    };
    Some(Fault::new(Reason::Policy, denied.to_string()))
}

/// Looks names up and gives only addresses that may be connected to: what was checked is what is connected to.
struct Guard(Egress);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (host, egress) = (name.as_str().to_owned(), self.0.clone());
        Box::pin(async move {
            let found = look_up(host, egress).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

async fn look_up(host: String, egress: Egress) -> Result<Vec<SocketAddr>, Boxed> {
    let found = tokio::net::lookup_host((host.as_str(), 0)).await;
    let found: Vec<SocketAddr> = found
        .map_err(|error| Unknown {
            host: host.clone(),
            error,
        })?
        .collect();
    let refused = found
        .iter()
        .find_map(|at| Some((at.ip(), egress.refusal(at.ip())?)));
    let allowed = found
        .into_iter()
        .filter(|at| egress.refusal(at.ip()).is_none());
    let allowed: Vec<SocketAddr> = allowed.collect();
    match (allowed.is_empty(), refused) {
        (true, Some((address, kind))) => Err(Box::new(Denied {
            host,
            address,
            kind,
        })),
        _ => Ok(allowed),
    }
}

/// The node's policy says no.
#[derive(Debug)]
struct Denied {
    host: String,
    address: IpAddr,
    kind: &'static str,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            address,
            kind,
        } = self;
        write!(
            f,
            "{host} is {address}, {kind}, which this node does not call: allow it with `egress` of [policy] in the node's own file"
        )
    }
}

impl Error for Denied {}

/// A name that stands for no address.
#[derive(Debug)]
struct Unknown {
    host: String,
    error: std::io::Error,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "could not find the address of {}: {}",
            self.host, self.error
        )
    }
}

impl Error for Unknown {}

/// An error and all that caused it. What an IO error holds is not what it calls its source.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        let io = error.downcast_ref::<std::io::Error>();
        let held = io.and_then(std::io::Error::get_ref);
        held.map(|held| held as _).or_else(|| error.source())
    })
}

fn denied(error: &(dyn Error + 'static)) -> Option<Fault> {
    let denied = causes(error).find_map(|cause| cause.downcast_ref::<Denied>())?;
    Some(Fault::new(Reason::Policy, denied.to_string()))
}

/// The error's last cause says what happened; those before it only where.
fn fault_of(error: &reqwest::Error, url: &Url) -> Fault {
    if let Some(fault) = denied(error) {
        return fault;
    }
    let place = url.host_str().unwrap_or_default();
    let unknown = causes(error).find_map(|cause| cause.downcast_ref::<Unknown>());
    if let Some(unknown) = unknown {
        return Fault::new(Reason::HttpConnect, unknown.to_string());
    }
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    if let Some(tls) = tls {
        let detail = format!("could not trust {place}: {tls}");
        return Fault::new(Reason::HttpTls, detail);
    }
    if error.is_connect() {
        let why = match error.is_timeout() {
            true => format!(
                "it did not answer within {} s",
                HTTP_CONNECT_WITHIN.as_secs()
            ),
            false => last(error),
        };
        return Fault::new(
            Reason::HttpConnect,
            format!("could not connect to {place}: {why}"),
        );
    }
    Fault::new(
        Reason::HttpResponse,
        format!(
            "{place} broke its answer off or gave none that can be read: {}",
            last(error)
        ),
    )
}

fn last(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
