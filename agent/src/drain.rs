//! Whether this node takes new work: a file in its data folder says that it does not, so that a
//! restart changes nothing, and so that it can be said on the host while the stores are away.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use belfry_core::dispatch::Event;
use belfry_core::id::OrderId;
use belfry_core::whole_file;
use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tracing::warn;

use crate::failure::{Code, Failure};
use crate::host::Host;
use crate::lock;
use crate::run::Options;

/// It stands in the data folder for as long as the node drains.
const FILE: &str = "draining";
const SAYS: &str =
    "This node takes no new work. `belfry-agent undrain` ends that; do not remove this file.\n";

/// Whether a node of that folder drains.
pub fn is_draining(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

fn keep(dir: &Path, draining: bool) -> io::Result<()> {
    match draining {
        true => whole_file::replace(&dir.join(FILE), SAYS.as_bytes())?,
        false => match fs::remove_file(dir.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        },
    }
    // The file's name is as durable as its folder.
    File::open(dir)?.sync_all()
}

/// Keeps what orders say, one after the other.
pub async fn keep_what_comes(host: Arc<Host>, mut orders: mpsc::Receiver<(OrderId, bool)>) {
    let mut hangs = signal(SignalKind::hangup()).ok();
    let hung = async |hangs: &mut Option<tokio::signal::unix::Signal>| match hangs {
        Some(hangs) => drop(hangs.recv().await),
        None => std::future::pending().await,
    };
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => obey(&host, order).await,
                None => return,
            },
            // The file may have been changed on the host.
            () = hung(&mut hangs) => host.tell(Event::DrainRead(is_draining(&host.data))).await,
        }
    }
}

async fn obey(host: &Arc<Host>, (order, draining): (OrderId, bool)) {
    let dir = host.data.clone();
    let kept = spawn_blocking(move || keep(&dir, draining)).await;
    let done = match kept {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(not_kept(&host.data, &error)),
        Err(error) => Err(error.to_string()),
    };
    host.tell(Event::OrderDone(order, done)).await;
}

fn not_kept(dir: &Path, error: &io::Error) -> String {
    format!(
        "could not keep in {} whether this node takes new work ({error}): it holds until the agent restarts",
        dir.display()
    )
}

/// `belfry-agent drain` and `undrain`: the same on the host itself, whether or not its agent runs
/// and the stores can be reached.
pub fn ask(options: &Options, draining: bool) -> Result<(), Failure> {
    let dir = &options.dir;
    if !dir.is_dir() {
        let sentence = format!(
            "there is no data folder {}: name the one that the agent uses",
            dir.display()
        );
        return Err(Failure::new(Code::Configuration, sentence));
    }
    keep(dir, draining).map_err(|error| {
        let sentence = format!(
            "could not write into {} ({error}): do it as the user of the agent",
            dir.display()
        );
        Failure::new(Code::Failed, sentence)
    })?;
    let running = lock::holder(dir);
    let pid = running.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    if let Some(Err(error)) = pid.map(|pid| kill_process(pid, Signal::HUP)) {
        warn!("could not tell the agent ({error}): it learns of it when it starts again");
    }
    let what = match draining {
        true => "takes no new work; what runs goes on",
        false => "takes new work again",
    };
    let since = match running {
        Some(pid) => format!("the agent of {} (process {pid})", dir.display()),
        None => format!("the agent of {}, which does not run now,", dir.display()),
    };
    println!("{since} {what}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drain_is_kept_until_it_is_ended_and_each_may_be_said_twice() {
        let dir = tempfile::tempdir().expect("a folder");
        for draining in [false, true, true, false, false] {
            keep(dir.path(), draining).expect("the folder is ours");
            assert_eq!(is_draining(dir.path()), draining);
        }
    }
}
