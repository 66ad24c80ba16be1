//! What may stand where somebody is writing.

use super::mistake::example;
use super::{Field, TRIGGERS, lex};
use crate::limits::COMPLETIONS_MAX;
use crate::run::{RunState, Trigger};
use crate::schedule::Language;

/// Names that there are.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// `project/name` of each job.
    pub jobs: Vec<String>,
    /// Projects.
    pub projects: Vec<String>,
    /// Nodes.
    pub nodes: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
}

/// What is offered, and which part of the text a choice takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// Where that part begins, in UTF-16 units.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// The choices, best first.
    pub items: Vec<Completion>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is put in.
    pub insert: String,
    /// What it means, in a few words.
    pub hint: String,
}

/// What may stand at `cursor`, in UTF-16 units.
pub fn complete(text: &str, cursor: usize, known: &Known, language: Language) -> Completions {
    let cursor = byte_of(text, cursor);
    let before = &text[..cursor];
    let word = lex::pieces(before)
        .pop()
        .filter(|piece| piece.at.end == cursor);
    let (start, items) = match &word {
        None => (cursor, fields("", language)),
        Some(piece) => match &piece.field {
            None => {
                let start = piece.values.first().map_or(cursor, |value| value.at.start);
                let typed = &before[start..];
                let mut items = fields(typed, language);
                items.extend(jobs_like(typed, known, language));
                (start, items)
            }
            Some((field, _)) => {
                let last = piece.values.last();
                let (start, typed) = last.map_or((cursor, ""), |last| (last.at.start, &last.text));
                let earlier: Vec<&str> = piece
                    .values
                    .iter()
                    .rev()
                    .skip(1)
                    .map(|value| value.text.as_str())
                    .collect();
                let mut items = Field::read(field)
                    .map_or_else(Vec::new, |field| values(field, known, language));
                items.retain(|item| !earlier.contains(&item.insert.as_str()));
                (start, ranked(items, typed))
            }
        },
    };
    let units = |end: usize| text[..end].encode_utf16().count();
    let (from, to) = (units(start), units(cursor));
    let of = word
        .as_ref()
        .and_then(|word| Field::read(&word.field.as_ref()?.0));
    let is_name = matches!(
        of,
        Some(Field::Job | Field::Project | Field::Node | Field::Tag)
    );
    let finished = items.into_iter().take(COMPLETIONS_MAX).map(|mut item| {
        if is_name {
            item.insert = lex::quoted_value(&item.insert);
        }
        item
    });
    Completions {
        from,
        to,
        items: finished.collect(),
    }
}

/// The byte at which a UTF-16 place stands; the end if it lies behind it.
fn byte_of(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}

fn fields(typed: &str, language: Language) -> Vec<Completion> {
    let typed = typed.to_lowercase();
    let fields = Field::ALL
        .into_iter()
        .filter(|field| field.as_str().starts_with(&typed));
    let offered = fields.map(|field| Completion {
        insert: format!("{}:", field.as_str()),
        hint: field_hint(field, language),
    });
    offered.collect()
}

fn jobs_like(typed: &str, known: &Known, language: Language) -> Vec<Completion> {
    if typed.is_empty() {
        return Vec::new();
    }
    let offered = known.jobs.iter().map(|job| Completion {
        insert: job.clone(),
        hint: match language {
            Language::En => "job".to_owned(),
            Language::ZhCn => "任务".to_owned(),
        },
    });
    let ranked = ranked(offered.collect(), typed)
        .into_iter()
        .map(|item| Completion {
            insert: format!("job:{}", lex::quoted_value(&item.insert)),
            hint: item.hint,
        });
    ranked.collect()
}

/// Those in which the typed text occurs: first where it begins them, or a part of them.
fn ranked(items: Vec<Completion>, typed: &str) -> Vec<Completion> {
    let typed = typed.to_lowercase();
    let rank = |item: &Completion| {
        let text = item.insert.to_lowercase();
        let at = text.find(&typed)?;
        let is_word = at == 0 || !text[..at].ends_with(|c: char| c.is_alphanumeric());
        Some(if at == 0 {
            0
        } else if is_word {
            1
        } else {
            2
        })
    };
    let mut found: Vec<(u8, Completion)> = items
        .into_iter()
        .filter_map(|item| Some((rank(&item)?, item)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, item)| item).collect()
}

fn values(field: Field, known: &Known, language: Language) -> Vec<Completion> {
    let names = |names: &[String]| {
        let offered = names.iter().map(|name| Completion {
            insert: name.clone(),
            hint: String::new(),
        });
        offered.collect()
    };
    let hinted = |pairs: &[(&str, &str, &str)]| {
        let offered = pairs.iter().map(|(insert, en, zh)| Completion {
            insert: (*insert).to_owned(),
            hint: match language {
                Language::En => (*en).to_owned(),
                Language::ZhCn => (*zh).to_owned(),
            },
        });
        offered.collect()
    };
    match field {
        Field::Job => names(&known.jobs),
        Field::Project => names(&known.projects),
        Field::Node => names(&known.nodes),
        Field::Tag => names(&known.tags),
        Field::State => hinted(&RunState::ALL.map(state_words)),
        Field::Trigger => hinted(&TRIGGERS.map(trigger_words)),
        Field::Is => hinted(&[
            (
                "missed",
                "never started, and nobody wanted that",
                "没有启动，且并非有意",
            ),
            ("late", "started more than 10 s late", "迟到 10 秒以上"),
            ("on_time", "neither", "都不是"),
        ]),
        Field::Exit => hinted(&[
            ("!0", "any error", "任何错误"),
            ("0", "success", "成功"),
            ("1", "general error", "一般错误"),
            ("126", "could not be executed", "无法执行"),
            ("127", "command not found", "找不到命令"),
            ("137", "ended by SIGKILL", "被 SIGKILL 结束"),
            ("143", "ended by SIGTERM", "被 SIGTERM 结束"),
        ]),
        Field::Since | Field::Until => hinted(&[
            ("1h", "one hour ago", "一小时前"),
            ("24h", "24 hours ago", "24 小时前"),
            ("7d", "seven days ago", "7 天前"),
            ("30d", "thirty days ago", "30 天前"),
            ("today", "the day that it is", "今天"),
            ("yesterday", "the day before", "昨天"),
        ]),
    }
}

fn state_words(state: RunState) -> (&'static str, &'static str, &'static str) {
    let (en, zh) = match state {
        RunState::Claimed => ("decided, not started yet", "已认领，未启动"),
        RunState::Running => ("going now", "正在运行"),
        RunState::Succeeded => ("ended with 0", "退出码为 0"),
        RunState::Failed => ("ended with an error", "出错结束"),
        RunState::TimedOut => ("stopped at its timeout", "到时限被停止"),
        RunState::Killed => ("stopped by a person", "被人终止"),
        RunState::Lost => ("nobody can tell", "下落不明"),
        RunState::Skipped => ("never started", "未启动"),
        RunState::Rejected => ("refused by the node", "被节点拒绝"),
    };
    (state.as_str(), en, zh)
}

fn trigger_words(trigger: Trigger) -> (&'static str, &'static str, &'static str) {
    let (en, zh) = match trigger {
        Trigger::Schedule => ("by its schedule", "按计划"),
        Trigger::Manual => ("by hand", "手动"),
        Trigger::Try => ("a trial", "试运行"),
        Trigger::Retry => ("after a failure", "失败后重试"),
        Trigger::Backfill => ("for a past instant", "补跑过去的时刻"),
    };
    (trigger.as_str(), en, zh)
}

fn field_hint(field: Field, language: Language) -> String {
    let (en, zh) = match field {
        Field::State => ("how it stands", "状态"),
        Field::Job => ("its job", "任务"),
        Field::Project => ("its project", "项目"),
        Field::Node => ("where it ran", "节点"),
        Field::Tag => ("its job's tags", "任务标签"),
        Field::Trigger => ("what started it", "触发方式"),
        Field::Exit => ("the exit code", "退出码"),
        Field::Is => ("missed or late", "错过或迟到"),
        Field::Since => ("scheduled since", "自何时起"),
        Field::Until => ("scheduled until", "到何时止"),
    };
    let words = if language == Language::En { en } else { zh };
    format!("{words} · {}", example(field))
}
