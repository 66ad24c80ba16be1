//! Secrets of programs: given, and taken out of what they print before it lies anywhere.

use std::fs;
use std::path::Path;

use belfry_agent::attempt::exit::Outcome;

use crate::fixture::{Attempt, Supervised};

const TOKEN: &str = "hunter2-\u{1f514}-gold";

fn with_token(script: &str) -> Attempt {
    let mut attempt = Attempt::of_script(script);
    attempt.spec.secrets = vec!["TOKEN".to_owned()];
    attempt.secrets = [("TOKEN".to_owned(), TOKEN.to_owned())].into();
    attempt
}

/// Files below a folder that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path, text));
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        let is_there = bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes());
        found.extend(is_there.then(|| path.display().to_string()));
    }
    found
}

fn check(run: &mut Supervised, expected: &str) {
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Exited(0));
    assert_eq!(run.text(), expected);
    assert_eq!(exit.output.total_bytes, expected.len() as u64);
    assert_eq!(holding(run.folder.path(), TOKEN), Vec::<String>::new());
    assert_eq!(holding(run.folder.path(), "unter2"), Vec::<String>::new());
}

#[test]
fn a_program_has_its_secret_and_its_output_has_not() {
    let script = "printf 'a %s b\\n%s%s\\n%s' \"$TOKEN\" \"$TOKEN\" \"$TOKEN\" \"${#TOKEN}\"";
    let mut run = with_token(script).spawn();
    let length = TOKEN.len().to_string();
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Exited(0));
    let text = run.text();
    let counted = text.strip_prefix("a *** b\n******\n").expect("redacted");
    // Some shells count characters, some bytes.
    assert!([length.as_str(), "14"].contains(&counted), "{counted}");
    assert_eq!(holding(run.folder.path(), TOKEN), Vec::<String>::new());
}

#[test]
fn a_secret_that_comes_in_pieces_is_taken_out_too() {
    // Each byte is a write of its own; the first half is known to be read when the second comes.
    let script = r#"
        spell() { od -An -v -to1 | tr -s ' ' '\n' | while read -r octal; do
            [ -z "$octal" ] || printf "\\$octal"
        done; }
        printf 'begin\n'
        printf %s "$TOKEN" | head -c 7 | spell
        while ! [ -e "$WITNESS" ]; do :; done
        printf %s "$TOKEN" | tail -c +8 | spell
        printf ' end'"#;
    let mut attempt = with_token(script);
    let witness = attempt.witness();
    let mut run = attempt.spawn();
    run.wait_for_output("begin\n");
    fs::write(witness, "").expect("the folder is ours");
    check(&mut run, "begin\n*** end");
}

#[test]
fn what_only_begins_like_a_secret_is_kept_also_at_the_end() {
    let mut run = with_token("printf '%.3s' \"$TOKEN\"").spawn();
    check(&mut run, "hun");
}

#[test]
fn without_what_it_was_promised_nothing_starts() {
    let mut attempt = with_token("echo started");
    attempt.secrets.clear();
    let mut run = attempt.spawn();
    let exit = run.exit();
    let Outcome::CouldNotStart(why) = &exit.outcome else {
        panic!("{exit:?}");
    };
    assert!(why.contains("TOKEN"), "{why}");
    assert_eq!((exit.started_at_ms, run.text().as_str()), (None, ""));
}
