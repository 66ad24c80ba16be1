//! A lost run is released by a person: its job goes on before anybody could prove that it may.

use super::error::Doing;
use super::runs::OpenRun;
use super::{Cluster, ClusterError};
use crate::id::{NodeId, RunId};
use crate::run::RunState;

impl Cluster {
    /// Releases a lost run, whose job is blocked by it. Whoever asks knows that no program of it
    /// lives any more. Gives the node that left it.
    pub async fn release_run(&self, run: RunId) -> Result<NodeId, ClusterError> {
        let attempts = self.attempts(run).await?;
        let last = attempts.last().expect("a run that is known has an attempt");
        let open = self.stored_run_at(&super::picture::run_key(last)).await?;
        let state = open.as_ref().map_or(last.state, |open| open.value.state);
        let held = open.filter(|open| state == RunState::Lost && open.value.active.is_some());
        let Some(OpenRun {
            key,
            value,
            revision,
        }) = held
        else {
            return Err(ClusterError::NotHeld { run, state });
        };
        let node = value.node.clone();
        let audit = self.audit(
            format!("run/{run}"),
            "release_run",
            vec![format!("{}/{} was blocked by it", key.project, value.name)],
        );
        let txn = self
            .keys
            .spell_given_up(&key, (&value, revision), Some(&audit));
        let answer = self.coord.transact(&txn).await.doing("release the run")?;
        if !answer.succeeded {
            return Err(ClusterError::OwnerIsBack { run, node });
        }
        self.forward_pending().await;
        Ok(node)
    }
}
