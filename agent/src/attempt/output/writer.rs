//! Keeps head and tail.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{Stamp, segment_path, stamps_path};
use crate::attempt::limits::{BYTES_PER_STAMP, STAMPS_MIN, TAIL_SEGMENTS, TAIL_SEGMENTS_MAX};
use crate::attempt::spec::OutputLimits;

/// Writes segments. Never fails: what the disk refuses is dropped, which the readers see as a gap.
#[derive(Debug)]
pub struct OutputWriter {
    folder: PathBuf,
    limits: OutputLimits,
    head: Option<Piece>,
    tail: VecDeque<Piece>,
    current: Option<Segment>,
    end: u64,
    last_byte: u8,
}

/// What of the output is on disk when the program is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// From offset 0 on.
    pub head_bytes: u64,
    /// Where the tail begins.
    pub tail_from: u64,
    /// From there on (less than all when the disk refused some).
    pub tail_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    base: u64,
    length: u64,
}

#[derive(Debug)]
struct Segment {
    piece: Piece,
    is_head: bool,
    room: u64,
    file: File,
    stamps: Option<File>,
    stamps_left: u64,
    last_stamp_ms: i64,
}

impl OutputWriter {
    /// Writes into this folder; creates nothing before the first byte.
    #[must_use]
    pub fn new(folder: &Path, limits: OutputLimits) -> Self {
        Self {
            folder: folder.to_owned(),
            limits,
            head: None,
            tail: VecDeque::new(),
            current: None,
            end: 0,
            last_byte: b'\n',
        }
    }

    /// Keeps these bytes, which are at `offset` of the output (never before an earlier call's end) and arrived at `at_ms`.
    pub fn append(&mut self, offset: u64, at_ms: i64, bytes: &[u8]) {
        let begins_line =
            self.last_byte == b'\n' || bytes[..bytes.len().saturating_sub(1)].contains(&b'\n');
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let Some(segment) = self.segment_at(at) else {
                break;
            };
            // A segment tells its own time: the one before it may be deleted.
            if begins_line || segment.piece.length == 0 {
                segment.stamp(Stamp { offset: at, at_ms });
            }
            let wanted = usize::try_from(segment.room)
                .unwrap_or(usize::MAX)
                .min(rest.len());
            let written = segment.write(&rest[..wanted]);
            at += written as u64;
            rest = &rest[written..];
            if written < wanted {
                self.close_segment();
                break;
            }
        }
        self.end = offset + bytes.len() as u64;
        self.last_byte = bytes.last().copied().unwrap_or(self.last_byte);
    }

    /// What is kept of everything appended so far.
    #[must_use]
    pub fn kept(mut self) -> Kept {
        self.close_segment();
        let head_bytes = self.head.map_or(0, |head| head.length);
        let floor = self
            .end
            .saturating_sub(self.limits.tail_bytes)
            .max(head_bytes);
        let pieces = || {
            self.tail
                .iter()
                .filter(|piece| piece.base + piece.length > floor)
        };
        let tail_from = pieces()
            .next()
            .map_or(self.end, |piece| piece.base.max(floor));
        let tail_bytes = pieces()
            .map(|piece| piece.base + piece.length - piece.base.max(floor))
            .sum();
        Kept {
            head_bytes,
            tail_from,
            tail_bytes,
        }
    }

    /// The segment that takes the byte at `offset`, a new one where needed.
    fn segment_at(&mut self, offset: u64) -> Option<&mut Segment> {
        let fits = |segment: &Segment| {
            segment.room > 0 && segment.piece.base + segment.piece.length == offset
        };
        if !self.current.as_ref().is_some_and(fits) {
            self.close_segment();
            self.current = self.open_segment(offset);
        }
        self.current.as_mut()
    }

    fn open_segment(&mut self, base: u64) -> Option<Segment> {
        let is_head = base == 0 && self.limits.head_bytes > 0;
        let room = if is_head {
            self.limits.head_bytes
        } else {
            self.limits.tail_bytes.div_ceil(TAIL_SEGMENTS)
        };
        if room == 0 {
            return None;
        }
        if !is_head {
            self.drop_old_tail();
        }
        Some(Segment {
            piece: Piece { base, length: 0 },
            is_head,
            room,
            file: create(&segment_path(&self.folder, base))?,
            stamps: create(&stamps_path(&self.folder, base)),
            stamps_left: (room / BYTES_PER_STAMP).max(STAMPS_MIN),
            last_stamp_ms: i64::MIN,
        })
    }

    fn close_segment(&mut self) {
        match self.current.take() {
            // The disk took none of it.
            Some(segment) if segment.piece.length == 0 => self.delete(segment.piece),
            Some(segment) if segment.is_head => self.head = Some(segment.piece),
            Some(segment) => self.tail.push_back(segment.piece),
            None => {}
        }
    }

    /// A file that cannot be deleted costs room and nothing else.
    fn delete(&self, piece: Piece) {
        let _ = fs::remove_file(segment_path(&self.folder, piece.base));
        let _ = fs::remove_file(stamps_path(&self.folder, piece.base));
    }

    fn drop_old_tail(&mut self) {
        loop {
            let newer: u64 = self.tail.iter().skip(1).map(|piece| piece.length).sum();
            let is_needed = newer < self.limits.tail_bytes && self.tail.len() < TAIL_SEGMENTS_MAX;
            match self.tail.front() {
                Some(oldest) if !is_needed => {
                    self.delete(*oldest);
                    self.tail.pop_front();
                }
                _ => return,
            }
        }
    }
}

impl Segment {
    /// How many of these bytes the disk took.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let mut written = 0;
        while written < bytes.len() {
            match self.file.write(&bytes[written..]) {
                Ok(0) => break,
                Ok(count) => written += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.piece.length += written as u64;
        self.room -= written as u64;
        written
    }

    fn stamp(&mut self, stamp: Stamp) {
        let Some(file) = &mut self.stamps else { return };
        if stamp.at_ms == self.last_stamp_ms || self.stamps_left == 0 {
            return;
        }
        self.last_stamp_ms = stamp.at_ms;
        self.stamps_left -= 1;
        if file.write_all(&stamp.to_bytes()).is_err() {
            self.stamps = None;
        }
    }
}

fn create(path: &Path) -> Option<File> {
    OpenOptions::new()
        .append(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .ok()
}
