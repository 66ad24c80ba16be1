//! Reads what is kept, while it is written and afterwards.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{STAMP_BYTES, Stamp, segment_path, stamps_path};
use crate::attempt::exit::OutputSummary;
use crate::attempt::folder::AttemptFolder;

/// Reads the output of an attempt from its folder.
#[derive(Debug)]
pub struct OutputReader {
    folder: PathBuf,
    ended: OnceLock<OutputSummary>,
}

/// Some kept bytes that follow one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Of the first byte; where to go on is `offset + bytes.len()`.
    pub offset: u64,
    /// Empty when nothing more is there (yet).
    pub bytes: Vec<u8>,
    /// The first may lie before `offset`: it is the time of the chunk's first line, which began there.
    pub stamps: Vec<Stamp>,
    /// Bytes between the offset asked for and `offset` that are not kept.
    pub dropped_before: u64,
}

struct Piece {
    base: u64,
    from: u64,
    end: u64,
}

impl OutputReader {
    /// Opens a folder, in which there need not be any output yet.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            ended: OnceLock::new(),
        }
    }

    /// Bytes ever written, as far as they have reached the disk.
    ///
    /// # Errors
    /// The disk's.
    pub fn total(&self) -> io::Result<u64> {
        match self.ended() {
            Some(summary) => Ok(summary.total_bytes),
            None => Ok(self.pieces()?.last().map_or(0, |piece| piece.end)),
        }
    }

    /// The kept bytes from `offset` on, or from the next kept one: at most `max`, and fewer where a segment ends.
    ///
    /// # Errors
    /// The disk's.
    pub fn read_from(&self, offset: u64, max: usize) -> io::Result<Chunk> {
        loop {
            let Some(piece) = self.pieces()?.into_iter().find(|piece| piece.end > offset) else {
                let end = self
                    .ended()
                    .map_or(offset, |summary| summary.total_bytes.max(offset));
                return Ok(Chunk {
                    offset: end,
                    dropped_before: end - offset,
                    ..Chunk::default()
                });
            };
            let from = piece.from.max(offset);
            match read_piece(&segment_path(&self.folder, piece.base), &piece, from, max) {
                Ok(bytes) => {
                    let stamps = self.stamps(piece.base, from, from + bytes.len() as u64);
                    return Ok(Chunk {
                        offset: from,
                        bytes,
                        stamps,
                        dropped_before: from - offset,
                    });
                }
                // The writer deleted it meanwhile: a newer one is there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn ended(&self) -> Option<&OutputSummary> {
        if self.ended.get().is_none()
            && let Ok(Some(exit)) = AttemptFolder::at(self.folder.clone()).exit()
        {
            return Some(self.ended.get_or_init(|| exit.output));
        }
        self.ended.get()
    }

    /// The kept parts of the segments, ascending.
    fn pieces(&self) -> io::Result<Vec<Piece>> {
        // Asked before the list: a writer that ends in between adds nothing to it.
        let ended = self.ended();
        let mut pieces = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let base = name
                .to_str()
                .and_then(|name| name.strip_prefix("output.")?.parse::<u64>().ok());
            let Some(base) = base else { continue };
            let end = match entry.metadata() {
                Ok(metadata) => base + metadata.len(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let is_head = ended.is_none_or(|summary| base < summary.head_bytes);
            let from = if is_head {
                base
            } else {
                base.max(ended.map_or(0, |summary| summary.tail_from))
            };
            if from < end {
                pieces.push(Piece { base, from, end });
            }
        }
        pieces.sort_unstable_by_key(|piece| piece.base);
        Ok(pieces)
    }

    /// The stamps that speak of `from..end`. A missing or torn file costs times and nothing else.
    fn stamps(&self, base: u64, from: u64, end: u64) -> Vec<Stamp> {
        let content = fs::read(stamps_path(&self.folder, base)).unwrap_or_default();
        let mut stamps: Vec<Stamp> = content
            .chunks_exact(STAMP_BYTES)
            .filter_map(Stamp::from_bytes)
            .take_while(|stamp| stamp.offset < end)
            .collect();
        let first = stamps
            .iter()
            .rposition(|stamp| stamp.offset <= from)
            .unwrap_or(0);
        stamps.drain(..first);
        stamps
    }
}

fn read_piece(path: &Path, piece: &Piece, from: u64, max: usize) -> io::Result<Vec<u8>> {
    let wanted = usize::try_from(piece.end - from)
        .unwrap_or(usize::MAX)
        .min(max);
    let mut bytes = vec![0; wanted];
    File::open(path)?.read_exact_at(&mut bytes, from - piece.base)?;
    Ok(bytes)
}
