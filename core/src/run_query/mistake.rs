//! What is wrong with a query, in words of both languages.

use super::{Field, When};
use crate::schedule::Language;

/// Something in a query that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it begins, in UTF-16 units as windows count.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it is.
    pub kind: MistakeKind,
    /// What may stand there instead.
    pub suggestion: Option<String>,
}

/// The kinds of mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MistakeKind {
    /// No such word before a colon.
    UnknownField {
        /// The word.
        word: String,
    },
    /// A field without a value, or a list with an empty item.
    NoValue {
        /// The field.
        field: Field,
    },
    /// A value that the field does not have.
    Senseless {
        /// The field.
        field: Field,
        /// The value.
        text: String,
    },
    /// `!` inside a list.
    NotInList,
    /// `!` at a time.
    NotOfTime {
        /// The field.
        field: Field,
    },
    /// A list of times.
    OneTime {
        /// The field.
        field: Field,
    },
    /// A field that was given before.
    Twice {
        /// The field.
        field: Field,
    },
    /// Quotes that do not end.
    OpenQuote,
    /// `!` or quotes without a word.
    NoWord,
    /// More than anybody writes.
    TooLong,
}

impl Mistake {
    /// One sentence: what is wrong and what to write.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::ZhCn => self.chinese(),
        }
    }

    fn english(&self) -> String {
        let fields = || Field::ALL.map(Field::as_str).join(", ");
        match &self.kind {
            MistakeKind::UnknownField { word } => format!(
                "There is no field “{word}”: use one of {}, or put the word in quotes.",
                fields()
            ),
            MistakeKind::NoValue { field } => {
                format!(
                    "{}: needs a value, for instance {}.",
                    field.as_str(),
                    example(*field)
                )
            }
            MistakeKind::Senseless { field, text } => match field {
                Field::Exit => {
                    format!("“{text}” is no exit code: write a number, for instance exit:!0.")
                }
                Field::Since | Field::Until => format!(
                    "“{text}” is no time: write 24h, 7d, today, 2026-11-20 or 2026-11-20T03:00."
                ),
                Field::Is => format!("“{text}” is unknown: write missed, late or on_time."),
                field => format!("“{text}” is no {}.", field.as_str()),
            },
            MistakeKind::NotInList => "Write ! once before the whole list.".to_owned(),
            MistakeKind::NotOfTime { field } => {
                let other = if *field == Field::Since {
                    Field::Until
                } else {
                    Field::Since
                };
                format!("A time has no !: use {}: instead.", other.as_str())
            }
            MistakeKind::OneTime { field } => format!("{}: takes one time.", field.as_str()),
            MistakeKind::Twice { field } => match field {
                Field::Since | Field::Until => format!("{}: stands here twice.", field.as_str()),
                field => format!(
                    "{}: stands here twice: write its values as one list with commas.",
                    field.as_str()
                ),
            },
            MistakeKind::OpenQuote => "The closing quote is missing.".to_owned(),
            MistakeKind::NoWord => "A word is missing here.".to_owned(),
            MistakeKind::TooLong => "The query is too long: leave something out.".to_owned(),
        }
    }

    fn chinese(&self) -> String {
        let fields = || Field::ALL.map(Field::as_str).join("、");
        match &self.kind {
            MistakeKind::UnknownField { word } => {
                format!("没有字段“{word}”：可用 {}，或给这个词加引号。", fields())
            }
            MistakeKind::NoValue { field } => {
                format!("{}: 需要一个值，例如 {}。", field.as_str(), example(*field))
            }
            MistakeKind::Senseless { field, text } => match field {
                Field::Exit => format!("“{text}”不是退出码：请写数字，例如 exit:!0。"),
                Field::Since | Field::Until => format!(
                    "“{text}”不是时间：请写 24h、7d、today、2026-11-20 或 2026-11-20T03:00。"
                ),
                Field::State => format!("没有状态“{text}”。"),
                Field::Is => format!("不认识“{text}”：请写 missed、late 或 on_time。"),
                Field::Trigger => format!("没有触发方式“{text}”。"),
                field => format!("“{text}”不是 {} 的值。", field.as_str()),
            },
            MistakeKind::NotInList => "! 只写一次，放在整个列表前。".to_owned(),
            MistakeKind::NotOfTime { field } => {
                let other = if *field == Field::Since {
                    Field::Until
                } else {
                    Field::Since
                };
                format!("时间不能用 !：请改用 {}:。", other.as_str())
            }
            MistakeKind::OneTime { field } => format!("{}: 只能写一个时间。", field.as_str()),
            MistakeKind::Twice { field } => match field {
                Field::Since | Field::Until => format!("{}: 写了两次。", field.as_str()),
                field => format!("{}: 写了两次：请用逗号写成一个列表。", field.as_str()),
            },
            MistakeKind::OpenQuote => "缺少右引号。".to_owned(),
            MistakeKind::NoWord => "这里缺少一个词。".to_owned(),
            MistakeKind::TooLong => "查询太长，请删去一些。".to_owned(),
        }
    }
}

/// A good term of a field.
pub(super) fn example(field: Field) -> &'static str {
    match field {
        Field::State => "state:failed,lost",
        Field::Job => "job:backup-*",
        Field::Project => "project:ops",
        Field::Node => "node:web-*",
        Field::Tag => "tag:nightly",
        Field::Trigger => "trigger:manual",
        Field::Exit => "exit:!0",
        Field::Is => "is:missed,late",
        Field::Since => "since:24h",
        Field::Until => "until:2026-11-20",
    }
}

const NEAR: f64 = 0.8;

/// The word that is most like another one, if any is.
pub(super) fn nearest(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let word = word.to_lowercase();
    let scored = words
        .iter()
        .map(|known| (strsim::jaro_winkler(&word, known), *known));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness >= NEAR)
        .map(|(_, known)| known)
}

/// The state that another word for it means.
pub(super) fn state_alias(word: &str) -> Option<&'static str> {
    Some(match word {
        "ok" | "success" | "done" | "成功" => "succeeded",
        "error" | "bad" | "broken" | "失败" => "failed",
        "timeout" | "超时" => "timed_out",
        "stopped" | "cancelled" | "终止" | "已终止" => "killed",
        "waiting" | "queued" | "pending" | "排队" => "claimed",
        "active" | "going" | "运行中" | "运行" => "running",
        "missed" | "跳过" => "skipped",
        "丢失" | "失联" => "lost",
        "refused" | "拒绝" => "rejected",
        _ => return None,
    })
}

/// The trigger that another word for it means.
pub(super) fn trigger_alias(word: &str) -> Option<&'static str> {
    Some(match word {
        "cron" | "timer" | "定时" | "计划" => "schedule",
        "hand" | "person" | "now" | "手动" => "manual",
        "trial" | "test" | "试运行" => "try",
        "重试" => "retry",
        "补跑" => "backfill",
        _ => return None,
    })
}

/// The time that was meant by one that lacks its unit or has a long one.
pub(super) fn time_meant(word: &str) -> Option<String> {
    let digits = word
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(word.len());
    let (count, unit) = (word.get(..digits)?, word.get(digits..)?.trim());
    let letter = match unit {
        "" | "hour" | "hours" | "hr" | "小时" => 'h',
        "min" | "mins" | "minute" | "minutes" | "分" | "分钟" => 'm',
        "day" | "days" | "天" => 'd',
        "week" | "weeks" | "周" => 'w',
        _ => return None,
    };
    let meant = format!("{count}{letter}");
    When::read(&meant).map(|_| meant)
}
