//! The permissions that a program's new files do not get.

use std::fmt;
use std::str::FromStr;

/// A mask of permission bits, at most `0777`; written in octal, as the shell's `umask` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Umask(u32);

impl Umask {
    /// The bits.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Umask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

/// The text is no mask: one to four octal digits, at most `0777`, are expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoUmask;

impl FromStr for Umask {
    type Err = NoUmask;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let octal = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let bits = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
        bits.filter(|bits| *bits <= 0o777).map(Self).ok_or(NoUmask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_read_in_octal_and_written_in_one_way() {
        for (text, written) in [
            ("022", "022"),
            ("0027", "027"),
            ("7", "007"),
            ("0777", "777"),
        ] {
            let mask: Umask = text.parse().expect(text);
            assert_eq!(mask.to_string(), written, "{text}");
        }
        for text in ["", "8", "1000", "00022", "-1", "+22", "u=rwx", "٢"] {
            assert_eq!(text.parse::<Umask>(), Err(NoUmask), "{text}");
        }
    }
}
