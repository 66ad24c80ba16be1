//! The logs that a window watches: one standing wish for each, renewed as long as it watches.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Cluster, ClusterError, Tail};
use crate::id::RunId;

/// The wishes that stand.
#[derive(Default)]
pub(super) struct Tails {
    open: Mutex<BTreeMap<RunId, Tail>>,
}

impl Tails {
    /// Makes, renews or ends the wish. A wish whose renewal fails ends by itself.
    pub async fn set(&self, cluster: &Cluster, run: RunId, on: bool) -> Result<(), ClusterError> {
        let known = self.lock().remove(&run);
        let stands = match (known, on) {
            (None, false) => None,
            (None, true) => cluster.follow_log(run).await?,
            (Some(tail), false) => {
                cluster.end_tail(&tail).await?;
                None
            }
            (Some(mut tail), true) => {
                cluster.renew_tail(&mut tail).await?;
                Some(tail)
            }
        };
        stands
            .into_iter()
            .for_each(|tail| drop(self.lock().insert(run, tail)));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RunId, Tail>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
