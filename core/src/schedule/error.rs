//! Why a schedule is refused: which part, why, and what to write instead.
//!
//! The English sentence is `Display`; user interfaces translate by `code` and `params`.

use std::fmt;

/// A field of a cron expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    /// 0–59, only in expressions of six or seven fields.
    Second,
    /// 0–59.
    Minute,
    /// 0–23.
    Hour,
    /// Day of the month, 1–31.
    Day,
    /// 1–12 or JAN–DEC.
    Month,
    /// 0–7 or SUN–SAT; 0 and 7 are Sunday.
    Weekday,
    /// 1970–2099, only in expressions of seven fields.
    Year,
}

impl FieldName {
    /// The name as it stands in messages and in the parameter `field`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Year => "year",
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// A number that the field does not have.
    #[error("{value} is out of range; use {min} to {max}")]
    OutOfRange {
        /// The number as written.
        value: String,
        /// The smallest number allowed.
        min: u16,
        /// The largest number allowed.
        max: u16,
    },
    /// Letters that name no month or weekday.
    #[error("`{name}` is not a name of this field; use {expected}")]
    UnknownName {
        /// The word as written.
        name: String,
        /// The nearest name, or what the field takes.
        expected: String,
    },
    /// Two commas in a row, or one at an end.
    #[error("one item of its list is empty; remove the extra comma")]
    EmptyItem,
    /// `/0`.
    #[error("a step of 0 never moves on; use 1 or more")]
    StepZero,
    /// A step that is longer than the field, such as `*/90` for minutes.
    #[error(
        "a step of {step} is longer than the field's {size} values; use `@every` for longer intervals"
    )]
    StepTooLong {
        /// The step as written.
        step: String,
        /// How many values the field has.
        size: u16,
    },
    /// `#6`.
    #[error("`#{nth}` names a weekday that no month has; use #1 to #5, or L for the last")]
    NthOutOfRange {
        /// What follows the `#`.
        nth: String,
    },
    /// `L`, `W`, `#` or `?` where the field cannot have it.
    #[error("`{item}` has no meaning here; {hint}")]
    Misplaced {
        /// The item as written.
        item: String,
        /// Where it belongs, or what to write.
        hint: &'static str,
    },
    /// Anything else.
    #[error("`{item}` is not a value, a range `a-b`, a step `*/n` or a list of these")]
    Unreadable {
        /// The item as written.
        item: String,
    },
}

impl FieldProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "schedule_field_range",
            Self::UnknownName { .. } => "schedule_field_name",
            Self::EmptyItem => "schedule_field_empty_item",
            Self::StepZero => "schedule_field_step_zero",
            Self::StepTooLong { .. } => "schedule_field_step_too_long",
            Self::NthOutOfRange { .. } => "schedule_field_nth",
            Self::Misplaced { .. } => "schedule_field_misplaced",
            Self::Unreadable { .. } => "schedule_field_unreadable",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OutOfRange { value, min, max } => {
                vec![("value", value.clone()), ("min", min.to_string()), ("max", max.to_string())]
            }
            Self::UnknownName { name, expected } => {
                vec![("name", name.clone()), ("expected", expected.clone())]
            }
            Self::StepTooLong { step, size } => {
                vec![("step", step.clone()), ("size", size.to_string())]
            }
            Self::NthOutOfRange { nth } => vec![("nth", nth.clone())],
            Self::Misplaced { item, .. } | Self::Unreadable { item } => vec![("item", item.clone())],
            Self::EmptyItem | Self::StepZero => Vec::new(),
        }
    }
}

/// Why a text is no schedule, or why a timetable would never ring.
///
/// Completes "could not read the schedule: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Nothing but blanks.
    #[error("it is empty; write for example `*/15 * * * *`, `@daily` or `@manual`")]
    Empty,
    /// Longer than `SCHEDULE_TEXT_BYTES_MAX`.
    #[error("it has {length} bytes and at most {max} are allowed; use ranges and steps, not lists")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Fewer than five or more than seven fields.
    #[error(
        "`{text}` has {count} field(s); write five (minute hour day month weekday), six (second first) or seven (year last)"
    )]
    FieldCount {
        /// The whole text.
        text: String,
        /// Fields found.
        count: usize,
    },
    /// A line of a system crontab, `0 5 * * * root cmd`.
    #[error(
        "`{user}` looks like the user column of a crontab line; write only `{schedule}` here and set the user with `run_as`"
    )]
    UserColumn {
        /// The part that is a schedule.
        schedule: String,
        /// The word taken for a user.
        user: String,
    },
    /// A line of a user's crontab, `0 5 * * * /usr/bin/cmd`.
    #[error(
        "`{command}` looks like the command of a crontab line; write only `{schedule}` here and the command in `shell`"
    )]
    Command {
        /// The part that is a schedule.
        schedule: String,
        /// What follows it.
        command: String,
    },
    /// Weekday numbers beside a `?`: Quartz counts Sunday as 1, cron as 0.
    #[error(
        "weekday `{text}` means {quartz} in Quartz, as the `?` suggests, but {cron} in cron; write the names instead of numbers"
    )]
    QuartzWeekday {
        /// The weekday field as written.
        text: String,
        /// The field by names, read as Quartz reads it.
        quartz: String,
        /// The field by names, read as cron reads it.
        cron: String,
    },
    /// `@reboot`.
    #[error(
        "`@reboot` is not a time, and agents restart without their server doing so; use a systemd unit for work at boot, or `@manual`"
    )]
    Reboot,
    /// An `@word` that does not exist.
    #[error(
        "`{text}` is unknown; use @yearly, @monthly, @weekly, @daily, @hourly, @every 90s, @at 2026-12-01T02:30:00+08:00 or @manual"
    )]
    UnknownShortcut {
        /// The word as written.
        text: String,
    },
    /// `@every` without a readable length.
    #[error("`{text}` is not a length of time from 1 s to 10 years; write for example `@every 90s` or `@every 1h30m`")]
    Every {
        /// What follows `@every`.
        text: String,
    },
    /// A fraction of a second anywhere.
    #[error("`{text}` asks for a fraction of a second; schedules have whole seconds, so round it")]
    SubSecond {
        /// The part with the fraction.
        text: String,
    },
    /// `@at` without a readable instant.
    #[error("`{text}` is not an instant; write for example `@at 2026-12-01T02:30:00+08:00`")]
    At {
        /// What follows `@at`.
        text: String,
    },
    /// `@at` with a local time and no offset.
    #[error("`{text}` does not say which offset from UTC it means; append one, as in `{text}+08:00` or `{text}Z`")]
    AtWithoutOffset {
        /// What follows `@at`.
        text: String,
    },
    /// One field of a cron expression is wrong.
    #[error("{field} `{text}`: {problem}")]
    Field {
        /// Which field.
        field: FieldName,
        /// The field as written.
        text: String,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// No date is ever matched, as with `0 0 30 2 *`.
    #[error("`{text}` never occurs: no date has that day, month and weekday; change the day or the month")]
    NeverOccurs {
        /// The whole text.
        text: String,
    },
    /// `start_at` is not before `end_at`.
    #[error("start {start} is not before end {end}; move one of them")]
    WindowEmpty {
        /// `start_at`, UTC.
        start: String,
        /// `end_at`, UTC.
        end: String,
    },
    /// The schedule occurs, but never between `start_at` and `end_at`.
    #[error("`{text}` has no occurrence between its start and its end; widen them or use @manual")]
    NothingInWindow {
        /// The whole text.
        text: String,
    },
}

impl ScheduleError {
    /// A stable name for this error, by which user interfaces translate it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "schedule_empty",
            Self::TooLong { .. } => "schedule_too_long",
            Self::FieldCount { .. } => "schedule_field_count",
            Self::UserColumn { .. } => "schedule_user_column",
            Self::Command { .. } => "schedule_command",
            Self::QuartzWeekday { .. } => "schedule_quartz_weekday",
            Self::Reboot => "schedule_reboot",
            Self::UnknownShortcut { .. } => "schedule_unknown_shortcut",
            Self::Every { .. } => "schedule_every",
            Self::SubSecond { .. } => "schedule_sub_second",
            Self::At { .. } => "schedule_at",
            Self::AtWithoutOffset { .. } => "schedule_at_without_offset",
            Self::Field { problem, .. } => problem.code(),
            Self::NeverOccurs { .. } => "schedule_never_occurs",
            Self::WindowEmpty { .. } => "schedule_window_empty",
            Self::NothingInWindow { .. } => "schedule_nothing_in_window",
        }
    }

    /// What the sentence of `code` is filled with, by name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty | Self::Reboot => Vec::new(),
            Self::TooLong { length, max } => {
                vec![("length", length.to_string()), ("max", max.to_string())]
            }
            Self::FieldCount { text, count } => {
                vec![("text", text.clone()), ("count", count.to_string())]
            }
            Self::UserColumn { schedule, user } => {
                vec![("schedule", schedule.clone()), ("user", user.clone())]
            }
            Self::Command { schedule, command } => {
                vec![("schedule", schedule.clone()), ("command", command.clone())]
            }
            Self::QuartzWeekday { text, quartz, cron } => {
                vec![("text", text.clone()), ("quartz", quartz.clone()), ("cron", cron.clone())]
            }
            Self::UnknownShortcut { text }
            | Self::Every { text }
            | Self::SubSecond { text }
            | Self::At { text }
            | Self::AtWithoutOffset { text }
            | Self::NeverOccurs { text }
            | Self::NothingInWindow { text } => vec![("text", text.clone())],
            Self::Field { field, text, problem } => {
                let mut params = vec![("field", field.to_string()), ("text", text.clone())];
                params.extend(problem.params());
                params
            }
            Self::WindowEmpty { start, end } => {
                vec![("start", start.clone()), ("end", end.clone())]
            }
        }
    }
}
