//! What is told outside of the window: runs that ended badly, of the jobs that somebody cares for.

use std::collections::VecDeque;

use super::Following;
use super::run_view::stamp;
use crate::clock;
use crate::job::{About, Job};
use crate::limits::{LIVE_RUNS_MAX, NOTICES_AT_ONCE_MAX};
use crate::run::RunState;
use crate::schedule::Language;
use crate::view::{Live, Notice, NoticeOf, Preferences, RunRow};

/// Remembers what was told, so that each failure is told once.
pub struct Notices {
    /// Nothing that ended before is news.
    since: String,
    told: VecDeque<(String, u32)>,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            since: stamp(clock::now()),
            told: VecDeque::new(),
        }
    }
}

impl Notices {
    /// The notices that a batch of changes causes.
    pub async fn of(
        &mut self,
        live: &Live,
        following: &Following,
        preferences: &Preferences,
    ) -> Vec<Notice> {
        if live.runs.is_empty() || preferences.notices == NoticeOf::Nothing {
            return Vec::new();
        }
        let picture = following.picture().await;
        let job = |run: &RunRow| run.job_id.parse().ok().and_then(|id| picture.job(id));
        let runs = live.runs.iter().filter(|run| {
            let stored = job(run);
            let job = stored.as_ref().and_then(|stored| stored.job.as_ref().ok());
            self.since <= end_of(run) && is_wanted(run, job, preferences)
        });
        let news: Vec<&RunRow> = runs.filter(|run| !self.told.contains(&key(run))).collect();
        let known = news.iter().map(|run| key(run)).collect::<Vec<_>>();
        self.told.extend(known);
        let too_many = self.told.len().saturating_sub(LIVE_RUNS_MAX);
        self.told.drain(..too_many);
        spoken(&news, language(preferences))
    }
}

fn key(run: &RunRow) -> (String, u32) {
    (run.run_id.clone(), run.attempt)
}

fn end_of(run: &RunRow) -> String {
    let end = run.finished_at.as_ref().unwrap_or(&run.decided_at);
    end.clone()
}

/// Whether a run ended badly for good, and its job is one that the person wants to hear of.
fn is_wanted(run: &RunRow, job: Option<&Job>, preferences: &Preferences) -> bool {
    use RunState::{Failed, Lost, Rejected, TimedOut};
    let is_last = job.is_none_or(|job| job.retries.pause_before(run.attempt + 1).is_none());
    let is_bad = match run.state {
        Failed | TimedOut => is_last,
        Lost | Rejected => true,
        _ => false,
    };
    let me = &preferences.owner_name;
    let is_mine =
        |about: &About| about.starred || !me.is_empty() && about.owner.eq_ignore_ascii_case(me);
    let is_cared_for = match preferences.notices {
        NoticeOf::Nothing => false,
        NoticeOf::Mine => job.is_some_and(|job| is_mine(&job.about)),
        NoticeOf::Everything => true,
    };
    is_bad && is_cared_for
}

/// The notices for these runs: a few by themselves, or one that counts them.
fn spoken(runs: &[&RunRow], language: Language) -> Vec<Notice> {
    if runs.len() <= NOTICES_AT_ONCE_MAX {
        return runs.iter().map(|run| one(run, language)).collect();
    }
    let names: Vec<String> = runs.iter().take(NOTICES_AT_ONCE_MAX).map(title).collect();
    let title = match language {
        Language::En => format!("{} runs ended badly", runs.len()),
        Language::ZhCn => format!("{} 次运行未成功", runs.len()),
    };
    vec![Notice {
        run_id: runs[0].run_id.clone(),
        title,
        body: format!("{} …", names.join(" · ")),
    }]
}

fn title(run: &&RunRow) -> String {
    format!("{}/{}", run.project, run.job)
}

fn one(run: &RunRow, language: Language) -> Notice {
    let how = match (run.state, language) {
        (RunState::TimedOut, Language::En) => "timed out",
        (RunState::TimedOut, Language::ZhCn) => "超时",
        (RunState::Lost, Language::En) => "is lost",
        (RunState::Lost, Language::ZhCn) => "失联",
        (RunState::Rejected, Language::En) => "was rejected",
        (RunState::Rejected, Language::ZhCn) => "被拒绝",
        (_, Language::En) => "failed",
        (_, Language::ZhCn) => "失败",
    };
    let code = |code: i32| match language {
        Language::En => format!("exit code {code}"),
        Language::ZhCn => format!("退出码 {code}"),
    };
    let said = [run.exit_code.map(code), run.detail.clone()];
    Notice {
        run_id: run.run_id.clone(),
        title: format!("{}/{} {how}", run.project, run.job),
        body: said.into_iter().flatten().collect::<Vec<_>>().join(" · "),
    }
}

/// The language that the window has, as far as it can be known without one.
fn language(preferences: &Preferences) -> Language {
    use crate::view::Language::{En, System, ZhCn};
    let spoken = || {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let set = names.iter().find_map(|name| std::env::var(name).ok());
        set.is_some_and(|language| language.starts_with("zh"))
    };
    match preferences.language {
        En => Language::En,
        ZhCn => Language::ZhCn,
        System if spoken() => Language::ZhCn,
        System => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(state: RunState, attempt: u32) -> RunRow {
        let at = "2026-11-21T04:34:56.000Z";
        serde_json::from_value(serde_json::json!({
            "run_id": "07", "attempt": attempt, "job_id": "1", "project": "ops", "job": "tick",
            "scope": "*", "scheduled_at": at, "count": 1, "decided_at": at, "node": "here",
            "state": state, "output_bytes": 0, "trigger": "schedule", "generation": 1,
        }))
        .expect("a row")
    }

    fn wanted(run: &RunRow, notices: NoticeOf, more: &str) -> bool {
        let mut fields: serde_json::Value = serde_json::from_str(more).expect("JSON");
        for (name, value) in [
            ("project", "ops"),
            ("name", "tick"),
            ("schedule", "@hourly"),
        ] {
            fields[name] = value.into();
        }
        fields["shell"] = serde_json::json!({ "script": "true" });
        let preferences = Preferences {
            notices,
            owner_name: "Lin".to_owned(),
            ..Preferences::default()
        };
        is_wanted(run, Some(&Job::read(&fields).expect("a job")), &preferences)
    }

    #[test]
    fn failures_of_starred_or_own_jobs_are_told_when_no_retry_follows() {
        let (plain, own) = ("{}", r#"{"owner":"lin"}"#);
        let starred = r#"{"starred":true,"retries":{"count":1}}"#;
        let failed = |attempt| run(RunState::Failed, attempt);
        assert!(!wanted(&failed(1), NoticeOf::Mine, plain));
        assert!(wanted(&failed(1), NoticeOf::Everything, plain));
        assert!(wanted(&failed(1), NoticeOf::Mine, own));
        assert!(!wanted(&failed(1), NoticeOf::Nothing, own));
        assert!(!wanted(&failed(1), NoticeOf::Mine, starred));
        assert!(wanted(&failed(2), NoticeOf::Mine, starred));
        assert!(!wanted(&run(RunState::Succeeded, 1), NoticeOf::Mine, own));
        assert!(wanted(&run(RunState::Lost, 1), NoticeOf::Mine, starred));
    }

    #[test]
    fn a_few_are_told_one_by_one_and_many_are_counted() {
        let failed = run(RunState::Failed, 1);
        let few = spoken(&[&failed], Language::ZhCn);
        assert!(few[0].title.ends_with(" 失败"), "{}", few[0].title);
        let many = spoken(&[&failed; 9], Language::En);
        assert_eq!(
            (many.len(), many[0].title.as_str()),
            (1, "9 runs ended badly")
        );
    }
}
