//! Jobs as they are shown: rows, details, settings, next occurrences.

use jiff::Timestamp;
use serde_json::Value;

use super::run_view::{bar, duration_ms, stamp};
use super::{StoredJob, command_text};
use crate::definition::export;
use crate::id::RunId;
use crate::job::{Job, JobDraft, Place, PlaceOn};
use crate::limits::STRIP_BARS;
use crate::run::RunRecord;
use crate::schedule::{Language, PreviewLine, PreviewNote, Timetable, preview, words};
use crate::view::{JobDetail, JobRow, NextLine, Setting};

/// Occurrences that a job's page shows.
pub(super) const NEXT_LINES: usize = 10;

/// What other stores know of a job.
pub(super) struct Seen {
    /// Its newest runs, newest first.
    pub strip: Vec<RunRecord>,
    /// Those that are going now.
    pub running: Vec<RunId>,
}

/// When a job is due next; `None` when paused, manual, over or unusable.
pub(super) fn next_at(job: &StoredJob, now: Timestamp) -> Option<Timestamp> {
    let job = job.job.as_ref().ok().filter(|job| !job.paused)?;
    job.timetable().next_after(now)
}

/// A job as a row of a list.
pub(super) fn row(stored: &StoredJob, seen: &Seen, language: Language, now: Timestamp) -> JobRow {
    let job = stored.job.as_ref().ok();
    let about = job.map(|job| job.about.clone()).unwrap_or_default();
    let mut strip: Vec<_> = seen.strip.iter().take(STRIP_BARS).map(bar).collect();
    strip.reverse();
    JobRow {
        job_id: stored.id.to_string(),
        project: stored.project.to_string(),
        name: stored.name.clone(),
        generation: stored.generation,
        paused: job.is_some_and(|job| job.paused),
        schedule: job
            .map(|job| job.schedule.text().to_owned())
            .unwrap_or_default(),
        schedule_words: job
            .map(|job| schedule_words(job, language))
            .unwrap_or_default(),
        timezone: job
            .map(|job| job.timezone.name().to_owned())
            .unwrap_or_default(),
        next_at: next_at(stored, now).map(stamp),
        place_words: job
            .map(|job| place_words(&job.place, language))
            .unwrap_or_default(),
        owner: about.owner,
        tags: about.tags,
        starred: about.starred,
        broken: stored.job.as_ref().err().cloned(),
        broken_at: stored.wrong.clone(),
        average_ms: average_ms(&seen.strip),
        strip,
        running: seen.running.iter().map(RunId::to_string).collect(),
    }
}

/// A job by itself.
pub(super) fn detail(
    stored: &StoredJob,
    seen: &Seen,
    language: Language,
    now: Timestamp,
) -> JobDetail {
    let job = stored.job.as_ref().ok();
    let awake = job.filter(|job| !job.paused);
    JobDetail {
        row: row(stored, seen, language, now),
        document: job
            .map(|job| export(std::slice::from_ref(job)))
            .unwrap_or_default(),
        command: job.map(command_text).unwrap_or_default(),
        note: job.map(|job| job.about.note.clone()).unwrap_or_default(),
        settings: job.map(settings).unwrap_or_default(),
        next: awake
            .map(|job| next_lines(&job.timetable(), now, NEXT_LINES))
            .unwrap_or_default(),
    }
}

/// The next occurrences of a timetable.
pub fn next_lines(timetable: &Timetable, after: Timestamp, count: usize) -> Vec<NextLine> {
    let lines = preview(timetable, after, count).lines;
    lines.into_iter().map(next_line).collect()
}

pub(super) fn next_line(line: PreviewLine) -> NextLine {
    NextLine {
        at: stamp(line.at),
        local: line.local,
        offset: line.offset,
        note: line.note.map(|note| note_word(note).to_owned()),
    }
}

fn note_word(note: PreviewNote) -> &'static str {
    match note {
        PreviewNote::DstGap => "dst_gap",
        PreviewNote::DstFold => "dst_fold",
        PreviewNote::DstFoldAgain => "dst_fold_again",
        PreviewNote::ExcludedDay => "excluded_day",
    }
}

/// When a job runs, in words.
pub fn schedule_words(job: &Job, language: Language) -> String {
    let mut text = words(&job.schedule, language);
    let of = |names: &[String]| match language {
        Language::En => names.join(", "),
        Language::ZhCn => names.join("、"),
    };
    let (only, exclude) = (&job.calendars.only, &job.calendars.exclude);
    if !only.is_empty() {
        text += &match language {
            Language::En => format!(", only on days of {}", of(only)),
            Language::ZhCn => format!("，仅限日历 {} 中的日子", of(only)),
        };
    }
    if !exclude.is_empty() {
        text += &match language {
            Language::En => format!(", not on days of {}", of(exclude)),
            Language::ZhCn => format!("，日历 {} 中的日子除外", of(exclude)),
        };
    }
    text
}

fn average_ms(records: &[RunRecord]) -> Option<u64> {
    let times: Vec<u64> = records.iter().filter_map(duration_ms).collect();
    let count = u64::try_from(times.len()).ok().filter(|count| *count > 0)?;
    Some(times.iter().sum::<u64>() / count)
}

/// Where a job runs, in words.
pub fn place_words(place: &Place, language: Language) -> String {
    let (on, of) = match (&place.on, language) {
        (PlaceOn::One, Language::En) => ("on one node".to_owned(), " of "),
        (PlaceOn::One, Language::ZhCn) => ("任一节点".to_owned(), "："),
        (PlaceOn::All, Language::En) => ("on every node".to_owned(), " of "),
        (PlaceOn::All, Language::ZhCn) => ("每个节点".to_owned(), "："),
        (PlaceOn::Node(node), Language::En) => (format!("on {node}"), " of "),
        (PlaceOn::Node(node), Language::ZhCn) => (format!("节点 {node}"), "："),
    };
    match &place.nodes {
        Some(nodes) => format!("{on}{of}{nodes}"),
        None => on,
    }
}

/// What a row and a page show by themselves.
const SHOWN_APART: [&str; 10] = [
    "project",
    "name",
    "schedule",
    "timezone",
    "paused",
    "note",
    "owner",
    "tags",
    "starred",
    "shell.script",
];

/// How it runs, as written in a file: only what differs from the defaults.
fn settings(job: &Job) -> Vec<Setting> {
    let fields = serde_json::to_value(JobDraft::from(job))
        .expect("texts, numbers and tables have a JSON form");
    let mut settings = Vec::new();
    flatten("", &fields, &mut settings);
    settings.retain(|setting| !SHOWN_APART.contains(&setting.key.as_str()));
    settings
}

fn flatten(at: &str, value: &Value, settings: &mut Vec<Setting>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if at.is_empty() {
                    name.clone()
                } else {
                    format!("{at}.{name}")
                };
                flatten(&key, value, settings);
            }
        }
        Value::Null => {}
        Value::String(text) => settings.push(Setting {
            key: at.to_owned(),
            value: text.clone(),
        }),
        other if at != "tags" => settings.push(Setting {
            key: at.to_owned(),
            value: other.to_string(),
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::{Content, Envelope};
    use crate::id::{EditId, JobId};
    use crate::keyspace::Keyspace;
    use crate::txn::Entry;
    use uuid::Uuid;

    fn stored(body: Value) -> StoredJob {
        let (keys, id) = (Keyspace::this_computer(), JobId(Uuid::from_u128(1)));
        let envelope = Envelope {
            kind: "job".to_owned(),
            id: id.to_string(),
            generation: 3,
            edit: EditId(Uuid::from_u128(2)),
            schedule_generation: Some(1),
            rested: Default::default(),
            content: Content::Body(body),
            key_id: None,
            signature: None,
            extra: Default::default(),
        };
        let project = "ops".parse().expect("a name");
        let entry = Entry {
            key: keys.job(&project, id),
            value: envelope.encode().expect("small"),
            create_revision: 1,
            mod_revision: 9,
            lease: None,
        };
        StoredJob::read(&keys, &entry).expect("a job")
    }

    fn shown(body: Value) -> JobDetail {
        let now = Timestamp::from_second(1_790_000_040).expect("in range");
        let seen = Seen {
            strip: Vec::new(),
            running: vec![RunId([7; 16])],
        };
        detail(&stored(body), &seen, Language::En, now)
    }

    #[test]
    fn a_job_shows_only_what_differs_from_the_defaults() {
        let detail = shown(serde_json::json!({
            "project": "ops", "name": "tick", "schedule": "*/15 * * * *", "timeout": "1h",
            "shell": { "argv": ["echo", "it's", "plain"] }, "retries": { "count": 2 },
            "env": { "A": "b" }, "tags": ["x"], "note": "N",
        }));
        let settings: Vec<String> = detail
            .settings
            .iter()
            .map(|s| format!("{}={}", s.key, s.value))
            .collect();
        let expected = [
            "env.A=b",
            "retries.count=2",
            r#"shell.argv=["echo","it's","plain"]"#,
            "timeout=1h",
        ];
        assert_eq!(settings, expected);
        assert_eq!(detail.command, r"echo 'it'\''s' plain");
        assert_eq!(detail.row.schedule_words, "every 15 minutes");
        assert_eq!(
            detail.row.next_at.as_deref(),
            Some("2026-09-21T14:15:00.000Z")
        );
        assert_eq!((detail.next.len(), detail.row.generation), (10, 3));
        assert_eq!(detail.row.running, ["07070707070707070707070707070707"]);
    }

    #[test]
    fn a_job_that_rests_has_no_next_and_one_of_a_newer_version_says_so() {
        let resting = shown(serde_json::json!({
            "project": "ops", "name": "tick", "schedule": "* * * * *", "paused": true,
            "shell": { "script": "true" },
        }));
        assert_eq!(
            (resting.row.next_at, resting.next.len(), resting.row.paused),
            (None, 0, true)
        );
        let newer = shown(serde_json::json!({ "name": "later", "warp": 9 }));
        assert_eq!(newer.row.name, "later");
        assert!(
            newer
                .row
                .broken
                .is_some_and(|why| why.contains("newer version"))
        );
        let at: Vec<_> = newer
            .row
            .broken_at
            .iter()
            .map(|error| error.path.as_str())
            .collect();
        assert_eq!(at, ["warp"]);
        assert_eq!(newer.document, "");
    }
}
