//! Sealing secrets to a cluster's identity, and opening them.

use age::x25519;
use serde::{Deserialize, Serialize};

use crate::config::Secret;
use crate::id::JobId;
use crate::identity::Identity;
use crate::limits::{SECRET_BYTES_MAX, SECRET_BYTES_MIN};
use crate::secret::Sealed;

/// Version of what is sealed.
const FORM: u32 = 1;

/// What is sealed: the secret with where it belongs, so that nobody opens it by writing it into a job of theirs.
#[derive(Serialize, Deserialize)]
struct Content {
    v: u32,
    job: JobId,
    name: String,
    value: String,
}

/// Where a secret belongs: it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The job.
    pub job: JobId,
    /// The variable.
    pub name: &'a str,
}

/// Why something cannot be a secret. The text itself is not in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short to be kept out of the output.
    #[error(
        "it has fewer than {SECRET_BYTES_MIN} characters, which output has by chance: use a longer one"
    )]
    TooShort,
    /// Too long.
    #[error(
        "it has more than {SECRET_BYTES_MAX} bytes: keep it in a file on the node that only the job's user may read"
    )]
    TooLong,
    /// No variable can hold it.
    #[error("it contains a NUL character, which no program can be given")]
    Nul,
    /// The cluster's key is none.
    #[error("the cluster's public key cannot be used: run `belfryctl cluster status`")]
    Key,
}

/// Why a secret cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was never set.
    #[error("was never set here")]
    Unset,
    /// It is sealed to another identity, or damaged.
    #[error("is sealed to another identity than this node has")]
    Closed,
    /// It was sealed for another job or name.
    #[error("was sealed for another job")]
    Elsewhere,
}

/// Seals a secret so that only who has the secret part of `public` opens it.
pub fn seal(public: &str, owner: Owner<'_>, value: &Secret) -> Result<Sealed, SealError> {
    let text = value.reveal();
    if text.len() < SECRET_BYTES_MIN {
        return Err(SealError::TooShort);
    }
    if text.len() > SECRET_BYTES_MAX {
        return Err(SealError::TooLong);
    }
    if text.contains('\0') {
        return Err(SealError::Nul);
    }
    let recipient: x25519::Recipient = public.parse().map_err(|_| SealError::Key)?;
    let content = Content {
        v: FORM,
        job: owner.job,
        name: owner.name.to_owned(),
        value: text.to_owned(),
    };
    let content = serde_json::to_vec(&content).expect("texts have a JSON form");
    let sealed = age::encrypt(&recipient, &content);
    sealed.map(Sealed::Bytes).map_err(|_| SealError::Key)
}

/// Opens a secret with whichever of the identities it is sealed to.
pub fn open(
    identities: &[Identity],
    owner: Owner<'_>,
    sealed: &Sealed,
) -> Result<Secret, OpenError> {
    let Sealed::Bytes(bytes) = sealed else {
        return Err(OpenError::Unset);
    };
    let mut opened = identities
        .iter()
        .filter_map(|identity| identity.decrypt(bytes));
    let content = opened.next().ok_or(OpenError::Closed)?;
    let content: Content = serde_json::from_slice(&content).map_err(|_| OpenError::Closed)?;
    match content.job == owner.job && content.name == owner.name && content.v == FORM {
        true => Ok(Secret::new(content.value)),
        false => Err(OpenError::Elsewhere),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::limits::SEALED_BYTES_MAX;

    fn owner(job: u128, name: &str) -> Owner<'_> {
        Owner {
            job: JobId(Uuid::from_u128(job)),
            name,
        }
    }

    #[test]
    fn only_its_job_and_identity_open_a_secret() {
        let (own, other) = (Identity::generate(), Identity::generate());
        let value = Secret::new("hunter2 \u{1f514}\nline");
        let sealed = seal(&own.public(), owner(1, "TOKEN"), &value).expect("sealed");
        let opened = |identities: &[Identity], owner| open(identities, owner, &sealed);
        let both = [other.clone(), own.clone()];
        assert!(opened(&both, owner(1, "TOKEN")).expect("open") == value);
        let of_other = opened(&[other], owner(1, "TOKEN")).err();
        assert_eq!(of_other, Some(OpenError::Closed));
        let for_other = opened(&both, owner(2, "TOKEN")).err();
        assert_eq!(for_other, Some(OpenError::Elsewhere));
        let renamed = opened(&both, owner(1, "SHOWN")).err();
        assert_eq!(renamed, Some(OpenError::Elsewhere));
        assert!(!sealed.to_string().contains("hunter2"));
        let unset = open(&both, owner(1, "TOKEN"), &Sealed::Unset).err();
        assert_eq!(unset, Some(OpenError::Unset));
        let damaged = Sealed::Bytes(vec![1, 2, 3]);
        let damaged = open(&both, owner(1, "TOKEN"), &damaged).err();
        assert_eq!(damaged, Some(OpenError::Closed));
    }

    #[test]
    fn what_cannot_be_kept_is_refused_without_being_repeated() {
        let public = Identity::generate().public();
        let refused =
            |public: &str, text: &str| seal(public, owner(1, "TOKEN"), &Secret::new(text)).err();
        assert_eq!(refused(&public, "abc"), Some(SealError::TooShort));
        assert_eq!(refused(&public, "a\0bcd"), Some(SealError::Nul));
        let long = "x".repeat(SECRET_BYTES_MAX + 1);
        assert_eq!(refused(&public, &long), Some(SealError::TooLong));
        assert_eq!(refused("age1none", "long enough"), Some(SealError::Key));
        // Every character of the longest may need an escape.
        let worst = "\u{1}".repeat(SECRET_BYTES_MAX);
        let Ok(Sealed::Bytes(bytes)) =
            seal(&public, owner(1, &"N".repeat(64)), &Secret::new(worst))
        else {
            panic!("it is within the bounds");
        };
        assert!(bytes.len() <= SEALED_BYTES_MAX, "{}", bytes.len());
    }
}
