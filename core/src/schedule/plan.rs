//! Schedules as a form asks for them: every so often, daily, weekly, monthly, once or by hand.
//!
//! A plan is written as an expression that the parser accepts, and an expression is read back as
//! the plan that would write it; whatever no plan can say is `Custom`.

mod read;

use std::fmt;

use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Zone;

/// What kind of schedule a form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PlanKind {
    /// Every so many minutes.
    Minutes,
    /// Every so many hours.
    Hours,
    /// Each day at a time.
    Daily,
    /// On some weekdays at a time.
    Weekly,
    /// On a day of each month at a time.
    Monthly,
    /// At one instant.
    Once,
    /// Only when somebody asks for it.
    Manual,
    /// What only an expression can say.
    Custom,
}

/// A schedule as a form asks for it; each kind uses the fields that it names, the others are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SchedulePlan {
    /// Which fields count.
    pub kind: PlanKind,
    /// Minutes: how many lie between two runs.
    pub minutes: String,
    /// Hours: how many lie between two runs.
    pub hours: String,
    /// Hours: the minute past the hour.
    pub minute: String,
    /// Daily, weekly, monthly: the time of day, `03:00`.
    pub at: String,
    /// Weekly: 1 for Monday to 7 for Sunday.
    pub days: Vec<u8>,
    /// Monthly: 1 to 31, or `L` for the last.
    pub day: String,
    /// Once: date and time on the zone's clock, `2026-12-01T02:30`.
    pub date: String,
}

/// Why a plan cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// Minutes: not a whole number from 1 on.
    Minutes,
    /// Hours: not a whole number from 1 on.
    Hours,
    /// Not a minute of an hour.
    Minute,
    /// No time of day.
    At,
    /// No weekday is chosen, or one that does not exist.
    Days,
    /// Neither a day of a month nor `L`.
    Day,
    /// No date and time.
    Date,
}

impl PlanError {
    /// The field that is wrong.
    pub fn field(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Minute => "minute",
            Self::At => "at",
            Self::Days => "days",
            Self::Day => "day",
            Self::Date => "date",
        }
    }

    /// A stable name, by which user interfaces translate it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Minutes | Self::Hours => "plan_every",
            Self::Minute => "plan_minute",
            Self::At => "plan_at",
            Self::Days => "plan_days",
            Self::Day => "plan_day",
            Self::Date => "plan_date",
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minutes | Self::Hours => {
                "is no whole number from 1 on: write how many lie between two runs"
            }
            Self::Minute => "is no minute of an hour: write 0 to 59",
            Self::At => "is no time of day: write it like 03:00",
            Self::Days => "names no weekday: choose one at least",
            Self::Day => "is no day of a month: write 1 to 31, or L for the last",
            Self::Date => "is no date and time: write it like 2026-12-01T02:30",
        })
    }
}

const DAY_NAMES: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
/// Longer intervals are not asked for in minutes or hours.
const EVERY_MAX: u32 = 100_000;

impl SchedulePlan {
    /// A plan of a kind that asks for what is usual.
    pub fn usual(kind: PlanKind, zone: &Zone, now: Timestamp) -> Self {
        let day = now.to_zoned(zone.time_zone().clone()).datetime().date();
        let tomorrow = day.checked_add(1.day()).unwrap_or(day);
        Self {
            kind,
            minutes: "5".to_owned(),
            hours: "1".to_owned(),
            minute: "0".to_owned(),
            at: "03:00".to_owned(),
            days: vec![1, 2, 3, 4, 5],
            day: "1".to_owned(),
            date: format!("{tomorrow}T03:00"),
        }
    }

    /// The expression that says it. A plan of the kind `Custom` has none of its own: `None`.
    pub fn write(&self, zone: &Zone) -> Result<Option<String>, Vec<PlanError>> {
        let need = |text: Option<String>, error| text.ok_or_else(|| vec![error]);
        let text = match self.kind {
            PlanKind::Custom => return Ok(None),
            PlanKind::Manual => "@manual".to_owned(),
            PlanKind::Minutes => need(every(&self.minutes).map(write_minutes), PlanError::Minutes)?,
            PlanKind::Hours => self.hours()?,
            PlanKind::Daily => self.at_time("* * *")?,
            PlanKind::Weekly => {
                let days = need(days_field(&self.days), PlanError::Days)?;
                self.at_time(&format!("* * {days}"))?
            }
            PlanKind::Monthly => {
                let day = need(day_field(&self.day), PlanError::Day)?;
                self.at_time(&format!("{day} * *"))?
            }
            PlanKind::Once => need(self.instant(zone), PlanError::Date)?,
        };
        Ok(Some(text))
    }

    fn hours(&self) -> Result<String, Vec<PlanError>> {
        let minute = number(&self.minute).filter(|minute| *minute < 60);
        match (every(&self.hours), minute) {
            (Some(every), Some(minute)) => Ok(write_hours(every, minute)),
            (every, minute) => {
                let every = every.is_none().then_some(PlanError::Hours);
                let minute = minute.is_none().then_some(PlanError::Minute);
                Err(every.into_iter().chain(minute).collect())
            }
        }
    }

    fn at_time(&self, days: &str) -> Result<String, Vec<PlanError>> {
        let time = time_of(&self.at).ok_or_else(|| vec![PlanError::At])?;
        Ok(format!("{} {} {days}", time.minute(), time.hour()))
    }

    /// In a gap the clock's next time, in a fold the first of the two.
    fn instant(&self, zone: &Zone) -> Option<String> {
        let local: DateTime = self.date.trim().replace(' ', "T").parse().ok()?;
        let there = zone
            .time_zone()
            .to_ambiguous_zoned(local)
            .compatible()
            .ok()?;
        (there.subsec_nanosecond() == 0)
            .then(|| format!("@at {}", there.strftime("%Y-%m-%dT%H:%M:%S%:z")))
    }
}

fn every(text: &str) -> Option<u32> {
    number(text).filter(|every| (1..=EVERY_MAX).contains(every))
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (number(hour)?, number(minute)?);
    Time::new(hour.try_into().ok()?, minute.try_into().ok()?, 0, 0).ok()
}

/// A step that does not divide the hour would begin anew with each hour.
fn write_minutes(every: u32) -> String {
    match every {
        1 => "* * * * *".to_owned(),
        2..60 if 60 % every == 0 => format!("*/{every} * * * *"),
        _ => format!("@every {every}m"),
    }
}

/// A step that does not divide the day would begin anew with each day.
fn write_hours(every: u32, minute: u32) -> String {
    match every {
        1 => format!("{minute} * * * *"),
        2..24 if 24 % every == 0 => format!("{minute} */{every} * * *"),
        _ => format!("@every {every}h"),
    }
}

fn day_field(text: &str) -> Option<String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("l") {
        return Some("L".to_owned());
    }
    number(text)
        .filter(|day| (1..=31).contains(day))
        .map(|day| day.to_string())
}

/// Neighbours as a range when they are three or more: `MON-FRI`, `SAT,SUN`.
fn days_field(days: &[u8]) -> Option<String> {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let name = |day: u8| DAY_NAMES[usize::from(day) - 1];
    if days.is_empty() || days.iter().any(|day| !(1..=7).contains(day)) {
        return None;
    }
    let runs = days.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, _, .., last] => format!("{}-{}", name(*first), name(*last)),
        few => few
            .iter()
            .map(|day| name(*day))
            .collect::<Vec<_>>()
            .join(","),
    });
    Some(runs.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::super::Schedule;
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T04:00:00Z".parse().expect("an instant")
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).expect("a zone")
    }

    #[test]
    fn each_kind_begins_with_something_that_is_accepted() {
        let zone = zone("Europe/Berlin");
        for kind in [
            PlanKind::Minutes,
            PlanKind::Hours,
            PlanKind::Daily,
            PlanKind::Weekly,
            PlanKind::Monthly,
            PlanKind::Once,
            PlanKind::Manual,
        ] {
            let plan = SchedulePlan::usual(kind, &zone, now());
            let text = plan.write(&zone).expect("valid").expect("an expression");
            Schedule::parse(&text).expect("accepted");
            assert_eq!(SchedulePlan::read(&text, &zone, now()).kind, kind, "{text}");
        }
    }

    #[test]
    fn every_mistake_is_named_at_its_field() {
        let utc = zone("UTC");
        let refused = |kind, change: fn(&mut SchedulePlan)| {
            let mut plan = SchedulePlan::usual(kind, &utc, now());
            change(&mut plan);
            let errors = plan.write(&utc).expect_err("refused");
            errors.iter().map(|error| error.field()).collect::<Vec<_>>()
        };
        assert_eq!(
            refused(PlanKind::Minutes, |plan| plan.minutes = "0".into()),
            ["minutes"]
        );
        assert_eq!(
            refused(PlanKind::Minutes, |plan| plan.minutes = "+5".into()),
            ["minutes"]
        );
        let both = |plan: &mut SchedulePlan| {
            (plan.hours, plan.minute) = ("x".into(), "60".into());
        };
        assert_eq!(refused(PlanKind::Hours, both), ["hours", "minute"]);
        assert_eq!(
            refused(PlanKind::Daily, |plan| plan.at = "25:00".into()),
            ["at"]
        );
        assert_eq!(
            refused(PlanKind::Weekly, |plan| plan.days.clear()),
            ["days"]
        );
        assert_eq!(
            refused(PlanKind::Weekly, |plan| plan.days = vec![8]),
            ["days"]
        );
        assert_eq!(
            refused(PlanKind::Monthly, |plan| plan.day = "32".into()),
            ["day"]
        );
        assert_eq!(
            refused(PlanKind::Once, |plan| plan.date = "soon".into()),
            ["date"]
        );
    }

    #[test]
    fn once_means_the_zones_clock_also_where_it_jumps() {
        let berlin = zone("Europe/Berlin");
        let at = |date: &str| {
            let mut plan = SchedulePlan::usual(PlanKind::Once, &berlin, now());
            plan.date = date.to_owned();
            plan.write(&berlin)
        };
        assert_eq!(
            at("2027-03-28 02:30"),
            Ok(Some("@at 2027-03-28T03:30:00+02:00".to_owned()))
        );
        assert_eq!(
            at("2026-10-25T02:30"),
            Ok(Some("@at 2026-10-25T02:30:00+02:00".to_owned()))
        );
    }
}
