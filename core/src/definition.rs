//! What people write and how it changes: kinds, edits, differences, versions and files.
//!
//! Everything here is pure: the transaction that carries an edit out is spelled by the key space.

mod apply;
mod diff;
mod edit;
mod export;
mod file;
mod kind;
mod located;
mod schema;
mod version;

pub use apply::{ApplyPlan, Changed, Existing, plan_apply};
pub use diff::{Change, diff};
pub use edit::{Author, Current, CursorStart, EditPlan, EditRefused, FullName, Intent, plan_edit};
pub use export::export;
pub use file::{FileError, FileErrors, FileJob, Format, parse_file};
pub use kind::Kind;
pub use schema::schema;
pub use version::Version;
