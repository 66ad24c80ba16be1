//! Walls and words of the user interface.

use std::collections::BTreeSet;

use crate::reach::resolve;
use crate::tree::{Findings, Tree, assert_clean, assert_found};

const SOURCE: &str = "ui/src/";
const BRIDGE: &str = "ui/src/backend/tauri.ts";

fn sources(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending(&[".ts", ".vue"])
        .filter(|(path, _)| path.starts_with(SOURCE))
}

/// The text without its comments, as far as `//` at a word's start and `/* */` make them.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    for (at, part) in text.split("/*").enumerate() {
        let part = if at == 0 {
            part
        } else {
            part.split_once("*/").map_or("", |(_, after)| after)
        };
        for line in part.split_inclusive('\n') {
            let start = line.trim_start().starts_with("//");
            kept.push_str(if start { "\n" } else { line });
        }
    }
    kept
}

/// What a file imports, as paths from the root where they are ours.
fn imports(path: &str, text: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let text = without_comments(text);
    let starts = [
        "from '",
        "from \"",
        "import '",
        "import \"",
        "import('",
        "import(\"",
    ];
    let mut found = Vec::new();
    for start in starts {
        for (at, _) in text.match_indices(start) {
            let name: String = text[at + start.len()..]
                .chars()
                .take_while(|c| *c != '\'' && *c != '"')
                .collect();
            found.push(match name.strip_prefix("@/") {
                Some(inside) => format!("{SOURCE}{inside}"),
                None if name.starts_with('.') => resolve(folder, &name),
                None => name,
            });
        }
    }
    found
}

fn area(path: &str) -> Option<&str> {
    path.strip_prefix("ui/src/features/")?.split('/').next()
}

fn walls(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, text) in sources(tree) {
        let component = path.starts_with("ui/src/components/");
        for name in imports(path, text) {
            if name.starts_with("@tauri-apps/") && path != BRIDGE {
                findings.push(format!("{path}: imports {name}; only {BRIDGE} may"));
            }
            match (area(path), area(&name)) {
                (Some(own), Some(other)) if own != other => {
                    findings.push(format!(
                        "{path}: {own} imports from {other}; features stand alone"
                    ));
                }
                (None, Some(_)) if component => {
                    findings.push(format!("{path}: a component knows nothing of features"));
                }
                _ => {}
            }
        }
    }
    findings
}

/// The dotted names of the leaves of the first object literal in a language file.
fn leaves(text: &str) -> BTreeSet<String> {
    let text = without_comments(text);
    let mut leaves = BTreeSet::new();
    let (mut path, mut name): (Vec<String>, String) = (Vec::new(), String::new());
    let mut key: Option<String> = None;
    let start = ["= {", "default {"]
        .iter()
        .filter_map(|start| text.find(start))
        .min();
    let mut chars = text[start.unwrap_or(text.len())..]
        .chars()
        .skip_while(|c| *c != '{');
    let mut depth = 0;
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' | '`' => {
                name = until(&mut chars, c);
                if let Some(leaf) = key.take() {
                    leaves.insert(
                        path.iter()
                            .cloned()
                            .chain([leaf])
                            .collect::<Vec<_>>()
                            .join("."),
                    );
                }
            }
            ':' => key = Some(std::mem::take(&mut name)),
            '{' => {
                depth += 1;
                path.extend(key.take());
            }
            '}' => {
                depth -= 1;
                path.pop();
                if depth == 0 {
                    break;
                }
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => name.push(c),
            _ => name.clear(),
        }
    }
    leaves
}

fn until(chars: &mut impl Iterator<Item = char>, quote: char) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            c if c == quote => break,
            c => text.push(c),
        }
    }
    text
}

/// The leaves of a language: those of its own file, and of the files that this one imports under
/// the names at which it puts them.
fn words(tree: &Tree, language: &str) -> Option<BTreeSet<String>> {
    let folder = format!("{SOURCE}i18n");
    let text = tree.text(&format!("{folder}/{language}.ts"))?;
    let mut words = leaves(text);
    for line in text.lines() {
        let import = line.strip_prefix("import { ");
        let Some((name, path)) = import.and_then(|rest| rest.split_once(" } from './")) else {
            continue;
        };
        let path = format!("{folder}/{}.ts", path.trim_end_matches([';', '\'']));
        let put = format!(": {name},");
        let key = text.split_once(&put).map_or(name, |(before, _)| {
            before
                .rsplit(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or(name)
        });
        let inside = tree.text(&path).map(leaves).unwrap_or_default();
        words.extend(inside.iter().map(|leaf| format!("{key}.{leaf}")));
    }
    Some(words)
}

/// Both languages say the same things, and what is asked for is said.
fn languages(tree: &Tree) -> Findings {
    let (en, zh) = (
        format!("{SOURCE}i18n/en.ts"),
        format!("{SOURCE}i18n/zh-CN.ts"),
    );
    let Some(english) = words(tree, "en") else {
        return Findings::new();
    };
    let chinese = words(tree, "zh-CN").unwrap_or_default();
    let mut findings = Findings::new();
    if english.is_empty() {
        findings.push(format!("{en}: no words are found in it"));
    }
    findings.extend(
        english
            .difference(&chinese)
            .map(|key| format!("{zh}: lacks {key}")),
    );
    findings.extend(
        chinese
            .difference(&english)
            .map(|key| format!("{en}: lacks {key}")),
    );
    for (path, text) in sources(tree).filter(|(path, _)| !path.starts_with("ui/src/i18n/")) {
        for key in asked(text).filter(|key| !english.contains(key)) {
            findings.push(format!("{path}: asks for {key}, which no language has"));
        }
    }
    findings
}

/// The keys that stand in calls of `t('…')`; keys put together at run time are not seen.
fn asked(text: &str) -> impl Iterator<Item = String> {
    text.match_indices("t('").filter_map(|(at, start)| {
        let before = text[..at].chars().next_back();
        let alone = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let key = text[at + start.len()..].split('\'').next()?;
        let plain =
            key.contains('.') && key.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
        (alone && plain).then(|| key.to_owned())
    })
}

#[test]
fn the_interface_keeps_its_walls() {
    assert_clean(&walls(&Tree::real()));
}

#[test]
fn both_languages_are_complete() {
    assert_clean(&languages(&Tree::real()));
}

#[test]
fn a_breach_of_a_wall_is_found() {
    let tree = Tree::sample(&[
        (
            "ui/src/backend/tauri.ts",
            "import { invoke } from '@tauri-apps/api/core'",
        ),
        (
            "ui/src/components/Grid.vue",
            "import x from '@/features/jobs/x'",
        ),
        (
            "ui/src/features/jobs/a.ts",
            "import { b } from '../runs/b'\nimport c from './c'",
        ),
        (
            "ui/src/main.ts",
            "import { invoke } from \"@tauri-apps/api/core\"\n// from '@tauri-apps/x'",
        ),
    ]);
    let expected = [
        "Grid.vue: a component",
        "jobs imports from runs",
        "main.ts: imports @tauri-apps",
    ];
    assert_found(&walls(&tree), &expected);
}

#[test]
fn a_word_that_one_language_lacks_is_found() {
    let en = "export const en = {\n // x: 'y'\n a: { b: 'One {n}', 'c-d': \"Two: 'x'\" },\n e: `Three`,\n}\nconst z = { q: 'w' }";
    let zh = "import type { En } from './en'\nexport default { a: { b: '一' }, e: '三', f: '四' } satisfies En";
    let en = format!("import {{ gs }} from './en/g'\nimport {{ h }} from './en/h'\n{en}")
        .replace("e: `Three`", "e: `Three`,\n g: gs,\n h,");
    let zh =
        format!("import {{ gs }} from './zh-CN/g'\n{zh}").replace("e: '三'", "e: '三', g: gs,");
    let tree = Tree::sample(&[
        ("ui/src/i18n/en.ts", &en),
        ("ui/src/i18n/zh-CN.ts", &zh),
        ("ui/src/i18n/en/g.ts", "export const gs = { i: 'Nine' }"),
        ("ui/src/i18n/zh-CN/g.ts", "export const gs = {}"),
        ("ui/src/i18n/en/h.ts", "export const h = { j: 'Ten' }"),
        (
            "ui/src/a.vue",
            "{{ t('a.b') }} {{ $t('a.x') }} at('a.y') {{ $t('g.i') }} {{ $t('h.j') }} {{ $t('h.k') }}",
        ),
    ]);
    let expected = [
        "zh-CN.ts: lacks a.c-d",
        "zh-CN.ts: lacks g.i",
        "zh-CN.ts: lacks h.j",
        "en.ts: lacks f",
        "asks for a.x",
        "asks for h.k",
    ];
    assert_found(&languages(&tree), &expected);
}
