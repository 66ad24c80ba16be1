//! Two versions of a job that were made from the same one: what each changed, and both together.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::run_view::stamp;
use super::form::form_of;
use crate::definition::{Change, Version, diff};
use crate::envelope::Envelope;
use crate::job::Job;
use crate::view::{ConflictField, JobForm, SaveConflict};

/// Tables whose fields hold only together.
const WHOLE: [&str; 1] = ["shell"];

/// What to show somebody whose `form` for `mine` was made on the generation `seen`, while `current`
/// stands there now.
pub(super) fn conflict(
    form: &JobForm,
    mine: &Job,
    (seen, current): (u64, &Envelope),
    versions: &[Version],
) -> SaveConflict {
    let of = |generation| {
        versions
            .iter()
            .find(|version| version.generation == generation)
    };
    let before = of(seen).and_then(|version| Job::from_body(&version.body).ok());
    let theirs = current.body().and_then(|body| Job::from_body(body).ok());
    let author = of(current.generation);
    let merged = theirs.as_ref().map(|theirs| {
        let before = before.as_ref().unwrap_or(theirs).to_body();
        form_of(&merge(&before, &mine.to_body(), &theirs.to_body()))
    });
    SaveConflict {
        generation: current.generation,
        by: author.map(|version| version.by.clone()).unwrap_or_default(),
        at: author.map(|version| stamp(version.at)),
        deleted: current.body().is_none(),
        fields: theirs
            .as_ref()
            .map(|theirs| fields(before.as_ref().unwrap_or(theirs), mine, theirs))
            .unwrap_or_default(),
        theirs: theirs.map(|theirs| form_of(&theirs.to_body())),
        merged: merged.unwrap_or_else(|| form.clone()),
    }
}

fn fields(before: &Job, mine: &Job, theirs: &Job) -> Vec<ConflictField> {
    let by_path = |changes: Vec<Change>| -> BTreeMap<String, Change> {
        let named = changes
            .into_iter()
            .map(|change| (change.path.clone(), change));
        named.collect()
    };
    let own = diff(Some(before), Some(mine));
    let order: Vec<String> = own.iter().map(|change| change.path.clone()).collect();
    let (own, other) = (by_path(own), by_path(diff(Some(before), Some(theirs))));
    let more = other
        .keys()
        .filter(|path| !own.contains_key(*path))
        .cloned();
    let paths = order.iter().cloned().chain(more);
    paths
        .map(|path| {
            let (own, other) = (own.get(&path), other.get(&path));
            let first = own.or(other).and_then(|change| change.from.clone());
            let after = |change: Option<&Change>| match change {
                Some(change) => change.to.clone(),
                None => first.clone(),
            };
            let (mine, theirs) = (after(own), after(other));
            let clash = own.is_some() && other.is_some() && mine != theirs;
            ConflictField {
                path,
                before: first.clone(),
                mine,
                theirs,
                clash,
            }
        })
        .collect()
}

/// `theirs` with what `mine` changed of `before`; where both changed the same, mine holds.
fn merge(before: &Value, mine: &Value, theirs: &Value) -> Value {
    let empty = Map::new();
    let table = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (before, mine, theirs) = (table(before), table(mine), table(theirs));
    let mut merged = empty;
    let names = mine
        .keys()
        .chain(theirs.keys().filter(|name| !mine.contains_key(*name)));
    for name in names {
        let (was, own, other) = (before.get(name), mine.get(name), theirs.get(name));
        let value = match (own, other) {
            _ if own == was => other.cloned(),
            _ if other == was => own.cloned(),
            (Some(own @ Value::Object(_)), Some(other @ Value::Object(_)))
                if !WHOLE.contains(&name.as_str()) =>
            {
                Some(merge(was.unwrap_or(&Value::Null), own, other))
            }
            _ => own.cloned(),
        };
        merged.extend(value.map(|value| (name.clone(), value)));
    }
    Value::Object(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(more: Value) -> Job {
        let mut fields = json!({
            "project": "ops", "name": "tick", "schedule": "@daily", "shell": { "script": "true" },
            "retries": { "count": 1 }, "note": "N",
        });
        for (name, value) in more.as_object().cloned().unwrap_or_default() {
            fields[name] = value;
        }
        Job::read(&fields).expect("a job")
    }

    #[test]
    fn changes_of_two_people_stand_together_and_where_they_clash_mine_holds() {
        let before = job(json!({}));
        let mine =
            job(json!({ "timeout": "30s", "schedule": "@hourly", "retries": { "count": 2 } }));
        let theirs = job(json!({
            "schedule": "@weekly", "tags": ["x"], "retries": { "count": 1, "interval": "5s" },
        }));
        let merged = merge(&before.to_body(), &mine.to_body(), &theirs.to_body());
        let expected = job(json!({
            "timeout": "30s", "schedule": "@hourly", "tags": ["x"], "retries": { "count": 2, "interval": "5s" },
        }));
        assert_eq!(Job::read(&merged), Ok(expected));
        let told: Vec<(String, bool)> = fields(&before, &mine, &theirs)
            .into_iter()
            .map(|field| (field.path, field.clash))
            .collect();
        let expected = [
            ("schedule", true),
            ("timeout", false),
            ("retries.count", false),
            ("retries.interval", false),
            ("tags", false),
        ];
        let expected = expected.map(|(path, clash)| (path.to_owned(), clash));
        assert_eq!(told, expected);
    }

    #[test]
    fn a_program_is_taken_whole() {
        let before = job(json!({}));
        let mine = job(json!({ "shell": { "script": "df" } }));
        let theirs = job(json!({ "shell": { "argv": ["df", "-h"] } }));
        let merged = merge(&before.to_body(), &mine.to_body(), &theirs.to_body());
        assert_eq!(Job::read(&merged), Ok(mine));
    }
}
