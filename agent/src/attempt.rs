//! One attempt on disk: the folder `runs/<run id>/<attempt>/`, the format of each file in it,
//! and the processes it stands for.
//!
//! The agent creates the folder and writes what is to be run; the supervisor writes what became
//! of it; either may be killed at any instant and the other goes on from the files alone.
//!
//! | file | written by | when |
//! |---|---|---|
//! | `spec.json`, `script`, `stdin` | agent | before the supervisor is spawned, never changed |
//! | `gate` | whoever decides | once, exclusively, durable before the program is executed |
//! | `started.json` | supervisor | right after the program's exec |
//! | `output.<offset>`, `stamps.<offset>` | supervisor | while the program writes |
//! | `exit.json` | supervisor | once, durable, when nothing of the tree lives |
//!
//! Nothing here decides what a run's state is: that belongs to the dispatch rules of core.

pub mod cgroup;
pub mod clock;
pub mod exit;
pub mod folder;
pub mod gate;
pub mod limits;
pub mod output;
pub mod process;
pub mod redact;
pub mod secrets;
pub mod spec;
pub mod tree;
