//! From an expression back to the plan that would write it.

use jiff::Timestamp;

use super::super::{Schedule, Zone, expand};
use super::{DAY_NAMES, PlanKind, SchedulePlan, day_field, number, write_minutes};

impl SchedulePlan {
    /// The plan that an expression stands for.
    pub fn read(text: &str, zone: &Zone, now: Timestamp) -> Self {
        let text = text.trim();
        let custom = || Self::usual(PlanKind::Custom, zone, now);
        if Schedule::parse(text).is_err() {
            return custom();
        }
        let lower = text.to_ascii_lowercase();
        if lower == "@manual" {
            return Self::usual(PlanKind::Manual, zone, now);
        }
        if let Some(rest) = lower.strip_prefix("@every ") {
            return read_every(rest.trim(), zone, now).unwrap_or_else(custom);
        }
        if let Some(rest) = lower.strip_prefix("@at ") {
            return read_at(rest.trim(), zone, now).unwrap_or_else(custom);
        }
        read_cron(expand(text).unwrap_or(text), zone, now).unwrap_or_else(custom)
    }
}

fn read_every(rest: &str, zone: &Zone, now: Timestamp) -> Option<SchedulePlan> {
    let usual = |kind| SchedulePlan::usual(kind, zone, now);
    let count = |text: &str| number(text).map(|count| count.to_string());
    let plan = match rest.strip_suffix('h') {
        Some(hours) => SchedulePlan {
            hours: count(hours)?,
            ..usual(PlanKind::Hours)
        },
        None => SchedulePlan {
            minutes: count(rest.strip_suffix('m')?)?,
            ..usual(PlanKind::Minutes)
        },
    };
    // `@every 5m` and `*/5 * * * *` are not the same with a start.
    let written = plan.write(zone).ok().flatten()?;
    written.starts_with("@every").then_some(plan)
}

fn read_at(rest: &str, zone: &Zone, now: Timestamp) -> Option<SchedulePlan> {
    let at: Timestamp = rest.to_ascii_uppercase().parse().ok()?;
    let local = at.to_zoned(zone.time_zone().clone()).datetime();
    let date = match local.second() {
        0 => local.strftime("%Y-%m-%dT%H:%M").to_string(),
        _ => local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    };
    let plan = SchedulePlan {
        date,
        ..SchedulePlan::usual(PlanKind::Once, zone, now)
    };
    // The second pass of a fold has no local time of its own.
    let again = plan.write(zone).ok().flatten()?;
    let same = again["@at ".len()..]
        .parse()
        .is_ok_and(|again: Timestamp| again == at);
    same.then_some(plan)
}

fn read_cron(text: &str, zone: &Zone, now: Timestamp) -> Option<SchedulePlan> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, "*", weekday] = fields[..] else {
        return None;
    };
    let usual = |kind| SchedulePlan::usual(kind, zone, now);
    let every_day = (day, weekday) == ("*", "*");
    if let (Some(every), "*", true) = (step(minute), hour, every_day) {
        let plan = SchedulePlan {
            minutes: every.to_string(),
            ..usual(PlanKind::Minutes)
        };
        return (write_minutes(every) == plain(text)).then_some(plan);
    }
    let minute = number(minute).filter(|minute| *minute < 60)?;
    if let (Some(every), true) = (step(hour), every_day) {
        let plan = SchedulePlan {
            hours: every.to_string(),
            minute: minute.to_string(),
            ..usual(PlanKind::Hours)
        };
        return (plan.write(zone) == Ok(Some(plain(text)))).then_some(plan);
    }
    let hour = number(hour).filter(|hour| *hour < 24)?;
    let at = format!("{hour:02}:{minute:02}");
    let plan = match (day, weekday) {
        ("*", "*") => usual(PlanKind::Daily),
        ("*", days) => SchedulePlan {
            days: read_days(days)?,
            ..usual(PlanKind::Weekly)
        },
        (day, "*") => SchedulePlan {
            day: day_field(day)?,
            ..usual(PlanKind::Monthly)
        },
        _ => return None,
    };
    Some(SchedulePlan { at, ..plan })
}

/// The text with one blank between its fields and a step of 1 left out.
fn plain(text: &str) -> String {
    let fields = text
        .split_whitespace()
        .map(|field| if field == "*/1" { "*" } else { field });
    fields.collect::<Vec<_>>().join(" ")
}

fn step(field: &str) -> Option<u32> {
    match field {
        "*" => Some(1),
        _ => number(field.strip_prefix("*/")?),
    }
}

fn read_days(field: &str) -> Option<Vec<u8>> {
    let mut days = Vec::new();
    for item in field.split(',') {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let (first, last) = (weekday(first)?, weekday(last)?);
        let mut day = first;
        loop {
            days.push(day);
            if day == last {
                break;
            }
            day = day % 7 + 1;
        }
    }
    days.sort_unstable();
    days.dedup();
    Some(days)
}

fn weekday(text: &str) -> Option<u8> {
    let name = DAY_NAMES
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    match name {
        Some(index) => u8::try_from(index + 1).ok(),
        None => match number(text)? {
            0 | 7 => Some(7),
            day @ 1..7 => u8::try_from(day).ok(),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T04:00:00Z".parse().expect("an instant")
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).expect("a zone")
    }

    #[test]
    fn an_expression_that_a_plan_can_say_is_read_and_written_again() {
        let zone = zone("Asia/Shanghai");
        for (text, kind, written) in [
            ("*/5 * * * *", PlanKind::Minutes, "*/5 * * * *"),
            ("* * * * *", PlanKind::Minutes, "* * * * *"),
            ("@every 7m", PlanKind::Minutes, "@every 7m"),
            ("@every 90m", PlanKind::Minutes, "@every 90m"),
            ("@hourly", PlanKind::Hours, "0 * * * *"),
            ("15 */6 * * *", PlanKind::Hours, "15 */6 * * *"),
            ("@every 5h", PlanKind::Hours, "@every 5h"),
            ("30 8 * * 1-5", PlanKind::Weekly, "30 8 * * MON-FRI"),
            ("0 3 * * SAT,0", PlanKind::Weekly, "0 3 * * SAT,SUN"),
            ("0 3 * * FRI-MON", PlanKind::Weekly, "0 3 * * MON,FRI-SUN"),
            ("@daily", PlanKind::Daily, "0 0 * * *"),
            ("0 2 1 * *", PlanKind::Monthly, "0 2 1 * *"),
            ("0 2 l * *", PlanKind::Monthly, "0 2 L * *"),
            ("@manual", PlanKind::Manual, "@manual"),
            (
                "@at 2026-12-01T02:30:00+08:00",
                PlanKind::Once,
                "@at 2026-12-01T02:30:00+08:00",
            ),
            (
                "@at 2026-12-01T00:00:07Z",
                PlanKind::Once,
                "@at 2026-12-01T08:00:07+08:00",
            ),
        ] {
            let plan = SchedulePlan::read(text, &zone, now());
            assert_eq!(plan.kind, kind, "{text}");
            assert_eq!(plan.write(&zone), Ok(Some(written.to_owned())), "{text}");
            Schedule::parse(written).expect("what a plan writes is accepted");
        }
    }

    #[test]
    fn what_no_plan_can_say_is_custom_and_keeps_its_expression() {
        let utc = zone("UTC");
        for text in [
            "*/7 * * * *",
            "0 */5 * * *",
            "0 3 1 * MON",
            "0 0 3 * * *",
            "0 3 * 1 *",
            "0 3 * * MON#1",
            "5,10 * * * *",
            "@every 90s",
            "@every 5m",
            "0 3 LW * *",
            "0 3 * * L",
            "rubbish",
            "",
            "@at soon",
        ] {
            let plan = SchedulePlan::read(text, &utc, now());
            assert_eq!(
                (plan.kind, plan.write(&utc)),
                (PlanKind::Custom, Ok(None)),
                "{text}"
            );
        }
    }
}
