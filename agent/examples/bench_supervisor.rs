//! What a supervisor costs: processor time per run over a bare spawn, and the memory of one that waits.
//!
//! `cargo build --release -p belfry-agent --bin belfry-run`, then
//! `cargo run --release -p belfry-agent --example bench_supervisor -- PATH/TO/belfry-run [RUNS [FOLDER]]`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use belfry_agent::attempt::clock;
use belfry_agent::attempt::folder::{AttemptFolder, Input};
use belfry_agent::attempt::spec::{OutputLimits, Program, Spec, StartBy};

const CPU_TARGET_MS: f64 = 1.5;
const PRIVATE_TARGET_KIB: u64 = 2048;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let supervisor = PathBuf::from(
        arguments
            .next()
            .expect("usage: bench_supervisor BELFRY_RUN [RUNS [FOLDER]]"),
    );
    let runs: u32 = arguments
        .next()
        .map_or(300, |count| count.parse().expect("a number of runs"));
    let place = arguments
        .next()
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = place.join(format!("belfry-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the runs");
    for (what, words) in [
        ("/bin/true", vec!["/bin/true"]),
        ("echo", vec!["/bin/echo", "one line"]),
    ] {
        compare(
            &supervisor,
            &folder.join(words.len().to_string()),
            &words,
            (what, runs),
        );
    }
    memory(&supervisor, &folder);
    fs::remove_dir_all(&folder).expect("our folder");
}

fn compare(supervisor: &Path, folder: &Path, words: &[&str], (what, runs): (&str, u32)) {
    fs::create_dir_all(folder).expect("a folder");
    let bare = measure(runs, |_| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    });
    let folders: Vec<AttemptFolder> = (1..=runs)
        .map(|attempt| create(folder, attempt, words))
        .collect();
    let supervised = measure(runs, |index| {
        let mut command = Command::new(supervisor);
        command.arg(folders[index as usize].path());
        command
    });
    let ended = folders
        .iter()
        .filter(|folder| matches!(folder.exit(), Ok(Some(_))))
        .count();
    assert_eq!(ended, runs as usize, "every run has its exit file");
    let cost = (supervised.cpu.as_secs_f64() - bare.cpu.as_secs_f64()) * 1000.0 / f64::from(runs);
    let each = |total: Duration| total.as_secs_f64() * 1000.0 / f64::from(runs);
    println!(
        "{what}: bare {:.2} ms cpu, {:.2} ms wall; supervised {:.2} ms cpu, {:.2} ms wall; cost {cost:.2} ms cpu (target {CPU_TARGET_MS})",
        each(bare.cpu),
        each(bare.wall),
        each(supervised.cpu),
        each(supervised.wall),
    );
}

struct Cost {
    cpu: Duration,
    wall: Duration,
}

fn measure(runs: u32, command: impl Fn(u32) -> Command) -> Cost {
    let (cpu, began) = (cpu_used(), Instant::now());
    for index in 0..runs {
        let mut command = command(index);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.status().expect("it can be spawned");
    }
    Cost {
        cpu: cpu_used() - cpu,
        wall: began.elapsed(),
    }
}

/// Of this process and everything it waited for. `/proc/self/stat` counts in ticks of 10 ms, which many runs even out.
fn cpu_used() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("/proc is mounted");
    let fields = stat
        .rsplit(')')
        .next()
        .expect("a name in parentheses")
        .split_ascii_whitespace();
    let ticks: u64 = fields
        .skip(11)
        .take(4)
        .map(|field| field.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(ticks * 10)
}

fn create(runs: &Path, attempt: u32, words: &[&str]) -> AttemptFolder {
    let spec = Spec {
        v: 1,
        run_id: "beef".into(),
        attempt,
        program: Program::Argv(words.iter().map(|word| (*word).to_owned()).collect()),
        env: [("BELFRY_RUN_ID".to_owned(), "beef".to_owned())].into(),
        secrets: Vec::new(),
        cwd: None,
        timeout_ms: Some(3_600_000),
        stop_grace_ms: 1_000,
        start_by: StartBy {
            wall_ms: clock::wall_ms() + 3_600_000,
            boot_ms: clock::boot_ms() + 3_600_000,
            boot_id: clock::boot_id().expect("/proc is mounted"),
        },
        user: None,
        umask: None,
        output: OutputLimits {
            head_bytes: 1 << 20,
            tail_bytes: 1 << 20,
        },
        cgroup_parent: None,
    };
    AttemptFolder::create(runs, &spec, Input::default()).expect("a new folder")
}

/// Of one whose program waits, before and after it has written 8 MiB.
fn memory(supervisor: &Path, folder: &Path) {
    for (what, script) in [
        ("waiting", "read line; echo"),
        ("after a line", "echo; read line"),
        (
            "after 8 MiB of output",
            "head -c 8388608 /dev/zero; read line",
        ),
    ] {
        let runs = folder.join(what.replace(' ', "-"));
        fs::create_dir_all(&runs).expect("a folder");
        // The program waits for a line of a pipe that only this process feeds.
        let gate = runs.join("pipe");
        let made = Command::new("mkfifo")
            .arg(&gate)
            .status()
            .expect("mkfifo is there");
        assert!(made.success(), "a pipe");
        let script = format!(
            "exec < {}; echo x > {}.open; {script}",
            gate.display(),
            gate.display()
        );
        let attempt = create(&runs, 1, &["/bin/sh", "-c", &script]);
        let mut child = Command::new(supervisor)
            .arg(attempt.path())
            .spawn()
            .expect("the supervisor");
        let writer = fs::OpenOptions::new()
            .write(true)
            .open(&gate)
            .expect("our pipe");
        settle(child.id());
        println!("{what}: {}", private_memory(child.id()));
        drop(writer);
        child.wait().expect("our child");
    }
}

/// Waits until the process has used no processor time for a tenth of a second.
fn settle(pid: u32) {
    let mut last = String::new();
    loop {
        let now = fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("it lives");
        if now == last {
            return;
        }
        last = now;
        let (reader, _writer) = std::io::pipe().expect("a pipe");
        let pause = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        let mut nothing = [rustix::event::PollFd::new(
            &reader,
            rustix::event::PollFlags::IN,
        )];
        rustix::event::poll(&mut nothing, Some(&pause)).expect("a wait");
    }
}

fn private_memory(pid: u32) -> String {
    let file = fs::File::open(format!("/proc/{pid}/smaps_rollup")).expect("it lives");
    let mut sums = [("Rss:", 0), ("Private_Clean:", 0), ("Private_Dirty:", 0)];
    for line in BufReader::new(file.take(1 << 16))
        .lines()
        .map_while(Result::ok)
    {
        for (name, sum) in &mut sums {
            if let Some(rest) = line.strip_prefix(*name) {
                *sum += rest
                    .trim()
                    .trim_end_matches(" kB")
                    .parse::<u64>()
                    .expect("a number");
            }
        }
    }
    let private = sums[1].1 + sums[2].1;
    format!(
        "{private} KiB private ({} dirty), {} KiB resident (target {PRIVATE_TARGET_KIB} private)",
        sums[2].1, sums[0].1
    )
}
