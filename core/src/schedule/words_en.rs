//! Schedules in English.

use super::words::{DayPart, DayWord, Shape, Spoken, TimePart, Unit, WeekdayWord};

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
];
const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The phrase of a schedule.
pub(super) fn phrase(spoken: &Spoken) -> String {
    match spoken {
        Spoken::Manual => "only when started by hand".to_owned(),
        Spoken::Once { local, offset } => format!("once, at {local} {offset}"),
        Spoken::Every { count, unit } => every(*count, *unit),
        Spoken::Cron { time, days } => {
            let is_times = matches!(time, TimePart::Times(_));
            let words = [time_words(time), day_words(days, is_times)];
            words.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        }
    }
}

fn every(count: i64, unit: Unit) -> String {
    let name = match unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
    };
    if count == 1 { format!("every {name}") } else { format!("every {count} {name}s") }
}

fn time_words(time: &TimePart) -> String {
    match time {
        TimePart::Times(times) => {
            let times: Vec<String> = times.iter().map(clock).collect();
            format!("at {}", list(&times))
        }
        TimePart::Fields { second: Shape::One(0), minute, hour } => minute_words(minute, hour),
        TimePart::Fields { second, minute, hour } => match repeated(second, Unit::Second) {
            Some(seconds) => format!("{seconds}{}", within_minutes(minute, hour)),
            None => {
                let plural = if matches!(second, Shape::One(_)) { "second" } else { "seconds" };
                format!("{}, at {plural} {}", minute_words(minute, hour), numbers(second))
            }
        },
    }
}

/// A shape that repeats evenly: "every 10 seconds from second 5".
fn repeated(shape: &Shape, unit: Unit) -> Option<String> {
    let name = if unit == Unit::Second { "second" } else { "minute" };
    Some(match shape {
        Shape::All => every(1, unit),
        Shape::Every { step, from: 0, .. } => every(i64::from(*step), unit),
        Shape::Every { step, from, .. } => format!("{} from {name} {from}", every(i64::from(*step), unit)),
        Shape::Run { from, to } => format!("{} from {name} {from} to {to}", every(1, unit)),
        Shape::Steps { from, to, step } => {
            format!("{} from {name} {from} to {to}", every(i64::from(*step), unit))
        }
        Shape::One(_) | Shape::List(_) => return None,
    })
}

fn minute_words(minute: &Shape, hour: &Shape) -> String {
    if let Shape::One(minute) = minute {
        return hour_words(*minute, hour);
    }
    let of_every_hour = match (minute, hour) {
        (Shape::All | Shape::Every { from: 0, .. }, _) | (_, Shape::Run { .. } | Shape::One(_)) => "",
        (_, Shape::All) => " of every hour",
        _ => "",
    };
    let minutes = repeated(minute, Unit::Minute)
        .unwrap_or_else(|| format!("at minutes {}", numbers(minute)));
    format!("{minutes}{of_every_hour}{}", within_hours(hour))
}

/// One minute of some hours.
fn hour_words(minute: u16, hour: &Shape) -> String {
    let at = |hour: u16| clock(&(hour, minute, 0));
    match hour {
        Shape::All if minute == 0 => every(1, Unit::Hour),
        Shape::All if minute == 1 => "at 1 minute past every hour".to_owned(),
        Shape::All => format!("at {minute} minutes past every hour"),
        Shape::Every { step, from: 0, .. } if minute == 0 => every(i64::from(*step), Unit::Hour),
        Shape::Every { step, from, .. } => format!("{} from {}", every(i64::from(*step), Unit::Hour), at(*from)),
        Shape::Run { from, to } => format!("every hour from {} to {}", at(*from), at(*to)),
        Shape::Steps { from, to, step } => {
            format!("{} from {} to {}", every(i64::from(*step), Unit::Hour), at(*from), at(*to))
        }
        Shape::One(_) | Shape::List(_) => {
            let times: Vec<String> = hour.values().into_iter().map(at).collect();
            format!("at {}", list(&times))
        }
    }
}

fn within_minutes(minute: &Shape, hour: &Shape) -> String {
    let minutes = match minute {
        Shape::All => String::new(),
        Shape::One(minute) => format!(" during minute {minute}"),
        Shape::Run { from, to } => format!(" during minutes {from} to {to}"),
        other => format!(" during minutes {}", numbers(other)),
    };
    let of_every_hour = matches!(hour, Shape::All) && !minutes.is_empty();
    let of_every_hour = if of_every_hour { " of every hour" } else { "" };
    format!("{minutes}{of_every_hour}{}", within_hours(hour))
}

fn within_hours(hour: &Shape) -> String {
    match hour {
        Shape::All => String::new(),
        Shape::One(hour) => format!(" from {hour:02}:00 to {hour:02}:59"),
        Shape::Run { from, to } => format!(" from {from:02}:00 to {to:02}:59"),
        other => {
            let hours: Vec<String> =
                other.values().iter().map(|hour| format!("{hour:02}")).collect();
            format!(" in the hours {}", list(&hours))
        }
    }
}

fn day_words(part: &DayPart, is_times: bool) -> String {
    let months = month_words(&part.months);
    let days: Vec<String> = part.days.iter().map(|word| day_word(word)).collect();
    let weekdays: Vec<String> = part.weekdays.iter().map(weekday_word).collect();
    let of_months = match &part.months {
        Shape::All => " of each month".to_owned(),
        Shape::One(_) | Shape::List(_) => format!(" of {months}"),
        _ => format!(" of each month {months}"),
    };
    let nth = part.weekdays.iter().any(|word| !is_weekly(word));
    let in_months = match &part.months {
        Shape::All if nth => " of each month".to_owned(),
        Shape::All => String::new(),
        Shape::One(_) | Shape::List(_) => format!(" in {months}"),
        _ => format!(" {months}"),
    };
    let by_day = format!("on {}{of_months}", list(&days));
    let by_weekday = format!("on {}{in_months}", list(&weekdays));
    let mut words = match (days.is_empty(), weekdays.is_empty()) {
        (true, true) if is_times => format!("every day{in_months}"),
        (true, true) => in_months.trim_start().to_owned(),
        (false, true) => by_day,
        (true, false) => by_weekday,
        (false, false) if part.both => format!("on {}, but only {by_day}", list(&weekdays)),
        (false, false) => format!("{by_day} and {by_weekday}"),
    };
    match &part.years {
        Shape::All => {}
        Shape::Run { from, to } => words.push_str(&format!(" from {from} to {to}")),
        years => words.push_str(&format!(" in {}", numbers(years))),
    }
    words.trim_start().to_owned()
}

fn month_words(months: &Shape) -> String {
    let name = |month: u16| MONTHS[usize::from(month) - 1].to_owned();
    match months {
        Shape::All => String::new(),
        Shape::Run { from, to } => format!("from {} to {}", name(*from), name(*to)),
        other => list(&other.values().into_iter().map(name).collect::<Vec<_>>()),
    }
}

fn day_word(word: &DayWord) -> String {
    match word {
        DayWord::Numbers(Shape::Run { from, to }) => {
            format!("the {} to the {}", ordinal(*from), ordinal(*to))
        }
        DayWord::Numbers(Shape::Steps { from, to, step }) if to + step > 31 => {
            format!("every {} day from the {}", ordinal(*step), ordinal(*from))
        }
        DayWord::Numbers(shape) => {
            let days: Vec<String> = shape.values().into_iter().map(ordinal).collect();
            format!("the {}", list(&days))
        }
        DayWord::Last => "the last day".to_owned(),
        DayWord::LastWorkday => "the last weekday (Monday to Friday)".to_owned(),
        DayWord::NearestWorkday(day) => {
            format!("the weekday (Monday to Friday) nearest to the {}", ordinal(*day))
        }
    }
}

fn is_weekly(word: &WeekdayWord) -> bool {
    !matches!(word, WeekdayWord::Last(_) | WeekdayWord::Nth { .. })
}

fn weekday_word(word: &WeekdayWord) -> String {
    let name = |weekday: u16| WEEKDAYS[usize::from(weekday)];
    match word {
        WeekdayWord::Workdays => "weekdays".to_owned(),
        WeekdayWord::Weekend => "weekends".to_owned(),
        WeekdayWord::Names(Shape::All) => "all weekdays".to_owned(),
        WeekdayWord::Names(Shape::Run { from, to }) => {
            format!("{} to {}", name(*from), name(*to))
        }
        WeekdayWord::Names(shape) => {
            let names: Vec<String> =
                shape.values().into_iter().map(|day| format!("{}s", name(day))).collect();
            list(&names)
        }
        WeekdayWord::Last(weekday) => format!("the last {}", name(*weekday)),
        WeekdayWord::Nth { weekday, nth } => {
            const COUNT: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
            format!("the {} {}", COUNT[usize::from(*nth) - 1], name(*weekday))
        }
    }
}

fn numbers(shape: &Shape) -> String {
    list(&shape.values().iter().map(u16::to_string).collect::<Vec<_>>())
}

fn clock((hour, minute, second): &(u16, u16, u16)) -> String {
    match second {
        0 => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

fn ordinal(number: u16) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
