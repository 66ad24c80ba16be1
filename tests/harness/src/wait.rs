//! Waiting for a state that other processes reach.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Between two looks that cost much.
const LOOK_SELDOM: Duration = Duration::from_millis(500);

/// Until `look` finds it; a test that waits longer than `at_most` fails and says for what.
pub async fn until<T>(what: &str, at_most: Duration, look: impl AsyncFnMut() -> Option<T>) -> T {
    looking(LOOK_EVERY, what, at_most, look).await
}

/// The same for a look that costs much.
pub async fn until_seldom<T>(
    what: &str,
    at_most: Duration,
    look: impl AsyncFnMut() -> Option<T>,
) -> T {
    looking(LOOK_SELDOM, what, at_most, look).await
}

async fn looking<T>(
    every: Duration,
    what: &str,
    at_most: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let mut looks = interval(every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let found = timeout_at(Instant::now() + at_most, async {
        loop {
            looks.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    });
    match found.await {
        Ok(found) => found,
        Err(_) => panic!("{what}: not within {at_most:?}"),
    }
}

/// Lets so much time pass. Only for faults, which may come at any moment: nothing that a test claims
/// rests on it.
pub async fn a_while(time: Duration) {
    // Nothing ever comes, so this is the time itself.
    let _ = timeout(time, std::future::pending::<()>()).await;
}
