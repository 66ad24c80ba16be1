//! Addresses that the system opens with this program: `belfry://run/…`, `belfry://jobs?…`. The
//! window knows what they mean; here one is only found and handed over, once.

use std::sync::{Mutex, PoisonError};

/// How every address begins.
const SCHEME: &str = "belfry://";
/// Nothing that Belfry copies is longer.
const CHARS_MAX: usize = 4_096;

/// The address that the window has not opened yet.
#[derive(Default)]
pub struct Asked(Mutex<Option<String>>);

impl Asked {
    /// Keeps the address among a program's arguments, if there is one; says whether there is.
    pub fn keep(&self, arguments: &[String]) -> bool {
        let found = address(arguments);
        let is_there = found.is_some();
        if is_there {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
        is_there
    }

    /// Gives it to whoever asks first.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn address(arguments: &[String]) -> Option<String> {
    let is_one = |text: &&String| {
        text.starts_with(SCHEME) && text.len() <= CHARS_MAX && !text.chars().any(char::is_control)
    };
    arguments.iter().skip(1).find(is_one).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn an_address_is_handed_over_once() {
        let asked = Asked::default();
        assert!(asked.keep(&arguments(&["belfry", "--quiet", "belfry://run/ab?line=7"])));
        assert_eq!(asked.take().as_deref(), Some("belfry://run/ab?line=7"));
        assert_eq!(asked.take(), None);
    }

    #[test]
    fn other_arguments_are_no_addresses() {
        let asked = Asked::default();
        let long = format!("belfry://{}", "a".repeat(CHARS_MAX));
        for other in ["https://run/ab", "belfry:/run", "belfry://a\nb", &long] {
            assert!(!asked.keep(&arguments(&["belfry", other])), "{other:?}");
        }
        assert!(!asked.keep(&arguments(&["belfry://run/ab"])));
    }
}
