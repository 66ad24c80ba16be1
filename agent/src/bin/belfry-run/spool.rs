//! Output on its way to the disk. A thread of its own writes it, so that a slow disk holds up neither the program nor the
//! timeout: what does not fit in time is dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use belfry_agent::attempt::limits::{SPOOL_CHUNKS_MAX, SPOOL_WAIT};
use belfry_agent::attempt::output::{Kept, OutputWriter};

const STACK_BYTES: usize = 128 * 1024;

/// Some output.
pub struct Piece {
    pub offset: u64,
    pub at_ms: i64,
    pub bytes: Vec<u8>,
}

/// A bounded queue and the thread that empties it, which begins with the first output.
pub struct Spool {
    shared: Arc<Shared>,
    writer: Option<OutputWriter>,
    thread: Option<JoinHandle<OutputWriter>>,
    /// The disk did not take anything for [`SPOOL_WAIT`]: nobody waits for it until it does.
    is_stalled: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    has_work: Condvar,
    has_room: Condvar,
}

#[derive(Default)]
struct Queue {
    pieces: VecDeque<Piece>,
    is_closed: bool,
}

impl Spool {
    pub fn new(writer: OutputWriter) -> Self {
        Self {
            shared: Arc::default(),
            writer: Some(writer),
            thread: None,
            is_stalled: false,
        }
    }

    /// Hands a piece over, or drops it when there is no room within [`SPOOL_WAIT`].
    pub fn push(&mut self, piece: Piece) {
        if let Some(writer) = self.writer.take() {
            self.thread = begin(writer, Arc::clone(&self.shared));
        }
        let is_full = |queue: &mut Queue| queue.pieces.len() >= SPOOL_CHUNKS_MAX;
        let mut queue = self.shared.lock();
        if is_full(&mut queue) && !self.is_stalled {
            let waited = self
                .shared
                .has_room
                .wait_timeout_while(queue, SPOOL_WAIT, is_full);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        self.is_stalled = is_full(&mut queue);
        if !self.is_stalled {
            queue.pieces.push_back(piece);
            self.shared.has_work.notify_one();
        }
    }

    /// Waits until all is written, and says what is kept.
    pub fn finish(mut self) -> Kept {
        self.shared.lock().is_closed = true;
        self.shared.has_work.notify_one();
        let written = self.thread.take().and_then(|thread| thread.join().ok());
        written
            .or(self.writer)
            .map(OutputWriter::kept)
            .unwrap_or_default()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Piece> {
        let is_idle = |queue: &mut Queue| queue.pieces.is_empty() && !queue.is_closed;
        let waited = self.has_work.wait_while(self.lock(), is_idle);
        let piece = waited
            .unwrap_or_else(PoisonError::into_inner)
            .pieces
            .pop_front();
        self.has_room.notify_one();
        piece
    }
}

/// Without a thread nothing is kept, and the program runs all the same.
fn begin(mut writer: OutputWriter, shared: Arc<Shared>) -> Option<JoinHandle<OutputWriter>> {
    let work = move || {
        while let Some(piece) = shared.next() {
            writer.append(piece.offset, piece.at_ms, &piece.bytes);
        }
        writer
    };
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_hangs_holds_up_the_program_once_and_shortly() {
        // Nobody empties the queue.
        let mut spool = Spool {
            shared: Arc::default(),
            writer: None,
            thread: None,
            is_stalled: false,
        };
        for offset in 0..SPOOL_CHUNKS_MAX as u64 {
            spool.push(Piece {
                offset,
                at_ms: 0,
                bytes: vec![0],
            });
            assert!(!spool.is_stalled);
        }
        // This one waits.
        spool.push(Piece {
            offset: 100,
            at_ms: 0,
            bytes: vec![0],
        });
        assert!(spool.is_stalled);
        // These do not: ten thousand waits would take an hour.
        for offset in 101..10_101 {
            spool.push(Piece {
                offset,
                at_ms: 0,
                bytes: vec![0],
            });
        }
        assert_eq!(spool.shared.lock().pieces.len(), SPOOL_CHUNKS_MAX);
        spool.shared.lock().pieces.clear();
        spool.push(Piece {
            offset: 20_000,
            at_ms: 0,
            bytes: vec![0],
        });
        assert!(!spool.is_stalled);
        assert_eq!(spool.shared.lock().pieces[0].offset, 20_000);
    }
}
