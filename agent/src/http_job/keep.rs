//! What a call said and heard, kept like a program's output.

use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::OutputSummary;
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::output::OutputWriter;
use belfry_agent::attempt::spec::OutputLimits;
use sha2::{Digest, Sha256};

/// Counts, hashes and keeps head and tail.
pub struct Keep {
    writer: OutputWriter,
    hash: Sha256,
    total: u64,
}

impl Keep {
    /// In this folder.
    pub fn new(folder: &AttemptFolder, limits: OutputLimits) -> Self {
        Self {
            writer: OutputWriter::new(folder.path(), limits),
            hash: Sha256::new(),
            total: 0,
        }
    }

    /// Takes these bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.writer.append(self.total, clock::wall_ms(), bytes);
        self.total += bytes.len() as u64;
    }

    /// Takes a line.
    pub fn line(&mut self, line: &[u8]) {
        self.bytes(&[line, b"\n"].concat());
    }

    /// Sums up.
    pub fn finish(self) -> OutputSummary {
        let kept = self.writer.kept();
        let hash = self.hash.finalize();
        OutputSummary {
            total_bytes: self.total,
            sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            head_bytes: kept.head_bytes,
            tail_from: kept.tail_from,
            tail_bytes: kept.tail_bytes,
            dropped_bytes: self.total - kept.head_bytes - kept.tail_bytes,
        }
    }
}
