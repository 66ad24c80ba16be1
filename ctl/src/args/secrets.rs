//! The words of `secrets`.

use clap::Subcommand;

/// `secrets …`.
#[derive(Subcommand)]
pub enum SecretsCommand {
    /// Set one: typed without being shown, or read from standard input
    Set {
        /// The job
        job: String,
        /// The variable in which its programs find it
        name: String,
    },
    /// Seal all of them to a new identity; on a cluster in two steps, between which its nodes are given the new one
    Rotate {
        /// The second step: the nodes have the file of identities
        #[arg(long)]
        finish: bool,
    },
}
