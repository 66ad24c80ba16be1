//! The supervisor as a process: everything it promises, seen from outside.

mod ending;
mod fixture;
mod nasty;
mod output;
mod recovery;
mod secrets;
mod starting;
mod users;
