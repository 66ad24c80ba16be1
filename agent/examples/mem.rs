//! scratch
use belfry_core::job::*;
use std::sync::Arc;
fn rss() -> u64 {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    s.lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
fn main() {
    let shell = ShellDraft {
        argv: Some(vec!["/bin/true".to_owned()]),
        ..ShellDraft::default()
    };
    let draft = |n: usize| JobDraft {
        project: "test".into(),
        name: format!("{n}"),
        schedule: "0 0 1 1 *".into(),
        shell: shell.clone(),
        ..JobDraft::default()
    };
    let _w = draft(0).validate().unwrap();
    let a = rss();
    let jobs: Vec<Arc<Job>> = (0..10_000)
        .map(|n| Arc::new(draft(n).validate().unwrap()))
        .collect();
    let b = rss();
    println!(
        "jobs {} kB; size_of Job {}",
        b - a,
        std::mem::size_of::<Job>()
    );
    let t: Vec<_> = jobs.iter().map(|j| j.timetable()).collect();
    println!("timetables {} kB", rss() - b);
    let c = rss();
    let now = jiff::Timestamp::now();
    let n: Vec<_> = t.iter().map(|t| t.next_after(now)).collect();
    println!("next {} kB {:?}", rss() - c, n[0]);
}
