//! Saved connections, as people see and edit them. No secret ever comes out of here.

use serde::{Deserialize, Serialize};

use super::{Ladder, Live};

views! {
    /// How careful one has to be with a place.
    #[derive(Copy, Eq, Default)]
    enum Environment {
        /// Nobody minds.
        #[default]
        Test,
        /// Like the real one.
        Staging,
        /// The real one.
        Production,
    }

    /// A person's connections.
    struct ConnectionList {
        /// The one that the window shows; empty for this computer.
        pub shown: String,
        /// This computer first, then by name.
        pub rows: Vec<ConnectionRow>,
        /// Where secrets are kept.
        pub keeping: Keeping,
    }

    /// A connection.
    struct ConnectionRow {
        /// The profile; empty for this computer.
        pub name: String,
        /// How careful one has to be.
        pub environment: Environment,
        /// Nothing may be changed through it.
        pub read_only: bool,
        /// Where it leads, for people: no user and no password.
        pub place: String,
        /// Plain text to other computers is allowed.
        pub insecure: bool,
        /// How it stands.
        pub state: ConnectionState,
        /// Why it cannot be reached at present.
        pub trouble: Option<String>,
    }

    /// How a connection stands.
    #[derive(Copy, Eq)]
    enum ConnectionState {
        /// Nobody has asked for it.
        Closed,
        /// It is followed.
        Open,
        /// It was asked for and cannot be reached; it is tried again.
        Away,
    }

    /// Where secrets are kept.
    #[derive(Copy, Eq)]
    enum Keeping {
        /// In the system's keychain.
        Keychain,
        /// In an encrypted file that is open.
        Open,
        /// In an encrypted file whose passphrase was not given yet.
        Locked,
        /// In an encrypted file that is not there yet: the first passphrase makes it.
        New,
    }

    /// A profile as texts, to be edited. An empty text says nothing.
    #[derive(Default, Eq)]
    struct ConnectionForm {
        /// Its name.
        pub name: String,
        /// How careful one has to be.
        pub environment: Environment,
        /// Nothing may be changed through it.
        pub read_only: bool,
        /// The cluster, by the name that its keys carry.
        pub cluster: String,
        /// etcd's members, parted by commas, spaces or lines.
        pub endpoints: String,
        /// Who signs in to etcd.
        pub user: String,
        /// The user's password.
        pub password: SecretWish,
        /// A file whose first line is the password, instead of a kept one.
        pub password_file: String,
        /// A file: who signs the members' certificates.
        pub ca: String,
        /// A file: our own certificate.
        pub cert: String,
        /// A file: its private key.
        pub key: String,
        /// Plain text to other computers is allowed.
        pub insecure: bool,
        /// Where the keys begin, if not by the cluster's name.
        pub prefix: String,
        /// `mysql://user@host/database`, without the password.
        pub history_url: String,
        /// The password in it.
        pub history_password: SecretWish,
        /// A file whose first line is the whole address, instead of the address.
        pub history_url_file: String,
        /// A file: who signs the database's certificate.
        pub history_ca: String,
        /// Plain text to another computer is allowed.
        pub history_insecure: bool,
    }

    /// What is to become of a secret. What is kept is never told.
    #[derive(Default, Eq)]
    enum SecretWish {
        /// There is none.
        #[default]
        None,
        /// The one that is kept stays.
        Kept,
        /// This one is kept from now on.
        Set(String),
    }

    /// A field of the form, and what is wrong with it.
    #[derive(Eq)]
    struct ConnectionMistake {
        /// The field, by its name in the form.
        pub field: String,
        /// What is wrong.
        pub kind: ConnectionFault,
        /// What was written that cannot be used.
        pub text: String,
    }

    /// What can be wrong with a field.
    #[derive(Copy, Eq)]
    enum ConnectionFault {
        /// It has to be given.
        Missing,
        /// No name: lowercase letters, digits, `.`, `_` and `-`.
        NoName,
        /// Another profile has it.
        Taken,
        /// No address of a member of etcd.
        NoAddress,
        /// No address of a database.
        NoDatabase,
        /// It holds a password, which belongs into its own field.
        HoldsPassword,
        /// It needs the field beside it.
        NeedsPair,
        /// It and the field beside it exclude each other.
        Both,
        /// It must begin with `/` and not end with one.
        NoPrefix,
        /// There is no such file.
        NoFile,
    }

    /// What became of saving a form.
    struct ConnectionSaved {
        /// Nothing was saved when there are any.
        pub mistakes: Vec<ConnectionMistake>,
    }

    /// What came of a test.
    struct ConnectionTested {
        /// Nothing was tried when there are any.
        pub mistakes: Vec<ConnectionMistake>,
        /// The rungs.
        pub ladder: Option<Ladder>,
    }

    /// What came of an import.
    struct ConnectionImport {
        /// Profiles that are new.
        pub added: Vec<String>,
        /// Profiles whose names were taken, left alone.
        pub left: Vec<String>,
    }

    /// How far a test is.
    struct LadderNews {
        /// The test.
        pub id: String,
        /// The rungs as they stand.
        pub ladder: Ladder,
    }

    /// What changed, and through which connection.
    struct ConnectionLive {
        /// The profile; empty for this computer.
        pub profile: String,
        /// What changed.
        pub live: Live,
    }
}

impl Environment {
    /// All, from the least to the most careful.
    pub const ALL: [Self; 3] = [Self::Test, Self::Staging, Self::Production];

    /// How files name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}
