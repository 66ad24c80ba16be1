//! What a program wrote: bytes, where they stood, and when each line arrived.

use serde::{Deserialize, Serialize};

/// A stretch of a program's output.
///
/// `offset` counts every byte that the program ever wrote, kept or not: a jump between two
/// chunks is output that was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputChunk {
    /// Where the first byte stood in all that was written.
    pub offset: u64,
    /// The bytes as written: any bytes, not text.
    pub bytes: Vec<u8>,
    /// Ascending by offset: the bytes from `offset` on arrived at `at_ms`, up to the next stamp.
    pub stamps: Vec<OutputStamp>,
}

/// When a line arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputStamp {
    /// Where its first byte stood in all that was written.
    pub offset: u64,
    /// Unix time in milliseconds.
    pub at_ms: i64,
}
