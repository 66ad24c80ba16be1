//! This computer and this program, as the settings show them.

use serde::{Deserialize, Serialize};

views! {
    /// What the settings say of this computer and this program.
    struct Computer {
        /// Where the data lies.
        pub data_dir: String,
        /// Where the preferences lie.
        pub config_dir: String,
        /// How the agent starts when the person logs in.
        pub at_login: AtLogin,
        /// The file that makes it start so, or would.
        pub at_login_file: String,
        /// Whether the desktop can show notices outside of the window.
        pub notices: bool,
        /// The program's version.
        pub version: String,
        /// The edition of the time zones.
        pub zones: String,
        /// The licences of what the program is made of.
        pub licences: Vec<Licence>,
    }

    /// How the agent starts when the person logs in.
    enum AtLogin {
        /// It does not.
        Off,
        /// As a user's service of systemd.
        Service,
        /// As an entry of the desktop's autostart.
        Autostart,
        /// By a file that somebody else wrote, which is left alone.
        Foreign,
    }

    /// The licence of a part.
    struct Licence {
        /// The part.
        pub name: String,
        /// Its licence, as SPDX names it.
        pub licence: String,
    }

    /// Something that is told outside of the window.
    struct Notice {
        /// The run.
        pub run_id: String,
        /// One line.
        pub title: String,
        /// What there is to say of it.
        pub body: String,
    }
}
