//! Secrets taken out of a stream of bytes, wherever the stream is cut.
//!
//! One pass over each piece for each text (Knuth, Morris, Pratt): linear whatever a program prints.

/// What stands in place of a secret.
pub const MARK: &[u8] = b"***";

/// Lines shorter than this stand in output by chance, so that of a secret of several lines only its longer ones are
/// taken out by themselves.
const LINE_BYTES_MIN: usize = 8;

/// Takes texts out of what is fed to it. What may be the beginning of one is held back until more is known.
#[derive(Debug, Default)]
pub struct Redactor {
    texts: Vec<Text>,
    /// Not given out yet.
    held: Vec<u8>,
    /// Of these, the first ones belong to what was taken out already.
    covered: usize,
    /// Where in these a text was found: what begins before it may be a longer one.
    found: Vec<(usize, usize)>,
}

/// One text, with how much of it the stream ends with.
#[derive(Debug)]
struct Text {
    bytes: Vec<u8>,
    /// For each length that matched, the longest shorter one that does too.
    fallback: Vec<usize>,
    matched: usize,
}

impl Redactor {
    /// For these texts, and for the lines of those that have several.
    #[must_use]
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<&str> = Vec::new();
        for text in texts {
            let lines = text.lines().map(str::trim);
            all.extend(lines.filter(|line| line.len() >= LINE_BYTES_MIN));
            // Programs end their lines as they like.
            all.push(text.trim_end_matches(['\r', '\n']));
        }
        all.sort_unstable();
        all.dedup();
        let some = all.into_iter().filter(|text| !text.is_empty());
        Self {
            texts: some.map(|text| Text::new(text.as_bytes())).collect(),
            ..Self::default()
        }
    }

    /// Whether there is nothing to take out.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.texts.is_empty()
    }

    /// What can be given out after this piece.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<u8> {
        let before = self.held.len();
        self.held.extend_from_slice(piece);
        for text in &mut self.texts {
            text.feed(&self.held, before, &mut self.found);
        }
        // The longest beginning of a text that the stream ends with.
        let open = self.texts.iter().map(|text| text.matched).max();
        let settled = self.held.len() - open.unwrap_or(0);
        self.give(settled)
    }

    /// What was held back: a beginning that nothing followed.
    pub fn finish(&mut self) -> Vec<u8> {
        for text in &mut self.texts {
            text.matched = 0;
        }
        self.give(self.held.len())
    }

    /// Gives out what lies before `settled`: no text that is found later begins there.
    fn give(&mut self, settled: usize) -> Vec<u8> {
        self.found.sort_unstable();
        let mut given = Vec::with_capacity(settled);
        let mut at = self.covered;
        let ripe = self.found.partition_point(|(from, _)| *from < settled);
        for (from, to) in self.found.drain(..ripe) {
            if from >= at {
                given.extend_from_slice(&self.held[at..from]);
                given.extend_from_slice(MARK);
            }
            at = at.max(to);
        }
        if at < settled {
            given.extend_from_slice(&self.held[at..settled]);
            at = settled;
        }
        self.held.drain(..settled);
        for (from, to) in &mut self.found {
            (*from, *to) = (*from - settled, *to - settled);
        }
        self.covered = at - settled;
        given
    }
}

impl Text {
    fn new(bytes: &[u8]) -> Self {
        let mut fallback = vec![0; bytes.len() + 1];
        let mut length = 0;
        for index in 1..bytes.len() {
            while length > 0 && bytes[index] != bytes[length] {
                length = fallback[length];
            }
            length += usize::from(bytes[index] == bytes[length]);
            fallback[index + 1] = length;
        }
        Self {
            bytes: bytes.to_vec(),
            fallback,
            matched: 0,
        }
    }

    /// Goes on from `from`, and adds where it was found, also over itself.
    fn feed(&mut self, stream: &[u8], from: usize, found: &mut Vec<(usize, usize)>) {
        let mut index = from;
        while index < stream.len() {
            if self.matched == 0 {
                let Some(skipped) = memchr::memchr(self.bytes[0], &stream[index..]) else {
                    return;
                };
                index += skipped;
            }
            while self.matched > 0 && stream[index] != self.bytes[self.matched] {
                self.matched = self.fallback[self.matched];
            }
            self.matched += usize::from(stream[index] == self.bytes[self.matched]);
            index += 1;
            if self.matched == self.bytes.len() {
                found.push((index - self.matched, index));
                self.matched = self.fallback[self.matched];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stream whole, cut at every place, and byte by byte.
    fn check(texts: &[&str], stream: &str, expected: &str) {
        let through = |pieces: &[&[u8]]| {
            let mut redactor = Redactor::new(texts.iter().copied());
            let mut given = Vec::new();
            for piece in pieces {
                given.extend(redactor.feed(piece));
            }
            given.extend(redactor.finish());
            String::from_utf8_lossy(&given).into_owned()
        };
        let bytes = stream.as_bytes();
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(through(&pieces), expected, "cut at {first} and {second}");
            }
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(through(&single), expected, "byte by byte");
    }

    #[test]
    fn a_secret_is_taken_out_wherever_the_stream_is_cut() {
        check(&["hunter2"], "token=hunter2;", "token=***;");
        check(&["hunter2"], "hunter2hunter2", "******");
        check(&["hunter2"], "hunthunter2 hunter", "hunt*** hunter");
        check(&["hunter2"], "nothing", "nothing");
        check(&["hunter2"], "", "");
        check(&["abcabd"], "abcabcabd", "abc***");
    }

    #[test]
    fn secrets_over_each_other_leave_nothing_of_either() {
        check(&["abc123", "123xyz"], "-abc123xyz-", "-***-");
        check(&["abcdef", "bcd"], "abcdef abcd", "*** a***");
        check(&["abcdef", "bcd"], "abcde", "a***e");
        check(&["aaaa"], "aaaaaaaaa", "***");
        check(&["aaaa"], "aaabaaaa", "aaab***");
        check(&["abab", "baba"], "ababab-ba", "***-ba");
    }

    #[test]
    fn a_secret_of_several_lines_is_known_by_each_long_one() {
        let key = "-----BEGIN-----\nAAAABBBB\nok\n-----END-----\n";
        check(&[key], "x AAAABBBB ok y", "x *** ok y");
        check(
            &[key],
            "-----BEGIN-----\nAAAABBBB\nok\n-----END-----\nz",
            "***\nz",
        );
    }

    #[test]
    fn what_is_held_back_is_bounded_by_the_longest_secret() {
        let mut redactor = Redactor::new(["aaaa"]);
        for _ in 0..10_000 {
            redactor.feed(b"aaaaaaaa");
            assert!(redactor.held.len() < 4);
        }
        assert_eq!(redactor.feed(b"b"), b"b");
    }
}
