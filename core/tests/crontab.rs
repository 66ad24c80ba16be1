//! Crontabs: what becomes of each line, and that it rings as cron would have rung.

#[path = "crontab/again.rs"]
mod again;
#[path = "crontab/laws.rs"]
mod laws;
#[path = "crontab/lines.rs"]
mod lines;
#[path = "crontab/tables.rs"]
mod tables;

use belfry_core::crontab::{Crontab, Surroundings, UserColumn, read};
use belfry_core::schedule::Zone;
use jiff::Timestamp;

/// Reads a crontab of lin in a zone.
fn crontab(text: impl AsRef<[u8]>, zone: &str, user_column: UserColumn) -> Crontab {
    let zone = Zone::parse(zone).expect("a zone");
    let now: Timestamp = "2026-09-14T12:00:00Z".parse().expect("an instant");
    let around = Surroundings {
        person: "lin",
        accounts: &["www-data".to_owned(), "backup".to_owned()],
        zone: &zone,
        now,
        user_column,
    };
    read(text.as_ref(), &around)
}
