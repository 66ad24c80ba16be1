//! Whole files, as tables that are kept beside this one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use belfry_core::crontab::{Becomes, Choices, Crontab, Effect, UserColumn, propose};
use belfry_core::definition::export;
use belfry_core::id::ProjectName;
use belfry_core::schedule::{Language, words};
use expect_test::expect_file;

use super::crontab;

fn table(read: &Crontab) -> String {
    let choices = Choices {
        project: ProjectName::new("crontab").expect("a name"),
        names: BTreeMap::new(),
        left_out: BTreeSet::new(),
    };
    let proposals = propose(read, &choices, &[]);
    let mut table = String::new();
    for remark in &read.remarks {
        writeln!(table, "{:?}: {remark}", remark.level()).expect("a string takes everything");
    }
    for line in &read.lines {
        let proposal = proposals
            .iter()
            .find(|proposal| proposal.line == line.number);
        let becomes = match (&line.becomes, proposal) {
            (Becomes::Job(job), Some(proposal)) => {
                assert_eq!(proposal.effect, Effect::Create);
                format!(
                    "{} = {} ({})",
                    proposal.name,
                    words(&job.schedule, Language::En),
                    job.zone
                )
            }
            (other, _) => format!("{other:?}").to_lowercase(),
        };
        writeln!(table, "{:>3}  {}\n     → {becomes}", line.number, line.text).expect("as above");
        for remark in line
            .remarks
            .iter()
            .chain(proposal.iter().flat_map(|proposal| &proposal.remarks))
        {
            let column = remark
                .column
                .map(|column| format!(" at {column}"))
                .unwrap_or_default();
            writeln!(table, "       {:?}{column}: {remark}", remark.level()).expect("as above");
        }
    }
    let jobs: Vec<_> = proposals
        .into_iter()
        .filter_map(|proposal| proposal.job)
        .collect();
    table + "\n" + &export(&jobs)
}

#[test]
fn a_person_s_crontab_becomes_jobs() {
    let read = crontab(
        include_str!("../fixtures/crontab-of-a-person.txt"),
        "Europe/Berlin",
        UserColumn::No,
    );
    expect_file!["person.txt"].assert_eq(&table(&read));
}

#[test]
fn a_system_s_crontab_is_known_by_its_user_column() {
    let read = crontab(
        include_str!("../fixtures/crontab-of-a-system.txt"),
        "UTC",
        UserColumn::Detect,
    );
    assert!(read.has_user_column);
    expect_file!["system.txt"].assert_eq(&table(&read));
}
