use std::fs;
use std::process::Stdio;

use super::bench::{Bench, Done, command};

const TOKEN: &str = "hunter2-silver-gold";
const DEPLOY: &str = r#"
[[job]]
project = "ops"
name = "deploy"
schedule = "@manual"
shell = { script = "true" }
"#;

/// Sets one, given as standard input.
fn set(bench: &Bench, name: &str, text: &str) -> Done {
    // A file, so that a command that refuses before it reads is no broken pipe.
    let input = fs::File::open(bench.file("input", text)).expect("our own file");
    let mut command = command();
    command.arg("--embedded").arg(bench.stores());
    command.args(["secrets", "set", "deploy", name]);
    let output = command.stdin(Stdio::from(input)).output();
    let done = Done::of(output.expect("belfryctl starts"));
    fs::remove_file(bench.file("input", "")).expect("our own file");
    done
}

/// Whether any file of the stores holds it.
fn is_stored(bench: &Bench, text: &str) -> bool {
    let files = fs::read_dir(bench.stores()).expect("a folder");
    let paths = files.map(|entry| entry.expect("an entry").path());
    let holds = |bytes: Vec<u8>| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    paths
        .filter(|path| path.is_file())
        .any(|path| holds(fs::read(path).expect("readable")))
}

#[test]
fn a_secret_is_set_and_never_shown() {
    let bench = Bench::new();
    bench.apply(DEPLOY);
    let done = set(&bench, "TOKEN", &format!("{TOKEN}\n"));
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(
        done.out,
        "ops/deploy finds TOKEN in its environment from its next run on\n"
    );

    let exported = bench.ok(&["export"]);
    assert!(
        exported.contains("secrets = { TOKEN = \"sealed\" }"),
        "{exported}"
    );
    let again = bench.apply(&exported);
    assert!(again.contains("1 are as the file says"), "{again}");
    let shown = [
        bench.ok(&["jobs", "show", "deploy"]),
        bench.ok(&["jobs", "show", "deploy", "--json"]),
        bench.ok(&["jobs", "versions", "deploy"]),
        exported,
    ];
    assert!(shown.iter().all(|text| !text.contains(TOKEN)), "{shown:?}");
    assert!(!is_stored(&bench, TOKEN));

    let rotated = bench.ok(&["secrets", "rotate"]);
    assert!(rotated.starts_with("1 secrets are sealed"), "{rotated}");
    let rotated = bench.json(&["secrets", "rotate"]);
    assert_eq!(
        (&rotated["sealed"], &rotated["finished"]),
        (&1.into(), &true.into())
    );
}

#[test]
fn what_cannot_be_a_secret_is_refused_and_not_repeated() {
    let bench = Bench::new();
    bench.apply(DEPLOY);
    for (name, text, sentence) in [
        ("TOKEN", "abc\n", "fewer than 4 characters"),
        ("A B", "hunter2-silver", "write letters, digits and '_'"),
        ("BELFRY_X", "hunter2-silver", "begin with BELFRY_"),
    ] {
        let done = set(&bench, name, text);
        assert_eq!(done.code, 1, "{name}: {}", done.err);
        assert!(done.err.contains(sentence), "{}", done.err);
        assert!(!done.err.contains("hunter2"), "{}", done.err);
    }
    let plain = format!("{DEPLOY}secrets = {{ TOKEN = \"{TOKEN}\" }}\n");
    let file = bench.file("plain.toml", &plain);
    let refused = bench.run(&["apply", "-f", &file]);
    assert_ne!(refused.code, 0);
    assert!(
        refused.err.contains("is written in plain"),
        "{}",
        refused.err
    );
    assert!(!refused.err.contains(TOKEN), "{}", refused.err);
    assert!(!is_stored(&bench, TOKEN));
}
