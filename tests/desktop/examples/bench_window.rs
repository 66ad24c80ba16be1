//! What a person waits for in the real window over 10,000 jobs and 100,000 runs, beside the design's
//! targets. It needs a display that draws in software, release programs in `BELFRY_BIN_DIR`, and
//! tauri-driver: `./dev bench window` brings all three.

use std::error::Error;
use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

use belfry_core::cluster::{Cluster, Role, Stores};
use belfry_core::history::{History, Upload};
use belfry_core::id::{JobId, Moment, NodeId, RunId, Scope};
use belfry_core::profile::Place;
use belfry_core::run::{RunRecord, RunState, Trigger};
use belfry_desktop::desk::Desk;
use belfry_desktop::window::Window;
use belfry_desktop::words::ENGLISH;
use belfry_harness::wait;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

const JOBS: usize = 10_000;
const RUNS: i64 = 100_000;
const BATCH: i64 = 500;
const LINES: usize = 100_000;
const OPENINGS: usize = 5;
const EVENTS: usize = 20;
/// The first of the list, whose switch tells when an edit has come.
const WATCHED: &str = "a-watched";
const CHATTY: &str = "a-chatty";

/// Gives when the list of jobs had its first rows: milliseconds since 1970.
const FIRST_ROWS: &str = "
    const done = arguments[arguments.length - 1];
    const look = () => document.querySelectorAll('[role=row] [role=gridcell]').length > 20
        ? done(Date.now()) : requestAnimationFrame(look);
    look();";

/// Gives when the switch of the watched job had changed and was drawn.
const SWITCHED: &str = "
    const done = arguments[arguments.length - 1];
    const knob = () => document.querySelector('[role=switch][aria-label^=\"a-watched\"]')?.ariaChecked;
    const before = knob();
    const look = () => knob() !== undefined && knob() !== before
        ? done(Date.now()) : requestAnimationFrame(look);
    look();";

/// Gives what each of 240 frames took while `@WHAT@` was scrolled by 600 pixels a frame.
const FRAMES: &str = "
    const done = arguments[arguments.length - 1];
    const element = document.querySelector('@WHAT@');
    const room = element.scrollHeight - element.clientHeight;
    const took = [];
    let before = 0;
    element.scrollTop = room / 3;
    const step = now => {
        if (before) took.push(now - before);
        before = now;
        if (took.length === 240) return done(took);
        element.scrollTop = (element.scrollTop + 600) % room;
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);";

/// Gives the number of rows once every page was read by going to the end again and again.
const READ_ALL: &str = "
    const done = arguments[arguments.length - 1];
    const grid = document.querySelector('[role=grid]');
    const step = () => {
        const count = Number(grid.getAttribute('aria-rowcount'));
        if (count >= @COUNT@) return done(count);
        grid.scrollTop = grid.scrollHeight;
        setTimeout(step);
    };
    step();";

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let desk = Desk::new(&ENGLISH);
    let place = Place::Embedded(desk.data());
    let stores = Stores::open(&place, Role::Person).await?;
    desk.apply(&jobs());
    fill(&*stores.history).await?;
    let cluster = Cluster::new(
        stores.coord,
        stores.history,
        stores.keys,
        "bench".to_owned(),
    );
    let mut opened = Vec::new();
    for _ in 0..OPENINGS {
        opened.push(opening(&desk).await);
    }
    say("cold start to the first list", &mut opened, "≤ 1500 ms");
    let window = desk.window().await;
    window.hears(FIRST_ROWS);
    let mut seen = events(&cluster, &window).await?;
    say(
        "an edit on screen after it is stored",
        &mut seen,
        "≤ 250 ms",
    );
    scrolls(&window, "[role=grid]", "list of 10,000 jobs");
    desk.ctl(&["jobs", "run", CHATTY, "--wait"]);
    window.hears(&go("/runs"));
    let count = window.hears(&READ_ALL.replace("@COUNT@", &RUNS.to_string()));
    scrolls(&window, "[role=grid]", &format!("list of {count} runs"));
    window.hears(&go("/jobs"));
    window.press(&format!("//*[@role='row'][contains(., '{CHATTY}')]"));
    window.keys("//body", "l");
    window.shows("//*[contains(., '100,000 lines')]");
    scrolls(&window, ".log", &format!("log of {LINES} lines"));
    Ok(())
}

fn go(path: &str) -> String {
    format!(
        "location.hash = '#{path}';
         const done = arguments[arguments.length - 1];
         const look = () => document.querySelectorAll('[role=row] [role=gridcell]').length > 20
             ? done(true) : requestAnimationFrame(look);
         setTimeout(look, 500);"
    )
}

/// One of each kind of text; none is due while this measures.
fn jobs() -> String {
    let mut text = format!(
        "[[job]]\nproject = 'a'\nname = '{WATCHED}'\nschedule = '0 4 * * *'\n\
         shell = {{ script = 'true' }}\n[[job]]\nproject = 'a'\nname = '{CHATTY}'\n\
         schedule = '@manual'\nshell = {{ script = 'seq {LINES}' }}\n"
    );
    for number in 2..JOBS {
        write!(
            text,
            "[[job]]\nproject = 'project-{}'\nname = 'job-{number}'\nschedule = '{} 4 * * *'\n\
             tags = ['tag-{}']\nowner = 'team-{}'\nshell = {{ script = 'echo {number}' }}\n",
            number % 20,
            number % 60,
            number % 10,
            number % 7
        )
        .expect("texts take all");
    }
    text
}

/// Runs of the last hours.
async fn fill(history: &dyn History) -> Result<(), Box<dyn Error>> {
    let now = Timestamp::now();
    for batch in 0..RUNS / BATCH {
        let runs = (batch * BATCH..(batch + 1) * BATCH).map(|index| record(now, index));
        let upload = Upload {
            runs: runs.collect(),
            ..Upload::default()
        };
        history.upload(&upload).await?;
    }
    Ok(())
}

fn record(now: Timestamp, index: i64) -> RunRecord {
    let job_id = JobId(Uuid::from_u128((index % 1000) as u128 + 1));
    let second = now.as_second() - index / 4 - 60;
    let scheduled_at = Timestamp::from_second(second).expect("of today");
    let failed = index % 50 == 0;
    RunRecord {
        run_id: RunId::derive(job_id, &Scope::One, Moment::At(scheduled_at)),
        attempt: 1,
        job_id,
        project: "shop".parse().expect("plain"),
        job: format!("job-{}", index % 1000),
        scope: Scope::One,
        moment: Moment::At(scheduled_at),
        scheduled_at,
        until: None,
        count: 1,
        generation: 1,
        fence: index.unsigned_abs(),
        node: NodeId::new("here").expect("plain"),
        state: if failed {
            RunState::Failed
        } else {
            RunState::Succeeded
        },
        reason: None,
        detail: None,
        trigger: Trigger::Schedule,
        by: None,
        decided_at: scheduled_at,
        started_at: Some(scheduled_at),
        finished_at: Some(scheduled_at + Duration::from_millis(900)),
        exit_code: Some(i32::from(failed)),
        signal: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

/// From the start of the program's process until its list had rows.
async fn opening(desk: &Desk) -> f64 {
    let window = desk.window().await;
    let rows = window.hears(FIRST_ROWS);
    let rows = rows.as_f64().expect("milliseconds");
    rows - started_ms()
}

/// When the newest process of the window began: milliseconds since 1970, to the hundredth of a
/// second that the system counts in.
fn started_ms() -> f64 {
    let found = Command::new("pgrep").args(["-nx", "belfry"]).output();
    let found = found.expect("pgrep is there").stdout;
    let pid = String::from_utf8(found).expect("a number");
    let read = |name: &str| std::fs::read_to_string(name).expect("the system says");
    let stat = read(&format!("/proc/{}/stat", pid.trim()));
    let after_name = stat.rsplit(')').next().expect("there is a rest");
    let ticks = after_name.split_whitespace().nth(19).expect("its start");
    let uptime = read("/proc/uptime");
    let uptime: f64 = uptime
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .expect("seconds");
    let boot = Timestamp::now().as_millisecond() as f64 - uptime * 1000.0;
    boot + ticks.parse::<f64>().expect("a number") * 10.0
}

/// From the store's answer to an edit until the window shows it.
async fn events(cluster: &Cluster, window: &Window) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut took = Vec::new();
    for turn in 0..EVENTS {
        let job = cluster.job(WATCHED).await?;
        let (shown, stored) = std::thread::scope(|scope| {
            let shown = scope.spawn(|| window.hears(SWITCHED));
            let stored = tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(async {
                    // The page looks before the edit is made.
                    wait::a_while(Duration::from_millis(700)).await;
                    let edited = cluster.set_paused(&job, turn % 2 == 0, None).await;
                    edited.map(|_| Timestamp::now().as_millisecond() as f64)
                })
            });
            (shown.join().expect("the page answers"), stored)
        });
        took.push(shown.as_f64().expect("milliseconds") - stored?);
    }
    Ok(took)
}

fn scrolls(window: &Window, what: &str, title: &str) {
    let took = window.hears(&FRAMES.replace("@WHAT@", what));
    let took = took.as_array().expect("a list");
    let mut took: Vec<f64> = took.iter().filter_map(Value::as_f64).collect();
    let title = format!("{title}: a frame while scrolling");
    say(&title, &mut took, "p95 ≤ 50 ms");
}

fn say(what: &str, took: &mut [f64], target: &str) {
    took.sort_unstable_by(f64::total_cmp);
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!(
        "{what:<58} p50 {:>6.0} p95 {:>6.0} max {:>6.0} ms   target {target}",
        at(50),
        at(95),
        at(100)
    );
}
