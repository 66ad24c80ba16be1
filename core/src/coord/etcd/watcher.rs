//! One watch: lists, then follows the changes on a connection of its own, resumes after a cut,
//! and begins again when it cannot know what it missed.

use std::sync::Arc;

use etcd_client::{Client, WatchOptions, WatchResponse, WatchStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::entry;
use super::fault::Fault;
use super::members::{Members, no_answer};
use super::place::Place;
use super::read;
use crate::coord::WatchEvent;
use crate::limits::{
    ETCD_ANSWERED_WITHIN, ETCD_ASK_EVERY, ETCD_MESSAGE_BYTES_MAX, ETCD_SILENT_AFTER,
    WATCH_RETRY_EVERY,
};

pub(super) struct Watcher {
    pub members: Arc<Members>,
    pub prefix: String,
    pub events: mpsc::Sender<WatchEvent>,
    /// Ends when the store is dropped.
    pub store: watch::Receiver<()>,
}

enum Stop {
    /// Nobody listens.
    Ended,
    /// The stream was cut after it had worked: it is taken up again at once.
    Cut,
    /// It does not work at present.
    Trouble(String),
    /// What was missed is not to be had, for this reason if it is one for people.
    Anew(Option<String>),
}

impl From<mpsc::error::SendError<WatchEvent>> for Stop {
    fn from(_: mpsc::error::SendError<WatchEvent>) -> Self {
        Self::Ended
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Trouble(fault.why)
    }
}

impl Watcher {
    pub async fn run(self) {
        let mut store = self.store.clone();
        tokio::select! {
            () = self.tell() => {}
            () = self.events.closed() => {}
            // Nothing is ever sent there: it ends.
            _ = store.changed() => {}
        }
    }

    async fn tell(&self) {
        let mut place = None;
        loop {
            let stop = match &mut place {
                None => match self.load().await {
                    Ok(loaded) => {
                        place = Some(loaded);
                        continue;
                    }
                    Err(stop) => stop,
                },
                Some(place) => self.follow(place).await,
            };
            let why = match stop {
                Stop::Ended => return,
                Stop::Cut => continue,
                Stop::Anew(why) => {
                    place = None;
                    let Some(why) = why else { continue };
                    why
                }
                Stop::Trouble(why) => why,
            };
            if self.events.send(WatchEvent::Trouble(why)).await.is_err() {
                return;
            }
            sleep(WATCH_RETRY_EVERY).await;
        }
    }

    async fn load(&self) -> Result<Place, Stop> {
        let listing = read::list(&self.members, &self.prefix).await?;
        self.events.send(WatchEvent::Reset).await?;
        for entry in listing.entries {
            self.events.send(WatchEvent::Loaded(entry)).await?;
        }
        self.events
            .send(WatchEvent::Ready(listing.revision))
            .await?;
        Ok(Place::at(listing.revision))
    }

    /// Follows one stream for as long as it goes.
    async fn follow(&self, place: &mut Place) -> Stop {
        let (turn, client) = self.members.own_line().await;
        let stop = match self.open(client, place).await {
            Ok(mut stream) => self.hear(&mut stream, place).await,
            Err(fault) => Stop::Trouble(fault.why),
        };
        let address = &self.members.at(turn).address;
        let at = |why: String| format!("{address}: {why}");
        match &stop {
            Stop::Ended | Stop::Anew(None) => {}
            _ => self.members.pass_on(turn),
        }
        match stop {
            Stop::Trouble(why) => Stop::Trouble(at(why)),
            Stop::Anew(why) => Stop::Anew(why.map(at)),
            other => other,
        }
    }

    async fn open(
        &self,
        client: Result<Client, Fault>,
        place: &mut Place,
    ) -> Result<WatchStream, Fault> {
        let options = WatchOptions::new()
            .with_prefix()
            .with_start_revision(place.resume_at())
            .with_fragment();
        let mut client = client?
            .watch_client()
            .max_decoding_message_size(ETCD_MESSAGE_BYTES_MAX);
        let opening = client.watch(self.prefix.as_str(), Some(options));
        match timeout(ETCD_ANSWERED_WITHIN, opening).await {
            Ok(opened) => Ok(opened?),
            Err(_) => Err(no_answer()),
        }
    }

    async fn hear(&self, stream: &mut WatchStream, place: &mut Place) -> Stop {
        let (mut heard_at, mut messages) = (Instant::now(), 0_u64);
        let mut ask_at = heard_at + ETCD_ASK_EVERY;
        loop {
            tokio::select! {
                message = stream.message() => match message {
                    Ok(Some(message)) => {
                        if let Err(stop) = self.take(place, &message).await {
                            return stop;
                        }
                        // The reader may have let it wait for long.
                        (heard_at, messages) = (Instant::now(), messages + 1);
                    }
                    // The first message only says that the watch was made.
                    _ if messages > 1 => return Stop::Cut,
                    Ok(None) => return Stop::Trouble("the watch was cut".to_owned()),
                    Err(error) => return Stop::from(Fault::from(error)),
                },
                () = sleep_until(ask_at.min(heard_at + ETCD_SILENT_AFTER)) => {
                    if heard_at.elapsed() >= ETCD_SILENT_AFTER {
                        return Stop::Anew(Some("the watch fell silent".to_owned()));
                    }
                    // Whether that went well shows in what is heard.
                    let _ = stream.request_progress().await;
                    ask_at = Instant::now() + ETCD_ASK_EVERY;
                }
            }
        }
    }

    async fn take(&self, place: &mut Place, message: &WatchResponse) -> Result<(), Stop> {
        if message.canceled() {
            return Err(match message.compact_revision() {
                0 => Stop::Trouble(format!("etcd ended the watch: {}", message.cancel_reason())),
                _ => Stop::Anew(None),
            });
        }
        for event in message.events() {
            let Some(found) = event.kv() else { continue };
            let revision = entry::revision(found.mod_revision());
            if !place.admits(revision, found.key()) {
                continue;
            }
            // What was removed was never created.
            let event = match found.create_revision() {
                0 => entry::key(found).map(|key| WatchEvent::Removed(key, revision)),
                _ => entry::read(found).map(WatchEvent::Changed),
            };
            if let Some(event) = event {
                self.events.send(event).await?;
            }
        }
        if message.created() || !message.events().is_empty() {
            return Ok(());
        }
        let revision = message.header().map_or(0, |header| header.revision());
        if !place.hears(entry::revision(revision)) {
            let why = "its data is older than what was told already".to_owned();
            return Err(Stop::Anew(Some(why)));
        }
        self.events.send(WatchEvent::Progress(place.told())).await?;
        Ok(())
    }
}
