//! Whether an occurrence came in time: a view of its record, and no state.

use jiff::Timestamp;

use crate::limits::LATE_AFTER;
use crate::run::{RunRecord, RunState, Trigger};

/// Whether an occurrence came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It never started, and neither its job's rules nor a person wanted it so.
    Missed,
    /// It started more than `LATE_AFTER` behind its scheduled instant; a job's jitter counts too.
    Late,
    /// Neither; and all that no schedule rang.
    OnTime,
}

/// Reasons for which an occurrence does not start as people wanted it.
const WANTED: [&str; 5] = ["paused", "overlap", "edited", "cancelled", "excluded_day"];

impl Fate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Missed, Self::Late, Self::OnTime];

    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Late => "late",
            Self::OnTime => "on_time",
        }
    }

    /// Reads the word that [`Fate::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.as_str() == text)
    }

    /// What became of a record's occurrence. `history` says the same in SQL.
    pub fn of(record: &RunRecord) -> Self {
        if record.trigger != Trigger::Schedule {
            return Self::OnTime;
        }
        let wanted = record
            .reason
            .is_some_and(|reason| WANTED.contains(&reason.as_str()));
        let late_ms = |started: Timestamp| {
            let late = started.as_millisecond() - record.scheduled_at.as_millisecond();
            u128::try_from(late).unwrap_or(0)
        };
        match record.started_at {
            None if record.state.may_be_missed() && !wanted => Self::Missed,
            Some(started) if late_ms(started) > LATE_AFTER.as_millis() => Self::Late,
            _ => Self::OnTime,
        }
    }
}

impl RunState {
    /// Whether an occurrence in this state may be one that was missed.
    pub fn may_be_missed(self) -> bool {
        matches!(self, Self::Skipped | Self::Lost | Self::Rejected)
    }
}
