//! What people do to nodes, and the forms that they fill.

use serde::{Deserialize, Serialize};

use crate::job::FieldError;

views! {
    /// What a node is asked.
    #[derive(Copy, Eq)]
    enum NodeAsk {
        /// To take nothing new; what runs goes on.
        Drain,
        /// To take work again.
        Undrain,
        /// To read its own file again.
        Reload,
    }

    /// What became of it.
    struct NodeAsked {
        /// In a word.
        pub end: NodeAskEnd,
        /// Why it was answered but not done, in the agent's words; empty otherwise.
        pub why: String,
    }

    /// What became of it, in a word.
    #[derive(Copy, Eq)]
    enum NodeAskEnd {
        /// It was done.
        Done,
        /// It was answered, but not done.
        NotDone,
        /// No answer came in time.
        NotConfirmed,
    }

    /// What was done about the runs of a node that was removed.
    #[derive(Copy, Eq)]
    struct NodeGiven {
        /// Runs that are lost now, their jobs set free.
        pub given_up: u32,
        /// Runs that another node goes on with.
        pub taken_over: u32,
    }

    /// What people note about a node, as texts.
    struct NodeForm {
        /// Its share of the work; empty: as its own file says.
        pub weight: String,
        /// `name=value`, parted by commas, white space or lines.
        pub labels: String,
        /// For people.
        pub note: String,
        /// The generation that the form was filled from; none when nothing was noted yet.
        pub generation: Option<u64>,
        /// The weight of its own file.
        pub own_weight: Option<u32>,
        /// The labels of its own file.
        pub own_labels: Vec<String>,
    }

    /// How a server that is invited is to stand, as texts.
    struct InviteForm {
        /// The projects that it serves, parted by commas or white space; empty: all.
        pub projects: String,
        /// `name=value`, parted by commas, white space or lines.
        pub labels: String,
        /// Its share of the work; empty: 1.
        pub weight: String,
    }

    /// What became of a form about nodes. With mistakes nothing was done.
    struct NodeFormAnswer {
        /// What is wrong, by fields.
        pub errors: Vec<FieldError>,
        /// The line that lets a server join; only of an invitation. A secret.
        pub line: Option<String>,
        /// What to know of it, in English.
        pub warnings: Vec<String>,
    }
}
