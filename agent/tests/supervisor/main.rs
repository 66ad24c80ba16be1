//! The supervisor as a process: everything it promises, seen from outside.

mod ending;
mod fixture;
mod output;
mod recovery;
mod starting;
mod users;
