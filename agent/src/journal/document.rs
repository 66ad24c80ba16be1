//! An intent as the journal holds it: JSON with a version.

use std::sync::Arc;
use std::time::Duration;

use belfry_core::dispatch::{Intent, RunKey, RunValue};
use belfry_core::job::{Job, JobDraft, ShellDraft};
use belfry_core::keyspace::json;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize)]
struct Document {
    v: u32,
    key: RunKey,
    value: RunValue,
    revision: u64,
    job: Value,
    start_by_boot_ms: u64,
}

pub(super) fn encode(intent: &Intent) -> Vec<u8> {
    json(&Document {
        v: 1,
        key: intent.key.clone(),
        value: intent.value.clone(),
        revision: intent.revision,
        job: intent.job.to_body(),
        start_by_boot_ms: u64::try_from(intent.start_by_boot.as_millis()).unwrap_or(u64::MAX),
    })
}

pub(super) fn decode(bytes: &[u8]) -> Result<Intent, serde_json::Error> {
    let document: Document = serde_json::from_slice(bytes)?;
    let job = Job::from_body(&document.job).unwrap_or_else(|_| stand_in(&document));
    Ok(Intent {
        key: document.key,
        value: document.value,
        revision: document.revision,
        job: Arc::new(job),
        start_by_boot: Duration::from_millis(document.start_by_boot_ms),
    })
}

/// For a definition of another version, which this one cannot read: the attempt's end is told all
/// the same, it is only not tried again.
fn stand_in(document: &Document) -> Job {
    let draft = JobDraft {
        project: document.key.project.to_string(),
        name: "unreadable".to_owned(),
        schedule: "@manual".to_owned(),
        shell: ShellDraft {
            argv: Some(vec!["true".to_owned()]),
            ..ShellDraft::default()
        },
        ..JobDraft::default()
    };
    draft
        .validate()
        .expect("a plain job that never runs by itself is valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_is_read_back_and_a_strange_definition_costs_only_its_retries() {
        let text = r#"{"v":1,"key":{"project":"ops","job":"00000000-0000-0000-0000-000000000007","scope":"*",
            "moment":"00000000001700000000"},"value":{"v":1,"run_id":"00112233445566778899aabbccddeeff",
            "claim_id":"00000000-0000-0000-0000-000000000001","node":"a","disk_id":"00000000-0000-0000-0000-000000000002",
            "session":3,"attempt":1,"state":"claimed","reason":null,"name":"x","gen":1,"active":null,"from":null,
            "passed":{"count":0,"reason":null,"instants":[]},"scheduled_at":"2026-01-01T00:00:00Z","until":null,
            "count":1,"start_by":"2026-01-01T00:01:00Z","trigger":"schedule","by":null,"keep_until":null,
            "decided_at":"2026-01-01T00:00:00Z"},"revision":9,"job":{"from":"a newer one"},"start_by_boot_ms":1500}"#;
        let intent = decode(text.as_bytes()).expect("readable");
        assert_eq!(
            (intent.revision, intent.job.name.as_str()),
            (9, "unreadable")
        );
        assert_eq!(decode(&encode(&intent)).expect("readable"), intent);
        assert!(decode(b"{}").is_err());
    }
}
