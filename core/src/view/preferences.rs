//! How the window looks and what it tells, kept for the person at this computer.

use serde::{Deserialize, Serialize};

use super::{JobGroup, JobSort};

views! {
    /// How the window looks, kept for the person at this computer.
    #[serde(default)]
    struct Preferences {
        /// The language of every word.
        pub language: Language,
        /// Its colours.
        pub theme: Theme,
        /// The height of rows.
        pub density: Density,
        /// Whether the rail on the left shows glyphs only.
        pub rail_folded: bool,
        /// Lists of jobs that were named, in the order of the rail.
        pub views: Vec<JobsView>,
        /// Of which jobs' failures the desktop tells.
        pub notices: NoticeOf,
        /// The name that this person has as owner of jobs; empty when nobody said.
        pub owner_name: String,
    }

    /// The language of every word.
    enum Language {
        /// The computer's, else English.
        System,
        /// English.
        #[serde(rename = "en")]
        En,
        /// Simplified Chinese.
        #[serde(rename = "zh-CN")]
        ZhCn,
    }

    /// The colours.
    enum Theme {
        /// As the computer's other windows.
        System,
        /// Dark on white.
        Light,
        /// Light on near-black.
        Dark,
        /// White on black, without shades.
        Contrast,
    }

    /// The height of rows.
    enum Density {
        /// 28 px.
        Compact,
        /// 36 px.
        Comfortable,
    }

    /// A list of jobs that somebody named.
    struct JobsView {
        /// Its name.
        pub name: String,
        /// The filter.
        pub text: String,
        /// What rows are gathered by.
        pub group: JobGroup,
        /// The order.
        pub sort: JobSort,
        /// Whether the order is turned round.
        pub descending: bool,
    }

    /// Of which jobs' failures the desktop tells.
    enum NoticeOf {
        /// Of none.
        Nothing,
        /// Of those that are starred or have this person as owner.
        Mine,
        /// Of every job.
        Everything,
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            density: Density::Compact,
            rail_folded: false,
            views: Vec::new(),
            notices: NoticeOf::Mine,
            owner_name: String::new(),
        }
    }
}
