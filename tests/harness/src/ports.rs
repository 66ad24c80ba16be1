//! Ports for servers that a test kills and starts again at the same address.
//!
//! A port of the system's own range may go to anybody's outgoing connection while its server is
//! down, and a client that tries an absent server there may even meet itself. So ports come from
//! below that range, and a lock keeps other test processes away until this one ends.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use uuid::Uuid;

/// Below what Linux gives to outgoing connections, which begins at 32768.
const RANGE: Range<u16> = 12_000..32_000;
const FOLDER: &str = "belfry-test-ports";

/// A port of 127.0.0.1 that no other test is given while this lives.
pub struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// One that nobody holds.
    pub fn take() -> Self {
        let folder = env::temp_dir().join(FOLDER);
        fs::create_dir_all(&folder).expect("a folder for locks");
        let (first, many) = (random(), RANGE.len());
        (0..many)
            .map(|turn| RANGE.start + u16::try_from((first + turn) % many).expect("in range"))
            .find_map(|number| Self::locked(&folder, number))
            .expect("one of so many ports is free")
    }

    fn locked(folder: &Path, number: u16) -> Option<Self> {
        let lock = File::create(folder.join(number.to_string())).ok()?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
        // Somebody who knows nothing of the locks may hold it.
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self {
            number,
            _lock: lock,
        })
    }

    /// Its number.
    pub fn number(&self) -> u16 {
        self.number
    }
}

fn random() -> usize {
    let [low, high, ..] = *Uuid::new_v4().as_bytes();
    usize::from(u16::from_le_bytes([low, high]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_given_to_nobody_else_even_while_no_server_holds_it() {
        let taken = Port::take();
        let folder = env::temp_dir().join(FOLDER);
        assert!(Port::locked(&folder, taken.number()).is_none());
        assert!(RANGE.contains(&taken.number()));
    }
}
