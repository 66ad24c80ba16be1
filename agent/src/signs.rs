//! The pipe that all supervisors of this process write to when their program was executed.
//!
//! One line a run: the cheapest way to hear of it. The pipe never makes a supervisor wait; a line
//! that does not fit is lost, and costs only the sight of a run while it runs.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use belfry_core::dispatch::Event;
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::unix::pipe::Receiver;
use tracing::warn;

use crate::ending;
use crate::failure::{Code, Failure};
use crate::host::Host;

/// Both ends.
pub fn pipe() -> Result<(Receiver, OwnedFd), Failure> {
    let made = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).map_err(std::io::Error::from);
    let made = made.and_then(|(reading, writing)| Ok((Receiver::from_owned_fd(reading)?, writing)));
    made.map_err(|error| Failure::new(Code::Internal, format!("could not make a pipe: {error}")))
}

/// Tells the engine of every line.
pub async fn read(host: Arc<Host>, pipe: Receiver) {
    let mut lines = BufReader::new(pipe).lines();
    loop {
        match lines.next_line().await {
            Ok(Some(line)) => match started(&line) {
                Some(event) => host.tell(event).await,
                None => warn!("a supervisor wrote a line that says nothing: {line:?}"),
            },
            Ok(None) => return,
            Err(error) => warn!("could not read what supervisors write: {error}"),
        }
    }
}

/// `<run id> <attempt> <Unix milliseconds>`
fn started(line: &str) -> Option<Event> {
    let mut words = line.split(' ');
    let run = words.next()?.parse().ok()?;
    let attempt = words.next()?.parse().ok()?;
    let at = ending::instant(words.next()?.parse().ok()?)?;
    Some(Event::Started(run, attempt, at))
}
