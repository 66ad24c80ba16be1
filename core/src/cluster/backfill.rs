//! Runs for past instants of a job, asked for together.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::edit::usable;
use super::error::Doing;
use super::{Cluster, ClusterError, StoredJob};
use crate::clock;
use crate::dispatch::{Calendars, RequestKey, RequestValue, RunKey};
use crate::id::{Moment, RequestId, RunId};
use crate::limits::{
    BACKFILL_INSTANTS_MAX, BACKFILL_PUT_TOGETHER, BACKFILL_TAKEN_WITHIN, EDIT_TRIES_MAX,
};
use crate::run::Trigger;
use crate::txn::{Op, Txn};

impl Cluster {
    /// The instants of a job from `since` on and before `until`, as its schedule is now, without
    /// those whose day its calendars leave out. Nothing is asked for.
    pub async fn backfill_instants(
        &self,
        job: &StoredJob,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<Vec<Timestamp>, ClusterError> {
        let definition = usable(job)?;
        let calendars = match definition.calendars.is_empty() {
            true => Calendars::new(),
            false => self.calendars().await?,
        };
        let timetable = definition.timetable();
        let until = until.min(clock::now());
        let allowed = timetable
            .between(before(since), before(until))
            .filter(|at| definition.is_excluded(*at, &calendars) != Some(true));
        let instants: Vec<Timestamp> = allowed.take(BACKFILL_INSTANTS_MAX + 1).collect();
        if instants.len() <= BACKFILL_INSTANTS_MAX {
            return Ok(instants);
        }
        let last = instants[BACKFILL_INSTANTS_MAX];
        Err(ClusterError::Invalid {
            field: "until".to_owned(),
            sentence: format!(
                "could not backfill {}: the range has more than {BACKFILL_INSTANTS_MAX} instants: end it at {last}, and begin the next one there",
                job.title()
            ),
        })
    }

    /// Asks for a run of the job for each of these instants, oldest first. Each waits for its turn
    /// and is run once; what ran at that instant before does not matter.
    pub async fn backfill(
        &self,
        job: &StoredJob,
        instants: &[Timestamp],
    ) -> Result<Vec<RunId>, ClusterError> {
        usable(job)?;
        let asked_at = clock::now();
        let not_after = asked_at
            .saturating_add(BACKFILL_TAKEN_WITHIN)
            .expect("a duration is no calendar span");
        let value = |at: Timestamp| RequestValue {
            v: 1,
            by: self.who.clone(),
            asked_at,
            not_before: None,
            not_after,
            trigger: Trigger::Backfill,
            scheduled_at: Some(at),
            node: None,
            anyway: false,
            cancel: false,
            definition: None,
            parameters: Default::default(),
            extra: Default::default(),
        };
        // Agents look at requests by their ids: these ascend as the instants do.
        let first = Uuid::new_v4().as_u128() & !u128::from(u16::MAX);
        let mut runs = Vec::new();
        let mut puts = Vec::new();
        for (index, at) in (0_u128..).zip(instants) {
            let request = RequestId(Uuid::from_u128(first + index));
            let key = RequestKey {
                project: job.project.clone(),
                job: job.id,
                request,
            };
            let value = value(*at);
            let run = RunKey {
                project: job.project.clone(),
                job: job.id,
                scope: value.scope(request),
                moment: Moment::Request(request),
            };
            runs.push(run.run_id());
            puts.push(Op::Nested(self.keys.spell_request(&key, &run, &value)));
        }
        for some in puts.chunks(BACKFILL_PUT_TOGETHER) {
            self.put_requests(some).await?;
        }
        Ok(runs)
    }

    /// Each is put once, however often an answer gets lost.
    async fn put_requests(&self, puts: &[Op]) -> Result<(), ClusterError> {
        let txn = Txn {
            then: puts.to_vec(),
            ..Txn::default()
        };
        let mut answer = self.coord.transact(&txn).await;
        for _ in 1..EDIT_TRIES_MAX {
            if answer.is_ok() {
                break;
            }
            answer = self.coord.transact(&txn).await;
        }
        answer.doing("ask for the runs").map(drop)
    }
}

/// The second before: ranges of timetables leave their beginning out and have their end in.
fn before(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(1))
        .expect("a duration is no calendar span")
}
