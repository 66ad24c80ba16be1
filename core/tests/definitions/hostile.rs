//! Hostile input: any bytes lead to an answer, never to a panic.

use std::fs;
use std::path::Path;

use belfry_core::definition::{Format, parse_file};
use belfry_core::envelope::Envelope;
use belfry_core::job::Job;
use proptest::prelude::*;

/// Feeds bytes to everything that reads what others wrote; what is read must survive being written.
fn replay(bytes: &[u8]) {
    if let Ok(envelope) = Envelope::decode(bytes) {
        let again = envelope.encode().ok().map(|bytes| Envelope::decode(&bytes));
        assert!(again.is_none_or(|again| again == Ok(envelope)));
    }
    if let Ok(body) = serde_json::from_slice(bytes) {
        let _either = Job::from_body(&body).map_err(|error| error.to_string());
    }
    let text = String::from_utf8_lossy(bytes);
    for format in [Format::Toml, Format::Json] {
        if let Err(refused) = parse_file(&text, format) {
            let lines = text.split('\n').count();
            assert!(!refused.errors.is_empty());
            assert!(
                refused
                    .errors
                    .iter()
                    .all(|error| (1..=lines).contains(&error.line)),
                "{refused}"
            );
        }
    }
}

#[test]
fn the_corpus_is_read_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    assert!(files.len() >= 10, "the corpus is there");
    for file in files {
        replay(&fs::read(&file).expect("a readable file"));
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{a=", "}")] {
        let deep = open.repeat(20_000) + &close.repeat(20_000);
        for text in [
            format!("job = {deep}"),
            format!("{{\"job\": {deep}}}"),
            deep,
        ] {
            replay(text.as_bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        replay(&bytes);
    }

    #[test]
    fn any_text_of_the_right_words_is_answered(
        words in proptest::collection::vec(prop_oneof![
            Just("[[job]]\n"), Just("[job.shell]\n"), Just("name = "), Just("shell = "), Just("{"), Just("}"),
            Just("\"a\""), Just("'''\n"), Just("\n"), Just("env."), Just("[1, 2]"), Just("schedule = "),
            Just("1979-05-27"), Just("timeout = \"-1s\"\n"), Just("\u{0}"), Just("\u{202e}"), Just("nan\n"),
            Just(","), Just(":"), Just("retries.count = 9999999999\n"), Just("\"gen\""), Just("\"job\""), Just("[")
        ], 0..30)
    ) {
        replay(words.concat().as_bytes());
    }

    #[test]
    fn a_good_file_with_a_wrong_byte_is_answered(at in 0_usize..8_000, byte in any::<u8>()) {
        let mut bytes = include_bytes!("../../../examples/jobs.toml").to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        replay(&bytes);
    }

    #[test]
    fn a_good_envelope_with_a_wrong_byte_is_answered(at in 0_usize..8_000, byte in any::<u8>()) {
        let mut bytes = include_bytes!("../corpus/envelope.json").to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        replay(&bytes);
    }
}
