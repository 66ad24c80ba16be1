//! Every exit code, each with one sentence that says what to do.

use super::bench::{Bench, Done, command};

#[test]
fn the_asked_thing_failed_is_1() {
    let bench = Bench::new();
    for (words, part) in [
        (&["jobs", "show", "nope"][..], "there is no job \"nope\""),
        (&["jobs", "versions", "nope"], "there is no job \"nope\""),
        (&["runs", "show", "abcdef"], "there is no run \"abcdef\""),
        (&["runs", "logs", "not hex"], "there is no run"),
        (
            &["runs", "kill", "0123456789abcdef0123456789abcdef"],
            "there is no run",
        ),
        (
            &["apply", "-f", "/does/not/exist"],
            "could not read /does/not/exist",
        ),
        (
            &["schedule", "next", "99 * * * *"],
            "could not read the schedule",
        ),
        (
            &["schedule", "words", "@reboot"],
            "could not read the schedule",
        ),
    ] {
        let sentence = bench.fails(1, words);
        assert!(sentence.contains(part), "{words:?}: {sentence}");
        assert!(sentence.starts_with("belfryctl: "), "{sentence}");
        assert_eq!(sentence.trim_end().lines().count(), 1, "{sentence}");
    }
}

#[test]
fn wrong_words_are_2() {
    let bench = Bench::new();
    for words in [
        &["jobs", "explode"][..],
        &["runs", "list", "--state", "happy"],
        &["runs", "list", "--since", "yesterday"],
        &["schedule", "next", "* * * * *", "--zone", "Beijing"],
        &["schedule", "words", "* * * * *", "--language", "fr"],
        &["jobs", "restore", "a", "first"],
        &[],
    ] {
        bench.fails(2, words);
    }
    let sentence = bench.fails(2, &["runs", "list", "--since", "yesterday"]);
    assert!(sentence.contains("24h"), "{sentence}");
}

#[test]
fn a_store_that_cannot_be_reached_is_69() {
    let bench = Bench::new();
    std::fs::write(bench.stores(), "a file stands where the folder should").expect("a file");
    let sentence = bench.fails(69, &["jobs", "list"]);
    assert!(
        sentence.contains("could not open the store of definitions"),
        "{sentence}"
    );
}

#[test]
fn a_damaged_store_is_70() {
    let bench = Bench::new();
    bench.ok(&["jobs", "list"]);
    std::fs::write(bench.stores().join("coord.db"), [7_u8; 8192]).expect("a file");
    for beside in ["coord.db-wal", "coord.db-shm"] {
        let _ = std::fs::remove_file(bench.stores().join(beside));
    }
    bench.fails(70, &["jobs", "list"]);
}

#[test]
fn no_folder_at_all_is_78() {
    let mut command = command();
    command
        .env_remove("XDG_DATA_HOME")
        .env_remove("HOME")
        .args(["jobs", "list"]);
    let done = Done::of(command.output().expect("belfryctl starts"));
    assert_eq!(done.code, 78, "{}", done.err);
    assert!(done.err.contains("--embedded"), "{}", done.err);
}

#[test]
fn places_that_cannot_be_used_are_78() {
    let bench = Bench::new();
    let sentence = bench.fails(78, &["cluster", "status"]);
    assert!(sentence.contains("no cluster"), "{sentence}");
    let wrong = bench.file("wrong.toml", "[cluster]\nnam = \"main\"\n");
    let profiles = "[lab]\nembedded = \"lab\"\n";
    let home = std::path::Path::new(&bench.file("belfry", "")).with_file_name("config");
    std::fs::create_dir_all(home.join("belfry")).expect("the folder is ours");
    std::fs::write(home.join("belfry/profiles.toml"), profiles).expect("the folder is ours");
    let run = |words: &[&str]| {
        let mut command = command();
        command.env("XDG_CONFIG_HOME", &home).args(words);
        Done::of(command.output().expect("belfryctl starts"))
    };
    for (words, part) in [
        (
            &["--config", wrong.as_str(), "jobs", "list"][..],
            "did you mean name?",
        ),
        (&["--profile", "labb", "jobs", "list"], "did you mean lab?"),
        (&["--profile", "lab", "cluster", "init"], "no cluster"),
    ] {
        let done = run(words);
        assert_eq!(done.code, 78, "{words:?}: {}", done.err);
        assert!(done.err.contains(part), "{words:?}: {}", done.err);
    }
    assert_eq!(
        run(&["--profile", "lab", "--json", "jobs", "list"]).out,
        "[]\n"
    );
    assert_eq!(
        run(&["--profile", "lab", "--embedded", "x", "jobs", "list"]).code,
        2
    );
}

#[test]
fn json_may_stand_anywhere() {
    let bench = Bench::new();
    assert_eq!(
        bench.ok(&["--json", "jobs", "list"]),
        bench.ok(&["jobs", "--json", "list"])
    );
    assert_eq!(bench.ok(&["jobs", "list", "--json"]), "[]\n");
}
