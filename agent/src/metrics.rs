//! What the agent counts of itself, as Prometheus reads it. Counting never waits and never fails.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use belfry_core::run::RunState;

mod counts;
mod server;

pub use counts::Counts;
pub use server::{listen, serve};

/// Upper bounds of lateness, in milliseconds.
const LATENESS_MS: [u64; 10] = [5, 10, 25, 50, 100, 250, 1_000, 5_000, 15_000, 60_000];
/// Upper bounds of how long a store takes, in milliseconds.
const STORE_MS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 500, 2_000, 10_000];

/// A number that only goes up, or one that is what it was last set to.
#[derive(Default)]
pub struct Number(AtomicU64);

impl Number {
    /// One more.
    pub fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// This many.
    pub fn set(&self, number: impl TryInto<u64>) {
        let number = number.try_into().unwrap_or(u64::MAX);
        self.0.store(number, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long something took, how often.
pub struct Histogram {
    bounds_ms: &'static [u64; 10],
    /// One for each bound, and one for what is above all of them.
    buckets: [Number; 11],
    sum_us: AtomicU64,
}

impl Histogram {
    fn new(bounds_ms: &'static [u64; 10]) -> Self {
        Self {
            bounds_ms,
            buckets: Default::default(),
            sum_us: AtomicU64::default(),
        }
    }

    /// It took so long once more.
    pub fn observe(&self, took: Duration) {
        let is_within = |bound: &u64| took <= Duration::from_millis(*bound);
        let bucket = self.bounds_ms.iter().position(is_within);
        self.buckets[bucket.unwrap_or(self.bounds_ms.len())].up();
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// The lines of its series; `labels` go before `le`, and end with a comma if there are any.
    fn write(&self, out: &mut String, name: &str, labels: &str) {
        let mut count = 0;
        for (bucket, bound) in self.buckets.iter().zip(self.bounds_ms) {
            count += bucket.get();
            let le = Seconds(bound * 1_000);
            line(
                out,
                &format!("{name}_bucket{{{labels}le=\"{le}\"}}"),
                &count,
            );
        }
        count += self.buckets[self.bounds_ms.len()].get();
        line(
            out,
            &format!("{name}_bucket{{{labels}le=\"+Inf\"}}"),
            &count,
        );
        let labels = match labels.trim_end_matches(',') {
            "" => String::new(),
            some => format!("{{{some}}}"),
        };
        let sum = Seconds(self.sum_us.load(Ordering::Relaxed));
        line(out, &format!("{name}_sum{labels}"), &sum);
        line(out, &format!("{name}_count{labels}"), &count);
    }
}

/// Microseconds, written as seconds.
struct Seconds(u64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// Everything that is counted.
pub struct Metrics {
    /// Decisions to start that the store took.
    pub claims: Number,
    /// Decisions to start nothing that the store took.
    pub skips: Number,
    /// Decisions that another agent, or an edit, was faster with.
    pub overtaken: Number,
    /// Programs that were executed.
    pub starts: Number,
    /// From an instant, jitter counted in, to its program's start; first attempts only.
    pub lateness: Histogram,
    /// Records of ended attempts, one for each state of [`RunState::ALL`].
    ended: [Number; RunState::ALL.len()],
    /// Records that history has not acknowledged.
    pub reports_pending: Number,
    /// Reports over HTTP that the receiver refused for good.
    pub reports_refused: Number,
    /// Renewals of the session.
    pub renewals: Number,
    /// Ends of the session.
    pub sessions_lost: Number,
    /// Whether there is a session: 1 or 0.
    pub session: Number,
    /// Programs that run, or are about to.
    pub running: Number,
    /// How many may.
    pub slots: Number,
    /// How long etcd, or its like, took for a transaction.
    pub coordination: Histogram,
    /// How long the database took for a batch of records.
    pub history: Histogram,
    /// When the engine last went round, in milliseconds since boot.
    pub beat_ms: Number,
}

impl Default for Metrics {
    fn default() -> Self {
        let number = Number::default;
        Self {
            claims: number(),
            skips: number(),
            overtaken: number(),
            starts: number(),
            lateness: Histogram::new(&LATENESS_MS),
            ended: Default::default(),
            reports_pending: number(),
            reports_refused: number(),
            renewals: number(),
            sessions_lost: number(),
            session: number(),
            running: number(),
            slots: number(),
            coordination: Histogram::new(&STORE_MS),
            history: Histogram::new(&STORE_MS),
            beat_ms: number(),
        }
    }
}

impl Metrics {
    /// A record of an attempt that ended so.
    pub fn count_ended(&self, state: RunState) {
        let place = RunState::ALL.iter().position(|known| *known == state);
        if let Some(place) = place {
            self.ended[place].up();
        }
    }

    /// All of it, in Prometheus' text format.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(4_096);
        self.write_decisions(&mut out);
        self.write_standing(&mut out);
        let name = "belfry_start_lateness_seconds";
        head(
            &mut out,
            name,
            "histogram",
            "From a scheduled instant to the program's start.",
        );
        self.lateness.write(&mut out, name, "");
        let name = "belfry_store_seconds";
        head(
            &mut out,
            name,
            "histogram",
            "How long a store took to answer a write.",
        );
        self.coordination
            .write(&mut out, name, "store=\"coordination\",");
        self.history.write(&mut out, name, "store=\"history\",");
        out
    }

    fn write_decisions(&self, out: &mut String) {
        let name = "belfry_decisions_total";
        head(
            out,
            name,
            "counter",
            "Decisions about scheduled and asked-for runs, by what came of them.",
        );
        let kinds = [
            ("claim", &self.claims),
            ("skip", &self.skips),
            ("overtaken", &self.overtaken),
        ];
        for (kind, number) in kinds {
            line(out, &format!("{name}{{kind=\"{kind}\"}}"), &number.get());
        }
        let name = "belfry_attempts_ended_total";
        head(
            out,
            name,
            "counter",
            "Records of attempts that ended, by state.",
        );
        let by_word: BTreeMap<&str, &Number> = RunState::ALL
            .iter()
            .zip(&self.ended)
            .filter(|(state, _)| state.is_over())
            .map(|(state, number)| (state.as_str(), number))
            .collect();
        for (state, number) in by_word {
            line(out, &format!("{name}{{state=\"{state}\"}}"), &number.get());
        }
    }

    fn write_standing(&self, out: &mut String) {
        let numbers = [
            (
                "belfry_starts_total",
                "counter",
                "Programs that were executed.",
                &self.starts,
            ),
            (
                "belfry_session_renewals_total",
                "counter",
                "Renewals of the session.",
                &self.renewals,
            ),
            (
                "belfry_sessions_lost_total",
                "counter",
                "Ends of the session.",
                &self.sessions_lost,
            ),
            (
                "belfry_session",
                "gauge",
                "Whether this node has a session.",
                &self.session,
            ),
            (
                "belfry_running",
                "gauge",
                "Programs that run or are about to.",
                &self.running,
            ),
            (
                "belfry_slots",
                "gauge",
                "Programs that may run at once.",
                &self.slots,
            ),
            (
                "belfry_reports_pending",
                "gauge",
                "Records that history has not acknowledged.",
                &self.reports_pending,
            ),
            (
                "belfry_reports_refused_total",
                "counter",
                "Reports that their receiver refused for good.",
                &self.reports_refused,
            ),
        ];
        for (name, kind, help, number) in numbers {
            head(out, name, kind, help);
            line(out, name, &number.get());
        }
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing into a text does not fail.
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn line(out: &mut String, series: &str, value: &dyn std::fmt::Display) {
    let _ = writeln!(out, "{series} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scraper would refuse: a series without a head, a name or a number that is none,
    /// buckets that shrink, a histogram whose last bucket is not its count.
    fn check(text: &str) -> BTreeMap<String, f64> {
        let (mut types, mut values) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("# TYPE ") {
                let (name, kind) = head.split_once(' ').expect("a name and a kind");
                assert!(types.insert(name, kind).is_none(), "{name} twice");
                continue;
            }
            if line.starts_with("# HELP ") {
                continue;
            }
            let (series, value) = line.rsplit_once(' ').expect("a series and a number");
            let name = series.split('{').next().expect("a name");
            let is_plain = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(name.chars().all(is_plain), "{name}");
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let family = family.filter(|family| types.get(family) == Some(&"histogram"));
            assert!(
                types.contains_key(family.unwrap_or(name)),
                "{name} has no head"
            );
            let value: f64 = value.parse().expect("a number");
            assert!(
                values.insert(series.to_owned(), value).is_none(),
                "{series} twice"
            );
        }
        values
    }

    #[test]
    fn what_is_counted_is_written_as_prometheus_reads_it() {
        let metrics = Metrics::default();
        for ms in [0, 7, 10, 11, 100_000] {
            metrics.lateness.observe(Duration::from_millis(ms));
        }
        metrics.claims.up();
        metrics.count_ended(RunState::Succeeded);
        metrics.slots.set(8_usize);
        let values = check(&metrics.text());
        let of = |series: &str| values[series];
        let bucket = |le: &str| {
            of(&format!(
                "belfry_start_lateness_seconds_bucket{{le=\"{le}\"}}"
            ))
        };
        assert_eq!((bucket("0.005000"), bucket("0.010000")), (1.0, 3.0));
        assert_eq!((bucket("60.000000"), bucket("+Inf")), (4.0, 5.0));
        assert_eq!(of("belfry_start_lateness_seconds_count"), 5.0);
        assert!((of("belfry_start_lateness_seconds_sum") - 100.028).abs() < 1e-9);
        assert_eq!(of("belfry_decisions_total{kind=\"claim\"}"), 1.0);
        assert_eq!(of("belfry_attempts_ended_total{state=\"succeeded\"}"), 1.0);
        assert_eq!(of("belfry_slots"), 8.0);
        assert_eq!(of("belfry_store_seconds_count{store=\"history\"}"), 0.0);
    }
}
