//! The program's output on disk: stdout and stderr merged, as bytes, the first and the last ones kept.
//!
//! Every byte ever written has an **offset**, kept or not, so that a follower sees what was dropped. What is kept lies
//! in **segments**: `output.<offset of the first byte>`, only ever appended to, so that the name and the length say all
//! and a reader needs neither the writer nor a lock, also after the writer was killed. The head is the segment
//! `output.0`; the tail is a short row of segments whose oldest is deleted as a new one begins.
//! Beside each lies `stamps.<offset>`: records of 16 bytes, little endian, (offset `u64`, Unix milliseconds `i64`): what was
//! written from that offset on arrived at that time. A stamp is written only where a line begins.

mod reader;
mod writer;

pub use reader::{Chunk, OutputReader};
pub use writer::{Kept, OutputWriter};

use std::path::{Path, PathBuf};

/// When the bytes from `offset` on arrived, up to the next stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Of the first byte.
    pub offset: u64,
    /// Unix milliseconds.
    pub at_ms: i64,
}

const STAMP_BYTES: usize = 16;

impl Stamp {
    fn to_bytes(self) -> [u8; STAMP_BYTES] {
        let mut bytes = [0; STAMP_BYTES];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        bytes[8..].copy_from_slice(&self.at_ms.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (offset, at_ms) = bytes.split_first_chunk::<8>()?;
        Some(Self {
            offset: u64::from_le_bytes(*offset),
            at_ms: i64::from_le_bytes(*at_ms.first_chunk()?),
        })
    }
}

fn segment_path(folder: &Path, base: u64) -> PathBuf {
    folder.join(format!("output.{base}"))
}

fn stamps_path(folder: &Path, base: u64) -> PathBuf {
    folder.join(format!("stamps.{base}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::spec::OutputLimits;

    fn write(folder: &Path, limits: OutputLimits, chunks: &[(u64, &[u8])]) -> Kept {
        let mut writer = OutputWriter::new(folder, limits);
        for (offset, bytes) in chunks {
            writer.append(
                *offset,
                1_000 + i64::try_from(*offset).expect("small"),
                bytes,
            );
        }
        writer.kept()
    }

    /// Everything a follower sees, with `…n` where n bytes were dropped.
    fn follow(folder: &Path, max: usize) -> String {
        let reader = OutputReader::open(folder);
        let mut seen = String::new();
        let mut offset = 0;
        loop {
            let chunk = reader.read_from(offset, max).expect("readable");
            if chunk.dropped_before > 0 {
                seen += &format!("…{}", chunk.dropped_before);
            }
            seen += str::from_utf8(&chunk.bytes).expect("text");
            offset = chunk.offset + chunk.bytes.len() as u64;
            if chunk.bytes.is_empty() {
                return seen;
            }
        }
    }

    #[test]
    fn a_follower_sees_head_gap_and_tail() {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = OutputLimits {
            head_bytes: 4,
            tail_bytes: 8,
        };
        let kept = write(folder.path(), limits, &[(0, b"abcdefghijklmnopqrstuvwxyz")]);
        assert_eq!((kept.head_bytes, kept.tail_from), (4, 18));
        // Live, whatever is still there is shown: up to a quarter more than the limit.
        for max in [1, 3, 100] {
            assert_eq!(follow(folder.path(), max), "abcd…12qrstuvwxyz");
        }
    }

    #[test]
    fn what_the_disk_refused_is_a_gap_and_not_a_shift() {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = OutputLimits {
            head_bytes: 8,
            tail_bytes: 8,
        };
        write(folder.path(), limits, &[(0, b"ab"), (5, b"fg"), (7, b"h")]);
        assert_eq!(follow(folder.path(), 100), "ab…3fgh");
    }

    #[test]
    fn a_line_has_the_time_at_which_it_began() {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = OutputLimits {
            head_bytes: 100,
            tail_bytes: 0,
        };
        write(
            folder.path(),
            limits,
            &[(0, b"one "), (4, b"two "), (8, b"three\nfo"), (16, b"ur\n")],
        );
        let chunk = OutputReader::open(folder.path())
            .read_from(14, 100)
            .expect("readable");
        assert_eq!(chunk.bytes, b"four\n");
        assert_eq!(
            chunk.stamps,
            [Stamp {
                offset: 8,
                at_ms: 1_008
            }]
        );
    }

    #[test]
    fn keeps_nothing_when_nothing_is_to_be_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = OutputLimits {
            head_bytes: 0,
            tail_bytes: 0,
        };
        let kept = write(folder.path(), limits, &[(0, b"abc")]);
        assert_eq!(
            (kept.head_bytes, kept.tail_from, kept.tail_bytes),
            (0, 3, 0)
        );
        assert_eq!(follow(folder.path(), 100), "");
    }
}
