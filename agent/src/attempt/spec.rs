//! What is to be run: `spec.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock;

/// The version of `spec.json` that this program writes.
///
/// 2: `user` and `umask`; 3: `secrets`. No supervisor may pass them over.
pub const SPEC_VERSION: u32 = 3;

/// Everything the supervisor must know, fixed before it is spawned.
///
/// Fields that a reader does not know are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// [`SPEC_VERSION`].
    pub v: u32,
    /// Lower-case hexadecimal; also the value of `BELFRY_RUN_ID` in `env`.
    pub run_id: String,
    /// 1 for the first.
    pub attempt: u32,
    /// What to execute.
    pub program: Program,
    /// The whole environment: nothing is inherited.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Further variables, whose values the supervisor reads from its standard input and writes nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The working directory; `/` when absent.
    #[serde(default)]
    pub cwd: Option<String>,
    /// Whom the program runs as; as the supervisor when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserIds>,
    /// Permissions that its new files do not get; the supervisor's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub umask: Option<u32>,
    /// From the program's start, on the boot-time clock.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// From TERM to KILL.
    pub stop_grace_ms: u64,
    /// After this the program must not start any more.
    pub start_by: StartBy,
    /// How much output is kept.
    pub output: OutputLimits,
    /// A cgroup v2 folder in which the supervisor may create the program's own group.
    #[serde(default)]
    pub cgroup_parent: Option<String>,
}

/// A user in numbers, so that the supervisor needs no directory of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserIds {
    /// For sentences.
    pub name: String,
    /// The user.
    pub uid: u32,
    /// Its own group.
    pub gid: u32,
    /// All its groups, its own among them.
    pub groups: Vec<u32>,
}

/// What to execute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// No program: the agent makes a call.
    Call,
    /// A program with its arguments; a name without `/` is searched in the `PATH` of `env`.
    Argv(Vec<String>),
    /// The file `script` of the folder, run as `interpreter… <folder>/script`.
    ///
    /// A file and not `-c`: it has no size limit, every interpreter takes one, and `$0` names it.
    Script {
        /// Program and arguments before the file. Empty: the script's `#!` line, else `/bin/sh`.
        #[serde(default)]
        interpreter: Vec<String>,
    },
}

/// The last instant at which the program may start, on two clocks: it must not start when either says it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartBy {
    /// Unix milliseconds.
    pub wall_ms: i64,
    /// Milliseconds since boot, counting through suspend.
    pub boot_ms: u64,
    /// The boot that `boot_ms` counts from. In any other boot it is over.
    pub boot_id: String,
}

impl StartBy {
    /// Whether the instant lies behind us on either clock. Does not look at the boot id and allocates nothing,
    /// so that it may be called between fork and exec.
    #[must_use]
    pub fn is_over(&self) -> bool {
        clock::wall_ms() > self.wall_ms || clock::boot_ms() > self.boot_ms
    }
}

/// How many bytes of output are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLimits {
    /// The first bytes written.
    pub head_bytes: u64,
    /// The last bytes written.
    pub tail_bytes: u64,
}
