//! The job editor: what it begins with, what it says of a form, and what becomes of it.
//!
//! `form` turns definitions into forms and back, `check` looks a form through, `fits` which nodes come into question, `effect` says what
//! saving it would bring about, `save` changes the store, `conflict` compares two versions.

mod check;
mod conflict;
mod effect;
mod fits;
mod form;
mod open;
mod save;

pub use check::build_schedule;
