//! Names by patterns, and exit codes.

/// Which names are meant. Nothing given means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePatterns {
    /// One of these, if there are any; `*` stands for any text.
    pub like: Vec<String>,
    /// None of these.
    pub unlike: Vec<String>,
}

impl NamePatterns {
    /// Whether a name is meant.
    pub fn allow(&self, name: &str) -> bool {
        let fits = |pattern: &String| is_like(name, pattern);
        (self.like.is_empty() || self.like.iter().any(fits)) && !self.unlike.iter().any(fits)
    }

    /// Whether any name is meant.
    pub fn is_any(&self) -> bool {
        self.like.is_empty() && self.unlike.is_empty()
    }
}

/// Which exit codes are meant. A run without one is never meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExitCodes {
    /// One of these.
    Among(Vec<i32>),
    /// Any but these.
    NotAmong(Vec<i32>),
}

impl ExitCodes {
    /// Whether a run with this exit code is meant.
    pub fn allow(&self, code: Option<i32>) -> bool {
        let Some(code) = code else { return false };
        match self {
            Self::Among(codes) => codes.contains(&code),
            Self::NotAmong(codes) => !codes.contains(&code),
        }
    }
}

/// Whether a text is like a pattern, in which `*` stands for any text, also none.
///
/// Every piece between two stars is taken where it first stands: a later place can only leave
/// less for the pieces after it.
pub fn is_like(text: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return text == pattern;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*') {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (text, pattern, fits) in [
            ("web-1", "web-1", true),
            ("web-1", "web-*", true),
            ("web-1", "*", true),
            ("web-1", "*-1", true),
            ("web-1", "w*b*1", true),
            ("web-1", "web-1*", true),
            ("web-1", "*web-1*", true),
            ("web-1", "web", false),
            ("web-1", "web-*1-*", false),
            ("aa", "a*a*a", false),
            ("钟楼", "*楼", true),
            ("abcbc", "a*bc", true),
            ("", "*", true),
            ("", "", true),
        ] {
            assert_eq!(is_like(text, pattern), fits, "{text} {pattern}");
        }
    }
}
