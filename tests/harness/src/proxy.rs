//! A wire between two processes that a test can cut, stall and slow down.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::wait;

const BUFFER_BYTES: usize = 16 * 1024;

/// What the wire does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// It carries everything at once.
    Sound,
    /// It carries everything, each piece so much later.
    Slow(Duration),
    /// It carries nothing more, and nobody is told.
    Stalled,
    /// Both ends are told that it is cut; new connections end at once.
    Cut,
}

/// What happened on the wire so far.
#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    ended: AtomicUsize,
    held: AtomicU64,
}

/// A TCP proxy on 127.0.0.1. Dropping it ends its connections.
pub struct Proxy {
    port: u16,
    wire: watch::Sender<Wire>,
    counts: Arc<Counts>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A sound wire to a port of this computer.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let own = listener.local_addr().expect("it is bound").port();
        let (wire, watched) = watch::channel(Wire::Sound);
        let counts = Arc::new(Counts::default());
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let accepting = tokio::spawn(accept(listener, target, watched, counts.clone()));
        Self {
            port: own,
            wire,
            counts,
            accepting,
        }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address as that of a member of etcd.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Makes the wire so from now on. Connections that were cut stay cut; those that were stalled
    /// go on with what was held back.
    pub fn make(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// Connections that ended, of themselves or because the wire was cut.
    pub fn ended(&self) -> usize {
        self.counts.ended.load(Ordering::Relaxed)
    }

    /// Pieces of data that were held back because the wire was stalled: more than none proves
    /// that a stall was felt.
    pub fn held(&self) -> u64 {
        self.counts.held.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    wire: watch::Receiver<Wire>,
    counts: Arc<Counts>,
) {
    // Its connections end with this task.
    let mut carried = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((near, _)) = accepted else { continue };
                counts.connections.fetch_add(1, Ordering::Relaxed);
                carried.spawn(carry(near, target, wire.clone(), counts.clone()));
            }
            Some(_) = carried.join_next() => {}
        }
    }
}

async fn carry(
    near: TcpStream,
    target: SocketAddr,
    wire: watch::Receiver<Wire>,
    counts: Arc<Counts>,
) {
    if *wire.borrow() != Wire::Cut
        && let Ok(far) = TcpStream::connect(target).await
    {
        let (near, far) = (near.into_split(), far.into_split());
        let mut cut = wire.clone();
        tokio::select! {
            () = copy(near.0, far.1, wire.clone(), &counts) => {}
            () = copy(far.0, near.1, wire.clone(), &counts) => {}
            // The sender outlives this task.
            _ = cut.wait_for(|wire| *wire == Wire::Cut) => {}
        }
    }
    counts.ended.fetch_add(1, Ordering::Relaxed);
}

async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut wire: watch::Receiver<Wire>,
    counts: &Counts,
) {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else {
            return;
        };
        let now = *wire.borrow();
        match now {
            Wire::Sound | Wire::Cut => {}
            Wire::Slow(by) => wait::a_while(by).await,
            Wire::Stalled => {
                counts.held.fetch_add(1, Ordering::Relaxed);
                if wire.wait_for(|wire| *wire != Wire::Stalled).await.is_err() {
                    return;
                }
            }
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
