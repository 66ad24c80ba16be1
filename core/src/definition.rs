//! What people write and how it changes: kinds, edits, differences, versions and files.
//!
//! Everything here is pure: the transaction that carries an edit out is spelled by the key space.

mod address;
mod apply;
mod body;
mod calendar;
mod diff;
mod edit;
mod export;
mod file;
mod ics;
mod kind;
mod located;
mod node;
mod schema;
mod version;

pub use address::{Address, FullName};
pub use apply::{ApplyPlan, Changed, Existing, plan_apply};
pub use body::{Body, Definition};
pub use calendar::{Calendar, CalendarDraft};
pub use diff::{Change, diff, diff_lines};
pub use edit::{Author, Current, CursorStart, EditPlan, EditRefused, Intent, plan_edit};
pub use export::{export, export_all};
pub use file::{FileError, FileErrors, FileItem, Format, parse_file};
pub use ics::{IcsDays, IcsError, read_ics};
pub use kind::Kind;
pub use node::{NodeDefinition, NodeDraft};
pub use schema::schema;
pub use version::Version;
