//! Secrets as definitions hold them: sealed to the cluster's identity, or only named. What they say is nowhere here.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use sha2::{Digest, Sha256};

use crate::limits::SEALED_BYTES_MAX;

/// What stands in files in place of what is sealed: whatever is there stays.
pub const SEALED: &str = "sealed";
const BEGINNING: &str = "age:";

/// One secret of a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sealed {
    /// It was never set here: nothing can run with it.
    #[default]
    Unset,
    /// Bytes that only the agents of the cluster can read.
    Bytes(Vec<u8>),
}

/// By the name of the variable that holds it.
pub type SealedSecrets = BTreeMap<String, Sealed>;

/// The text is neither [`SEALED`] nor sealed. It may be the secret itself, so nobody repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSealed;

impl FromStr for Sealed {
    type Err = NotSealed;
    fn from_str(text: &str) -> Result<Self, NotSealed> {
        if text == SEALED {
            return Ok(Self::Unset);
        }
        let text = text.strip_prefix(BEGINNING).ok_or(NotSealed)?;
        let bytes = BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| NotSealed)?;
        match (1..=SEALED_BYTES_MAX).contains(&bytes.len()) {
            true => Ok(Self::Bytes(bytes)),
            false => Err(NotSealed),
        }
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => f.write_str(SEALED),
            Self::Bytes(bytes) => {
                write!(f, "{BEGINNING}{}", BASE64_STANDARD_NO_PAD.encode(bytes))
            }
        }
    }
}

impl Sealed {
    /// A mark by which people tell one setting from the next; sealing the same again makes another one.
    pub fn mark(&self) -> String {
        match self {
            Self::Unset => "not set".to_owned(),
            Self::Bytes(bytes) => {
                let hash = Sha256::digest(bytes);
                format!("sealed, {:02x}{:02x}{:02x}", hash[0], hash[1], hash[2])
            }
        }
    }
}

/// Takes what is only named from what was there.
pub fn keep(secrets: &mut SealedSecrets, before: &SealedSecrets) {
    for (name, sealed) in secrets {
        if let (Sealed::Unset, Some(kept)) = (&*sealed, before.get(name)) {
            *sealed = kept.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_back_and_nothing_else_is() {
        for sealed in [Sealed::Unset, Sealed::Bytes(vec![0, 255, 7])] {
            assert_eq!(sealed.to_string().parse(), Ok(sealed));
        }
        let large = Sealed::Bytes(vec![1; SEALED_BYTES_MAX + 1]).to_string();
        for text in ["", "hunter2", "age:", "age:?", "Sealed", large.as_str()] {
            assert_eq!(text.parse::<Sealed>(), Err(NotSealed));
        }
    }

    #[test]
    fn what_is_only_named_stays_as_it_was() {
        let set = |byte| Sealed::Bytes(vec![byte]);
        let of = |pairs: &[(&str, Sealed)]| {
            let pairs = pairs.iter().cloned();
            pairs
                .map(|(name, sealed)| (name.to_owned(), sealed))
                .collect::<SealedSecrets>()
        };
        let before = of(&[("A", set(1)), ("B", set(2)), ("GONE", set(3))]);
        let mut after = of(&[("A", Sealed::Unset), ("B", set(9)), ("NEW", Sealed::Unset)]);
        keep(&mut after, &before);
        assert_eq!(
            after,
            of(&[("A", set(1)), ("B", set(9)), ("NEW", Sealed::Unset)])
        );
    }
}
