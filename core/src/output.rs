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

impl OutputChunk {
    /// Where the first byte after it stands.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes.len() as u64)
    }

    /// What of it stands at `offset` or after; `None` if nothing does. The part keeps the time
    /// at which its first byte arrived.
    pub fn from_offset(mut self, offset: u64) -> Option<Self> {
        if offset <= self.offset {
            return Some(self);
        }
        let skipped = usize::try_from(offset - self.offset).ok()?;
        if skipped >= self.bytes.len() {
            return None;
        }
        self.bytes.drain(..skipped);
        let before = self.stamps.partition_point(|stamp| stamp.offset <= offset);
        let in_force = self.stamps[..before].last().map(|stamp| stamp.at_ms);
        self.stamps.drain(..before);
        if let Some(at_ms) = in_force {
            self.stamps.insert(0, OutputStamp { offset, at_ms });
        }
        self.offset = offset;
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_chunk_keeps_its_time() {
        let stamp = |offset, at_ms| OutputStamp { offset, at_ms };
        let stamps = vec![stamp(10, 1), stamp(13, 2)];
        let chunk = OutputChunk {
            offset: 10,
            bytes: b"abcdef".to_vec(),
            stamps,
        };
        assert_eq!(chunk.end(), 16);
        assert_eq!(chunk.clone().from_offset(3), Some(chunk.clone()));
        assert_eq!(chunk.clone().from_offset(16), None);
        let part = chunk.clone().from_offset(12).expect("a part");
        let expected = OutputChunk {
            offset: 12,
            bytes: b"cdef".to_vec(),
            stamps: vec![stamp(12, 1), stamp(13, 2)],
        };
        assert_eq!(part, expected);
        let part = chunk.from_offset(13).expect("a part");
        assert_eq!(part.stamps, [stamp(13, 2)]);
    }
}
