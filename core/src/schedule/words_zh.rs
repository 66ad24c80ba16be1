//! Schedules in Chinese: the days first, then the time; a blank between Chinese and digits.

use super::words::{DayPart, DayWord, Shape, Spoken, TimePart, Unit, WeekdayWord};

const WEEKDAYS: [&str; 7] = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

/// The phrase of a schedule.
pub(super) fn phrase(spoken: &Spoken) -> String {
    match spoken {
        Spoken::Manual => "仅手动运行".to_owned(),
        Spoken::Once { local, offset } => format!("仅一次：{local}（{offset}）"),
        Spoken::Every { count, unit } => every(*count, *unit),
        Spoken::Cron { time, days } => {
            let is_times = matches!(time, TimePart::Times(_));
            spaced(&[day_words(days, is_times), time_words(time)])
        }
    }
}

fn every(count: i64, unit: Unit) -> String {
    match (count, unit) {
        (1, Unit::Second) => "每秒".to_owned(),
        (1, Unit::Minute) => "每分钟".to_owned(),
        (1, Unit::Hour) => "每小时".to_owned(),
        (1, Unit::Day) => "每天".to_owned(),
        (_, Unit::Second) => format!("每 {count} 秒"),
        (_, Unit::Minute) => format!("每 {count} 分钟"),
        (_, Unit::Hour) => format!("每 {count} 小时"),
        (_, Unit::Day) => format!("每 {count} 天"),
    }
}

fn time_words(time: &TimePart) -> String {
    match time {
        TimePart::Times(times) => list(&times.iter().map(clock).collect::<Vec<_>>()),
        TimePart::Fields { second: Shape::One(0), minute, hour } => minute_words(minute, hour),
        TimePart::Fields { second, minute, hour } => match repeated(second, Unit::Second) {
            Some(seconds) => spaced(&[within(minute, hour), seconds]),
            None => format!("{}，第 {} 秒", minute_words(minute, hour), numbers(second)),
        },
    }
}

/// A shape that repeats evenly: "从第 5 秒起每 10 秒".
fn repeated(shape: &Shape, unit: Unit) -> Option<String> {
    let name = if unit == Unit::Second { "秒" } else { "分" };
    Some(match shape {
        Shape::All => every(1, unit),
        Shape::Every { step, from: 0, .. } => every(i64::from(*step), unit),
        Shape::Every { step, from, .. } => {
            format!("从第 {from} {name}起{}", every(i64::from(*step), unit))
        }
        Shape::Run { from, to } => format!("第 {from} 至 {to} {name}之间{}", every(1, unit)),
        Shape::Steps { from, to, step } => {
            format!("第 {from} 至 {to} {name}之间{}", every(i64::from(*step), unit))
        }
        Shape::One(_) | Shape::List(_) => return None,
    })
}

fn minute_words(minute: &Shape, hour: &Shape) -> String {
    if let Shape::One(minute) = minute {
        return hour_words(*minute, hour);
    }
    let is_plain = matches!(minute, Shape::All | Shape::Every { from: 0, .. });
    let hours = if is_plain { within_hours(hour) } else { each_hour(hour) };
    let minutes =
        repeated(minute, Unit::Minute).unwrap_or_else(|| format!("第 {} 分", numbers(minute)));
    spaced(&[hours, minutes])
}

/// One minute of some hours.
fn hour_words(minute: u16, hour: &Shape) -> String {
    let at = |hour: u16| clock(&(hour, minute, 0));
    let between = |from: u16, to: u16, step: u16| {
        format!("{} 至 {} {}", at(from), at(to), every(i64::from(step), Unit::Hour))
    };
    match hour {
        Shape::All if minute == 0 => every(1, Unit::Hour),
        Shape::All => format!("每小时第 {minute} 分"),
        Shape::Every { step, from: 0, .. } if minute == 0 => every(i64::from(*step), Unit::Hour),
        Shape::Every { step, from, .. } => {
            format!("从 {} 起{}", at(*from), every(i64::from(*step), Unit::Hour))
        }
        Shape::Run { from, to } => between(*from, *to, 1),
        Shape::Steps { from, to, step } => between(*from, *to, *step),
        Shape::One(_) | Shape::List(_) => {
            list(&hour.values().into_iter().map(at).collect::<Vec<_>>())
        }
    }
}

fn within(minute: &Shape, hour: &Shape) -> String {
    match minute {
        Shape::All => within_hours(hour),
        Shape::Run { from, to } => spaced(&[each_hour(hour), format!("第 {from} 至 {to} 分内")]),
        other => spaced(&[each_hour(hour), format!("第 {} 分内", numbers(other))]),
    }
}

/// The hours before something that is said of each of them.
fn each_hour(hour: &Shape) -> String {
    match hour {
        Shape::All => "每小时".to_owned(),
        Shape::Run { .. } => format!("{} 每小时", within_hours(hour)),
        other => within_hours(other),
    }
}

fn within_hours(hour: &Shape) -> String {
    match hour {
        Shape::All => String::new(),
        Shape::One(hour) => format!("{hour:02}:00 至 {hour:02}:59"),
        Shape::Run { from, to } => format!("{from:02}:00 至 {to:02}:59"),
        other => format!("{} 点内", numbers(other)),
    }
}

fn day_words(part: &DayPart, is_times: bool) -> String {
    let months = month_words(part);
    let days: Vec<String> = part.days.iter().map(day_word).collect();
    let weekdays: Vec<String> = part.weekdays.iter().map(weekday_word).collect();
    let is_monthly = part.weekdays.iter().any(|word| !is_weekly(word));
    let of_month = if names_months(&part.months) { "" } else { "每月" };
    let by_day = spaced(&[of_month.to_owned(), list(&days)]);
    let by_weekday = match is_monthly {
        true => spaced(&[of_month.to_owned(), list(&weekdays)]),
        false => list(&weekdays),
    };
    let words = match (days.is_empty(), weekdays.is_empty()) {
        (true, true) if is_times => "每天".to_owned(),
        (true, true) => String::new(),
        (false, true) => by_day,
        (true, false) => by_weekday,
        (false, false) if part.both => format!("{by_day}，且须为{}，", list(&weekdays)),
        (false, false) => format!("{by_day}以及{by_weekday}"),
    };
    match (months.as_str(), words.as_str()) {
        ("", _) => words,
        (_, "") => format!("{months}，"),
        // A day number follows its month at once, anything else belongs to it.
        _ if words.starts_with(|first: char| first.is_ascii_digit()) => spaced(&[months, words]),
        _ if words.starts_with("每月") => spaced(&[months, words]),
        _ => format!("{months}的{words}"),
    }
}

/// Whether the months are named one by one, so that "每月" would contradict them.
fn names_months(months: &Shape) -> bool {
    !matches!(months, Shape::All | Shape::Run { .. })
}

fn month_words(part: &DayPart) -> String {
    let years = match &part.years {
        Shape::All => String::new(),
        Shape::Run { from, to } => format!("{from} 至 {to} 年"),
        years => format!("{} 年", numbers(years)),
    };
    let months = match &part.months {
        Shape::All => return years,
        Shape::Run { from, to } => format!("{from} 月至 {to} 月"),
        other => {
            let months: Vec<String> =
                other.values().iter().map(|month| format!("{month} 月")).collect();
            list(&months)
        }
    };
    let years = if years.is_empty() { "每年".to_owned() } else { years };
    spaced(&[years, months])
}

fn day_word(word: &DayWord) -> String {
    match word {
        DayWord::Numbers(Shape::Run { from, to }) => format!("{from} 日至 {to} 日"),
        DayWord::Numbers(Shape::Steps { from, to, step }) if to + step > 31 => {
            format!("{from} 日起每 {step} 天")
        }
        DayWord::Numbers(shape) => {
            let days: Vec<String> = shape.values().iter().map(|day| format!("{day} 日")).collect();
            list(&days)
        }
        DayWord::Last => "最后一天".to_owned(),
        DayWord::LastWorkday => "最后一个工作日（周一至周五）".to_owned(),
        DayWord::NearestWorkday(day) => format!("最接近 {day} 日的工作日（周一至周五）"),
    }
}

fn is_weekly(word: &WeekdayWord) -> bool {
    !matches!(word, WeekdayWord::Last(_) | WeekdayWord::Nth { .. })
}

fn weekday_word(word: &WeekdayWord) -> String {
    let name = |weekday: u16| WEEKDAYS[usize::from(weekday)];
    match word {
        WeekdayWord::Workdays => "工作日".to_owned(),
        WeekdayWord::Weekend => "周末".to_owned(),
        WeekdayWord::Names(Shape::All) => "每天".to_owned(),
        WeekdayWord::Names(Shape::Run { from, to }) => format!("{}至{}", name(*from), name(*to)),
        WeekdayWord::Names(shape) => {
            let names: Vec<String> =
                shape.values().into_iter().map(|day| name(day).to_owned()).collect();
            format!("每{}", names.join("、"))
        }
        WeekdayWord::Last(weekday) => format!("最后一个{}", name(*weekday)),
        WeekdayWord::Nth { weekday, nth } => {
            const COUNT: [&str; 5] = ["一", "二", "三", "四", "五"];
            format!("第{}个{}", COUNT[usize::from(*nth) - 1], name(*weekday))
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

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => spaced(&[first.join("、"), "和".to_owned(), last.clone()]),
    }
}

/// Joins parts, with a blank where Chinese meets digits.
fn spaced(parts: &[String]) -> String {
    let mut joined = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let before = joined.chars().next_back();
        let after = part.chars().next();
        let meets = |one: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric());
        let is_marked = before.is_none_or(|before| "，：（".contains(before));
        if !is_marked && (meets(before) || meets(after)) {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}
