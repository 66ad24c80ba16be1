//! Next occurrences a second, over schedules as people have them; for `./dev bench`.
//!
//! Prints one line: `next_after: N per second (M computed in S s)`.

use std::time::Instant;

use belfry_core::schedule::{Schedule, Timetable, Zone};
use jiff::Timestamp;

const JOBS: [(&str, &str); 20] = [
    ("* * * * *", "UTC"),
    ("*/5 * * * *", "Asia/Shanghai"),
    ("*/15 * * * *", "Europe/Berlin"),
    ("*/30 * * * * *", "America/New_York"),
    ("@every 90s", "UTC"),
    ("0 * * * *", "Europe/London"),
    ("@daily", "Asia/Shanghai"),
    ("0 3 * * *", "America/New_York"),
    ("30 2 * * *", "Europe/Berlin"),
    ("0 3 * * MON-FRI", "Asia/Tokyo"),
    ("*/10 9-17 * * MON-FRI", "America/Los_Angeles"),
    ("0 9,12,18 * * *", "Australia/Sydney"),
    ("0 0 1 * *", "UTC"),
    ("0 0 L * *", "Asia/Shanghai"),
    ("0 6 * * MON#1", "Europe/Paris"),
    ("15 4 1,15 * *", "America/Sao_Paulo"),
    ("0 0 1 1 *", "Asia/Kolkata"),
    ("0 12 15W * *", "Europe/Madrid"),
    ("0 0 29 2 *", "UTC"),
    ("0 22-4 * * FRI-MON", "Africa/Cairo"),
];

fn main() {
    const ROUNDS: u32 = 100_000;
    let timetables: Vec<Timetable> = JOBS
        .iter()
        .map(|(text, zone)| {
            let schedule = Schedule::parse(text).expect("every listed schedule is valid");
            Timetable::new(schedule, Zone::parse(zone).expect("every listed zone exists"))
        })
        .collect();
    let mut cursors = vec![Timestamp::from_second(1_767_225_600).expect("in range"); JOBS.len()];
    let begun = Instant::now();
    let mut computed = 0u64;
    for _ in 0..ROUNDS {
        for (timetable, cursor) in timetables.iter().zip(&mut cursors) {
            // Yearly jobs reach the end of the calendar within the rounds and start over.
            *cursor = timetable.next_after(*cursor).unwrap_or(Timestamp::UNIX_EPOCH);
            computed += 1;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("next_after: {:.0} per second ({computed} computed in {seconds:.2} s)", computed as f64 / seconds);
}
