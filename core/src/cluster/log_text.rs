//! Output as text that is safe to show: a program may write anything, also what would rewrite a
//! terminal, hide text or turn its direction.

use jiff::Timestamp;

use super::run_view::stamp;
use crate::output::OutputChunk;
use crate::view::{LogPage, LogPiece};

/// Longest beginning of a sequence that waits for its rest at the end of what was read.
const UNFINISHED_BYTES_MAX: usize = 64;

/// Composes a page from the chunks that were read from `offset` on. `total` is what the program
/// has written as far as anybody knows; `over` says that no more will come.
pub(super) fn page(offset: u64, chunks: &[OutputChunk], total: u64, over: bool) -> LogPage {
    let mut pieces = Vec::new();
    let mut place = offset;
    for (index, chunk) in chunks.iter().enumerate() {
        let is_followed = chunks.get(index + 1).is_some_and(|next| next.offset == chunk.end());
        let dropped = chunk.offset.saturating_sub(place);
        let held = if is_followed || over { 0 } else { unfinished(&chunk.bytes) };
        let shown = chunk.bytes.len() - held;
        cut(chunk, shown, dropped, &mut pieces);
        place = chunk.offset + shown as u64;
        // A character may lie across two chunks that meet.
        join_characters(&mut pieces);
    }
    let total = total.max(place);
    let pieces = pieces.into_iter().map(Raw::show).collect();
    let complete = over && (chunks.is_empty() || place >= total);
    LogPage { pieces, next_offset: place, total, complete }
}

/// A piece before its bytes are read as text.
struct Raw {
    offset: u64,
    at_ms: Option<i64>,
    bytes: Vec<u8>,
    dropped_before: u64,
}

impl Raw {
    fn show(self) -> LogPiece {
        let at = self.at_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()).map(stamp);
        LogPiece { offset: self.offset, at, text: safe_text(&self.bytes), dropped_before: self.dropped_before }
    }
}

/// One piece for each run of bytes that arrived together.
fn cut(chunk: &OutputChunk, shown: usize, dropped: u64, pieces: &mut Vec<Raw>) {
    let place = |offset: u64| usize::try_from(offset.saturating_sub(chunk.offset)).unwrap_or(usize::MAX).min(shown);
    let mut bounds: Vec<(usize, Option<i64>)> =
        chunk.stamps.iter().map(|stamp| (place(stamp.offset), Some(stamp.at_ms))).collect();
    if bounds.first().is_none_or(|(first, _)| *first > 0) {
        bounds.insert(0, (0, None));
    }
    bounds.dedup_by(|later, earlier| later.1 == earlier.1);
    let ends = bounds.iter().skip(1).map(|(start, _)| *start).chain([shown]);
    let mut dropped = dropped;
    for ((start, at_ms), end) in bounds.iter().zip(ends) {
        if *start < end {
            let (offset, bytes) = (chunk.offset + *start as u64, chunk.bytes[*start..end].to_vec());
            pieces.push(Raw { offset, at_ms: *at_ms, bytes, dropped_before: dropped });
            dropped = 0;
        }
    }
}

/// Moves the rest of a character that the piece before the last one begins to that piece.
fn join_characters(pieces: &mut Vec<Raw>) {
    for later in (1..pieces.len()).rev().take(1) {
        let (before, after) = pieces.split_at_mut(later);
        let (Some(earlier), Some(later)) = (before.last_mut(), after.first_mut()) else { return };
        let held = unfinished_character(&earlier.bytes);
        let meets = later.offset == earlier.offset + earlier.bytes.len() as u64;
        if held == 0 || !meets {
            return;
        }
        let rest = later.bytes.iter().take_while(|byte| (0x80..0xC0).contains(*byte)).count().min(3);
        earlier.bytes.extend(later.bytes.drain(..rest));
        later.offset += rest as u64;
    }
    pieces.retain(|piece| !piece.bytes.is_empty());
}

/// Bytes at the end that begin a character or an escape sequence and do not end it.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(UNFINISHED_BYTES_MAX)..];
    let escape = tail.iter().rposition(|byte| *byte == 0x1B).map(|start| &tail[start..]);
    let is_open = |sequence: &[u8]| match sequence {
        [_] | [_, b'['] => true,
        [_, b'[', rest @ ..] => rest.iter().all(|byte| (0x20..0x40).contains(byte)),
        _ => false,
    };
    match escape {
        Some(sequence) if is_open(sequence) => sequence.len(),
        _ => unfinished_character(bytes),
    }
}

fn unfinished_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    for (index, byte) in tail.iter().enumerate().rev() {
        let length = match byte {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            0x80..=0xBF => continue,
            _ => return 0,
        };
        let there = tail.len() - index;
        return if there < length { there } else { 0 };
    }
    0
}

/// Bytes as text: invalid UTF-8 replaced; sequences that set colours kept, all others removed;
/// other control characters and those that turn the direction of text made visible.
pub fn safe_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\u{1b}' => escape(after, &mut safe),
            '\u{9b}' => control_sequence(after, &mut safe),
            '\r' if after.starts_with('\n') => after,
            _ => {
                show_character(c, &mut safe);
                after
            }
        };
    }
    safe
}

/// What follows an escape character; returns what is left behind the sequence.
fn escape<'a>(after: &'a str, safe: &mut String) -> &'a str {
    match after.chars().next() {
        Some('[') => control_sequence(&after[1..], safe),
        // Texts for the terminal itself: titles, links, clipboards.
        Some(']' | 'P' | 'X' | '^' | '_') => text_end(&after[1..]),
        Some(' '..='/') => after.trim_start_matches(|c| (' '..='/').contains(&c)).get(1..).unwrap_or(""),
        Some('0'..='~') => &after[1..],
        _ => after,
    }
}

fn control_sequence<'a>(after: &'a str, safe: &mut String) -> &'a str {
    let end = after.find(|c: char| !(' '..='?').contains(&c)).unwrap_or(after.len());
    let (parameters, rest) = after.split_at(end);
    match rest.chars().next() {
        Some('m') if parameters.chars().all(|c| c.is_ascii_digit() || matches!(c, ';' | ':')) => {
            safe.push_str("\u{1b}[");
            safe.push_str(parameters);
            safe.push('m');
            &rest[1..]
        }
        Some('@'..='~') => &rest[1..],
        // Not a sequence after all: what follows is shown.
        _ => rest,
    }
}

/// Behind the end of a text for the terminal. One that never ends is ended by its line.
fn text_end(after: &str) -> &str {
    let line = after.find('\n').unwrap_or(after.len());
    let bell = after[..line].find('\u{7}').map(|at| at + 1);
    let string = after[..line].find("\u{1b}\\").map(|at| at + 2);
    match (bell, string) {
        (Some(a), Some(b)) => &after[a.min(b)..],
        (Some(end), None) | (None, Some(end)) => &after[end..],
        (None, None) => &after[line..],
    }
}

fn show_character(c: char, safe: &mut String) {
    match c {
        '\n' | '\t' => safe.push(c),
        '\0'..='\u{1f}' => safe.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
        '\u{7f}' => safe.push('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => safe.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
        _ => safe.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::OutputStamp;

    fn chunk(offset: u64, bytes: &[u8], stamps: &[(u64, i64)]) -> OutputChunk {
        let stamps = stamps.iter().map(|(offset, at_ms)| OutputStamp { offset: *offset, at_ms: *at_ms });
        OutputChunk { offset, bytes: bytes.to_vec(), stamps: stamps.collect() }
    }

    #[test]
    fn colours_stay_and_everything_that_could_deceive_goes_or_shows() {
        for (bytes, text) in [
            (&b"plain \xE9\x92\x9F\n"[..], "plain 钟\n"),
            (b"\x1b[1;31mred\x1b[0m", "\u{1b}[1;31mred\u{1b}[0m"),
            (b"a\x1b[2Jb\x1b[10;5Hc\x1b[?25ld", "abcd"),
            (b"\x1b]0;title\x07after", "after"),
            (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            (b"\x1b]52;c;never ended\nnext", "\nnext"),
            (b"\x1b(Bx\x1b7y", "xy"),
            (b"bad \xff\xfe", "bad \u{fffd}\u{fffd}"),
            (b"one\r\ntwo\rthree\x08\0", "one\ntwo␍three␈␀"),
            ("pay\u{202e}txt.exe".as_bytes(), "pay⟨U+202E⟩txt.exe"),
            ("\u{9b}31mred\u{9b}2J".as_bytes(), "\u{1b}[31mred"),
            (b"\x1b[31;\n", "\n"),
            (b"end\x1b", "end"),
        ] {
            assert_eq!(safe_text(bytes), text, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn pieces_keep_their_times_gaps_and_places() {
        let chunks = [chunk(0, b"one\ntwo\n", &[(0, 1000), (4, 2000)]), chunk(20, b"tail\n", &[(20, 3000)])];
        let page = page(0, &chunks, 25, true);
        let pieces: Vec<(u64, Option<&str>, &str, u64)> = page
            .pieces
            .iter()
            .map(|piece| (piece.offset, piece.at.as_deref(), piece.text.as_str(), piece.dropped_before))
            .collect();
        let expected = [
            (0, Some("1970-01-01T00:00:01.000Z"), "one\n", 0),
            (4, Some("1970-01-01T00:00:02.000Z"), "two\n", 0),
            (20, Some("1970-01-01T00:00:03.000Z"), "tail\n", 12),
        ];
        assert_eq!(pieces, expected);
        assert_eq!((page.next_offset, page.total, page.complete), (25, 25, true));
    }

    #[test]
    fn a_character_or_colour_that_is_cut_waits_for_its_rest() {
        let growing = |bytes: &[u8]| {
            let page = page(0, &[chunk(0, bytes, &[])], 0, false);
            (page.pieces.iter().map(|piece| piece.text.clone()).collect::<String>(), page.next_offset)
        };
        assert_eq!(growing(b"ab\xE9\x92"), ("ab".to_owned(), 2));
        assert_eq!(growing(b"ab\x1b[3"), ("ab".to_owned(), 2));
        assert_eq!(growing(b"ab\x1b[31m"), ("ab\u{1b}[31m".to_owned(), 7));
        let over = page(0, &[chunk(0, b"ab\xE9\x92", &[])], 4, true);
        assert_eq!((over.pieces[0].text.as_str(), over.complete), ("ab\u{fffd}", true));
        let met = page(0, &[chunk(0, b"\xE9", &[]), chunk(1, b"\x92\x9F!", &[])], 4, true);
        let text: String = met.pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, "钟!");
    }

    #[test]
    fn a_finished_run_without_output_is_complete() {
        assert!(page(0, &[], 0, true).complete);
        assert!(!page(0, &[], 0, false).complete);
    }
}
