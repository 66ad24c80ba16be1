//! The supervisors that this process started, and the one thread that learns of their ends.
//!
//! A descriptor for each would not fit a thousand runs into the usual limit, and a thread neither.

use std::collections::HashMap;
use std::io;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use rustix::io::Errno;
use rustix::process::{WaitId, WaitIdOptions, WaitOptions, wait, waitid};
use tracing::warn;

use crate::ending;
use crate::host::{AttemptKey, Host};

/// Who the children are.
#[derive(Default)]
pub struct Children {
    /// Held for reading by those who spawn, for writing by the one who reaps: a pid that was reaped
    /// may be another child's at once, and must not be known as both.
    spawning: RwLock<()>,
    known: Mutex<HashMap<u32, AttemptKey>>,
    arrived: Condvar,
}

impl Children {
    /// Starts the supervisor of an attempt; its end is told by [`watch`].
    pub fn spawn(&self, command: &mut Command, key: AttemptKey) -> io::Result<()> {
        let _spawning = self.spawning.read().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn()?;
        self.known().insert(child.id(), key);
        self.arrived.notify_one();
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<u32, AttemptKey>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_any(&self) {
        let known = self.known();
        let waited = self.arrived.wait_while(known, |known| known.is_empty());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        // An error means that there is none after all.
        let _ = waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    }

    fn reap(&self) -> Vec<AttemptKey> {
        let _reaping = self
            .spawning
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut ended = Vec::new();
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, _))) => {
                    let pid = pid.as_raw_nonzero().get().unsigned_abs();
                    ended.extend(self.known().remove(&pid));
                }
                // None is left, so those still known have ended too.
                Err(Errno::CHILD) => {
                    ended.extend(self.known().drain().map(|(_, key)| key));
                    return ended;
                }
                Ok(None) | Err(_) => return ended,
            }
        }
    }
}

/// Starts the thread that tells the engine of every supervisor's end. It lives as long as the process.
pub fn watch(host: Arc<Host>) -> io::Result<()> {
    let reap = move || {
        loop {
            host.children.wait_for_any();
            for key in host.children.reap() {
                ending::tell(&host, key);
            }
        }
    };
    let thread = thread::Builder::new()
        .name("children".to_owned())
        .spawn(reap);
    if let Err(error) = &thread {
        warn!("could not start a thread: {error}");
    }
    thread.map(drop)
}
