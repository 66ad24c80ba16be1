//! One watch: loads, then follows the changes, and begins again when the log was cut.

use std::sync::Arc;

use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::feed::{Change, Feed, Head, Newer};
use super::query;
use crate::coord::WatchEvent;
use crate::limits::{COORD_LOG_PAGE, WATCH_PROGRESS_EVERY, WATCH_RETRY_EVERY};
use crate::sqlite_file::{Fault, SqliteFile};

pub(super) struct Watcher {
    pub file: Arc<SqliteFile>,
    pub readers: SqlitePool,
    pub feed: Arc<Feed>,
    pub prefix: String,
    pub events: mpsc::Sender<WatchEvent>,
}

/// How far a watch has told.
struct Place {
    /// Everything up to this revision was told.
    told: u64,
    /// And of the next ones, what comes up to this key of this revision.
    within: Option<(u64, String)>,
    progress_at: Instant,
}

enum Stop {
    /// Nobody listens, or the store was dropped.
    Ended,
    /// The file cannot be read.
    Trouble(String),
}

impl From<mpsc::error::SendError<WatchEvent>> for Stop {
    fn from(_: mpsc::error::SendError<WatchEvent>) -> Self {
        Self::Ended
    }
}

impl Watcher {
    pub async fn run(self) {
        let mut place = None;
        let mut head = self.feed.subscribe();
        while !self.feed.is_closed() {
            let stepped = match &mut place {
                None => self.load(&mut place).await,
                Some(at) => match self.follow(at, &mut head).await {
                    Ok(Followed::On) => Ok(()),
                    Ok(Followed::Cut) => {
                        place = None;
                        Ok(())
                    }
                    Err(stop) => Err(stop),
                },
            };
            match stepped {
                Ok(()) => {}
                Err(Stop::Ended) => return,
                Err(Stop::Trouble(why)) => {
                    if self.events.send(WatchEvent::Trouble(why)).await.is_err() {
                        return;
                    }
                    sleep(WATCH_RETRY_EVERY).await;
                }
            }
        }
    }

    async fn load(&self, place: &mut Option<Place>) -> Result<(), Stop> {
        let listed = query::list(&self.readers, &self.prefix).await;
        let (revision, entries) = listed.map_err(|error| self.trouble(&error))?;
        self.events.send(WatchEvent::Reset).await?;
        for entry in entries {
            self.events.send(WatchEvent::Loaded(entry)).await?;
        }
        self.events.send(WatchEvent::Ready(revision)).await?;
        *place = Some(Place::at(revision));
        Ok(())
    }

    async fn follow(
        &self,
        place: &mut Place,
        head: &mut watch::Receiver<Head>,
    ) -> Result<Followed, Stop> {
        // Marked before the look, so that what comes after it wakes the wait below.
        let now = head.borrow_and_update().clone();
        if let Some(why) = now.trouble {
            return Err(Stop::Trouble(why));
        }
        if place.progress_at <= Instant::now() {
            self.events.send(WatchEvent::Progress(place.told)).await?;
            place.progress_at = Instant::now() + WATCH_PROGRESS_EVERY;
        }
        // The first load may have read what nobody here has noticed yet.
        if place.within.is_none() && now.revision <= place.told {
            return self.wait(place, head).await;
        }
        let newer = match place.within {
            None => self.feed.newer(place.told, &self.prefix),
            Some(_) => Newer::InFile,
        };
        match newer {
            Newer::Changes(revision, changes) => {
                for change in changes {
                    self.events.send(told(&change)).await?;
                }
                place.told = revision;
                Ok(Followed::On)
            }
            Newer::InFile => self.read_log(place).await,
        }
    }

    async fn read_log(&self, place: &mut Place) -> Result<Followed, Stop> {
        let after = match &place.within {
            Some((revision, key)) => (*revision, key.as_str()),
            // No key is empty: this is after all of the revision that was told.
            None => (place.told + 1, ""),
        };
        let page = query::log_page(&self.readers, &self.prefix, after, COORD_LOG_PAGE).await;
        let page = page.map_err(|error| self.trouble(&error))?;
        // In the middle of a revision, that revision must still be there whole.
        let needed = place
            .within
            .as_ref()
            .map_or(place.told, |(revision, _)| revision - 1);
        if page.compacted > needed || page.revision < place.told {
            return Ok(Followed::Cut);
        }
        let is_last = page.changes.len() < COORD_LOG_PAGE as usize;
        let end = page
            .changes
            .last()
            .map(|change| (change.revision, change.key.clone()));
        for change in page.changes {
            self.events.send(told(&change)).await?;
        }
        match (is_last, end) {
            (false, Some(end)) => place.within = Some(end),
            _ => {
                place.told = page.revision;
                place.within = None;
            }
        }
        Ok(Followed::On)
    }

    async fn wait(
        &self,
        place: &Place,
        head: &mut watch::Receiver<Head>,
    ) -> Result<Followed, Stop> {
        tokio::select! {
            changed = head.changed() => changed.map_err(|_| Stop::Ended)?,
            () = self.events.closed() => return Err(Stop::Ended),
            () = sleep_until(place.progress_at) => {}
        }
        Ok(Followed::On)
    }

    fn trouble(&self, error: &sqlx::Error) -> Stop {
        let (Fault::Unavailable(why) | Fault::Refused(why) | Fault::Damaged(why)) =
            self.file.fault(error);
        Stop::Trouble(why)
    }
}

enum Followed {
    /// There may be more.
    On,
    /// The log no longer goes back to the place.
    Cut,
}

impl Place {
    fn at(revision: u64) -> Self {
        let progress_at = Instant::now() + WATCH_PROGRESS_EVERY;
        Self {
            told: revision,
            within: None,
            progress_at,
        }
    }
}

fn told(change: &Change) -> WatchEvent {
    match &change.entry {
        Some(entry) => WatchEvent::Changed(entry.clone()),
        None => WatchEvent::Removed(change.key.clone(), change.revision),
    }
}
