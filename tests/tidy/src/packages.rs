//! What we depend on: from where, under which licence, once.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::tree::{Findings, Tree, assert_clean, assert_found, root};

/// Licences whose terms a binary under Apache-2.0 can meet by naming them.
const LICENCES: [&str; 20] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Python-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// npm packages that forgot to say their licence, and what their repositories say.
const UNSAID: [(&str, &str); 1] = [("vaul-vue", "MIT")];

/// Programs that stay without a window.
const HEADLESS: [&str; 3] = ["belfry-core", "belfry-agent", "belfryctl"];

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

/// Whether one of the ways to take a licence expression is allowed.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let spaced = spaced.replace(" WITH ", "-with-");
    let mut words = spaced.split_whitespace().peekable();
    let verdict = any_of(&mut words);
    verdict && words.next().is_none()
}

type Words<'a, 'b> = &'a mut std::iter::Peekable<std::str::SplitWhitespace<'b>>;

fn any_of(words: Words) -> bool {
    let mut verdict = all_of(words);
    while words.next_if_eq(&"OR").is_some() {
        verdict |= all_of(words);
    }
    verdict
}

fn all_of(words: Words) -> bool {
    let mut verdict = one(words);
    while words.next_if_eq(&"AND").is_some() {
        verdict &= one(words);
    }
    verdict
}

fn one(words: Words) -> bool {
    match words.next() {
        Some("(") => any_of(words) & words.next_if_eq(&")").is_some(),
        Some(name) => LICENCES.contains(&name.replace("-with-", " WITH ").as_str()),
        None => false,
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn crates(metadata: &Value) -> Findings {
    let mut findings = Findings::new();
    for package in list(metadata, "packages") {
        let name = format!("{} {}", text(package, "name"), text(package, "version"));
        let source = text(package, "source");
        if !allowed(text(package, "license")) {
            findings.push(format!(
                "{name}: its licence is {:?}",
                text(package, "license")
            ));
        }
        if !source.is_empty() && !source.starts_with("registry+") {
            findings.push(format!(
                "{name}: comes from {source}, not from the registry"
            ));
        }
    }
    findings
}

/// Our own packages agree on one version of what they use, and only the desktop knows Tauri.
fn own_dependencies(metadata: &Value) -> Findings {
    let ours: BTreeSet<&str> = list(metadata, "workspace_members")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let packages = list(metadata, "packages").iter();
    let by_id: BTreeMap<&str, &Value> = packages
        .map(|package| (text(package, "id"), package))
        .collect();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut findings = Findings::new();
    for node in list(&metadata["resolve"], "nodes")
        .iter()
        .filter(|node| ours.contains(text(node, "id")))
    {
        let owner = by_id
            .get(text(node, "id"))
            .map_or("", |package| text(package, "name"));
        for id in list(node, "dependencies").iter().filter_map(Value::as_str) {
            let Some(package) = by_id.get(id) else {
                continue;
            };
            let name = text(package, "name");
            versions
                .entry(name)
                .or_default()
                .insert(text(package, "version"));
            if HEADLESS.contains(&owner) && (name.starts_with("tauri") || name == "wry") {
                findings.push(format!("{owner} depends on {name}: only the desktop may"));
            }
        }
    }
    let doubles = versions.iter().filter(|(_, versions)| versions.len() > 1);
    findings
        .extend(doubles.map(|(name, versions)| format!("{name}: used in versions {versions:?}")));
    findings
}

/// The licence of an entry of a lock file, whose name is where it is unpacked.
fn npm_licence<'a>(place: &str, package: &'a Value) -> &'a str {
    let name = place.rsplit("node_modules/").next().unwrap_or_default();
    match (
        text(package, "license"),
        UNSAID.iter().find(|(unsaid, _)| *unsaid == name),
    ) {
        ("", Some((_, licence))) => licence,
        (licence, _) => licence,
    }
}

/// Whether a lock file has `other` where the package unpacked at `place` would find it.
fn is_locked(packages: &serde_json::Map<String, Value>, place: &str, other: &str) -> bool {
    let folders = place
        .match_indices("node_modules/")
        .map(|(at, _)| &place[..at]);
    let own = format!("{place}/");
    let mut folders = folders.chain([own.as_str()]);
    folders.any(|folder| packages.contains_key(&format!("{folder}node_modules/{other}")))
}

fn npm(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, lock) in tree.ending(&["package-lock.json"]) {
        let lock: Value = serde_json::from_str(lock).unwrap_or_default();
        let Some(packages) = lock["packages"].as_object() else {
            findings.push(format!("{path}: is no lock file of packages"));
            continue;
        };
        for (name, package) in packages {
            let optional = package["optionalDependencies"]
                .as_object()
                .into_iter()
                .flatten();
            let absent = optional.filter(|(other, _)| !is_locked(packages, name, other));
            findings.extend(absent.map(|(other, _)| {
                format!("{path}: lacks {other}, which {name} may need elsewhere; npm ci refuses it")
            }));
            if !package["resolved"].is_null() {
                findings.push(format!("{path}: {name} carries its download address"));
            }
            let licence = npm_licence(name, package);
            if !allowed(licence) {
                findings.push(format!("{path}: {name}: its licence is {licence:?}"));
            }
        }
    }
    findings
}

#[test]
fn crates_come_from_the_registry_under_licences_we_can_meet() {
    assert_clean(&crates(&metadata()));
}

#[test]
fn our_packages_agree_on_versions_and_only_the_desktop_knows_tauri() {
    assert_clean(&own_dependencies(&metadata()));
}

#[test]
fn npm_packages_carry_no_addresses_and_licences_we_can_meet() {
    assert_clean(&npm(&Tree::real()));
}

#[test]
fn licence_expressions_are_understood() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR (MIT AND ISC)",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT ISC"] {
        assert!(!allowed(bad), "{bad}");
    }
}

#[test]
fn a_foreign_licence_or_source_is_found() {
    let metadata = serde_json::json!({ "packages": [
        { "name": "a", "version": "1", "license": "GPL-3.0", "source": null },
        { "name": "b", "version": "2", "license": "MIT", "source": "git+https://example.org/b" },
        { "name": "c", "version": "3", "license": "MIT", "source": "registry+x" },
    ] });
    assert_found(
        &crates(&metadata),
        &["a 1: its licence", "b 2: comes from git"],
    );
}

#[test]
fn two_versions_and_a_window_in_the_agent_are_found() {
    let metadata = serde_json::json!({
        "workspace_members": ["agent", "desktop"],
        "packages": [
            { "id": "agent", "name": "belfry-agent" }, { "id": "desktop", "name": "belfry" },
            { "id": "t", "name": "tauri", "version": "2" },
            { "id": "x1", "name": "x", "version": "1" }, { "id": "x2", "name": "x", "version": "2" },
        ],
        "resolve": { "nodes": [
            { "id": "agent", "dependencies": ["t", "x1"] },
            { "id": "desktop", "dependencies": ["t", "x2"] },
        ] },
    });
    assert_found(
        &own_dependencies(&metadata),
        &["belfry-agent depends on tauri", "x: used in versions"],
    );
}

#[test]
fn an_npm_package_with_address_or_foreign_licence_is_found() {
    let lock = r#"{ "packages": { "a": { "resolved": "x", "license": "MIT" }, "b": {},
        "node_modules/c": { "license": "MIT", "optionalDependencies": { "d": "1", "e": "1", "f": "1" } },
        "node_modules/c/node_modules/d": { "license": "MIT" }, "node_modules/e": { "license": "MIT" }
    } }"#;
    let tree = Tree::sample(&[
        ("ui/package-lock.json", lock),
        ("x/package-lock.json", "[]"),
    ]);
    assert_found(
        &npm(&tree),
        &[
            "a carries its download",
            "b: its licence",
            "lacks f",
            "is no lock",
        ],
    );
}
