//! Everything the program writes: counted, hashed and handed to the spool.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, BorrowedFd};

use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::OutputSummary;
use belfry_agent::attempt::limits::{DRAIN_BYTES_MAX, READ_BYTES_MAX};
use belfry_agent::attempt::output::OutputWriter;
use belfry_agent::attempt::redact::Redactor;
use rustix::io::ioctl_fionbio;
use sha2::{Digest, Sha256};

use crate::spool::{Piece, Spool};

/// The reading end of the program's output.
pub struct Capture {
    pipe: Option<PipeReader>,
    buffer: Vec<u8>,
    hash: Sha256,
    total: u64,
    redactor: Redactor,
    spool: Spool,
}

impl Capture {
    pub fn new(pipe: PipeReader, redactor: Redactor, writer: OutputWriter) -> Self {
        // A pipe that blocks would only delay the watch: it reads after poll said so.
        let _ = ioctl_fionbio(&pipe, true);
        Self {
            pipe: Some(pipe),
            buffer: vec![0; READ_BYTES_MAX],
            hash: Sha256::new(),
            total: 0,
            redactor,
            spool: Spool::new(writer),
        }
    }

    /// What to poll; nothing once all writing ends are closed.
    pub fn source(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Takes what is there, at most [`READ_BYTES_MAX`], and says how much that was.
    pub fn read_once(&mut self) -> usize {
        let Some(pipe) = &mut self.pipe else { return 0 };
        match pipe.read(&mut self.buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                self.take(count);
                return count;
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) => {}
            Err(_) => self.pipe = None,
        }
        0
    }

    fn take(&mut self, count: usize) {
        let bytes = &self.buffer[..count];
        let bytes = match self.redactor.is_idle() {
            true => bytes.to_vec(),
            false => self.redactor.feed(bytes),
        };
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let (offset, at_ms) = (self.total, clock::wall_ms());
        self.hash.update(&bytes);
        self.total += bytes.len() as u64;
        self.spool.push(Piece {
            offset,
            at_ms,
            bytes,
        });
    }

    /// Takes what is still in the pipe, and sums up. Whoever holds the pipe open besides is not waited for.
    pub fn finish(mut self) -> OutputSummary {
        let mut drained = 0;
        while drained < DRAIN_BYTES_MAX {
            match self.read_once() {
                0 => break,
                count => drained += count,
            }
        }
        let held = self.redactor.finish();
        self.keep(held);
        let kept = self.spool.finish();
        OutputSummary {
            total_bytes: self.total,
            sha256: hexadecimal(&self.hash.finalize()),
            head_bytes: kept.head_bytes,
            tail_from: kept.tail_from,
            tail_bytes: kept.tail_bytes,
            dropped_bytes: self.total - kept.head_bytes - kept.tail_bytes,
        }
    }
}

/// Of a program that never started.
pub fn nothing() -> OutputSummary {
    OutputSummary {
        sha256: hexadecimal(&Sha256::digest([])),
        ..OutputSummary::default()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
