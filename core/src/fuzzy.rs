//! Finding names by a few of their letters, for the palette.

/// A letter at the start of a name or after a mark counts so much more.
const AT_START: i32 = 8;
/// A letter right after the one before counts so much more.
const IN_A_ROW: i32 = 10;
/// Each letter left out between two costs this, up to a bound.
const SKIPPED: i32 = 1;
const SKIPPED_MAX: i32 = 6;

/// Letters that somebody typed, ready to be looked for in many names.
pub struct Letters {
    letters: Vec<char>,
}

impl Letters {
    /// Case and spaces do not count.
    pub fn new(text: &str) -> Self {
        let plain = text.chars().filter(|c| !c.is_whitespace());
        Self {
            letters: plain.flat_map(char::to_lowercase).collect(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// How well a name fits, more is better; `None` when it lacks a letter or has them in another
    /// order. Short names are better than long ones that fit alike.
    pub fn score(&self, name: &str) -> Option<i32> {
        let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
        // The best of beginning at each place where the first letter stands.
        let first = *self.letters.first()?;
        let starts = name.iter().enumerate().filter(|(_, c)| **c == first);
        let best = starts
            .filter_map(|(start, _)| self.score_from(&name, start))
            .max()?;
        Some(best - i32::try_from(name.len() / 8).unwrap_or(i32::MAX / 2))
    }

    fn score_from(&self, name: &[char], start: usize) -> Option<i32> {
        let (mut score, mut last) = (0, None);
        let mut at = start;
        for letter in &self.letters {
            at += name[at..].iter().position(|c| c == letter)?;
            score += worth(name, at, last);
            last = Some(at);
            at += 1;
        }
        Some(score)
    }
}

fn worth(name: &[char], at: usize, last: Option<usize>) -> i32 {
    let starts = at == 0 || !name[at - 1].is_alphanumeric();
    let start = if starts { AT_START } else { 0 };
    let gap = match last {
        Some(last) if last + 1 == at => return start + IN_A_ROW,
        Some(last) => i32::try_from(at - last).unwrap_or(SKIPPED_MAX),
        None => i32::try_from(at).unwrap_or(SKIPPED_MAX),
    };
    start - (gap * SKIPPED).min(SKIPPED_MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn best(typed: &str, names: &[&'static str]) -> &'static str {
        let letters = Letters::new(typed);
        let scored = names
            .iter()
            .filter_map(|name| Some((letters.score(name)?, *name)));
        scored
            .max_by_key(|(score, _)| *score)
            .map_or("", |(_, name)| name)
    }

    #[test]
    fn the_name_that_was_meant_comes_first() {
        let names = [
            "ops/backup-orders",
            "ops/restore-check",
            "web/broken-links",
            "ops/back-up-of-other-orders",
        ];
        assert_eq!(best("backup", &names), "ops/backup-orders");
        assert_eq!(best("bo", &names), "ops/backup-orders");
        assert_eq!(best("BRO li", &names), "web/broken-links");
        assert_eq!(best("rc", &names), "ops/restore-check");
        assert_eq!(best("zz", &names), "");
    }

    proptest! {
        #[test]
        fn a_name_is_found_by_any_of_its_letters_in_their_order(name in "[a-z/ -]{1,30}", mask in any::<u32>()) {
            let some: String = name.chars().enumerate()
                .filter(|(at, c)| mask & (1 << at) != 0 && !c.is_whitespace())
                .map(|(_, c)| c).collect();
            prop_assert_eq!(Letters::new(&some).score(&name).is_some(), !some.is_empty());
        }
    }
}
