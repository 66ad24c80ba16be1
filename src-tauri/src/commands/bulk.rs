//! Changing many jobs at once, and finding them.

use belfry_core::cluster::BulkStop;
use belfry_core::view::{BulkAsk, BulkProgress, Found};
use tauri::{Emitter, State, command};

use super::Answer;
use crate::Desk;

#[command]
pub async fn jobs_bulk(desk: State<'_, Desk>, id: String, ask: BulkAsk) -> Answer<BulkProgress> {
    desk.bulk(&id, ask).await
}

#[command]
pub async fn jobs_bulk_stop(desk: State<'_, Desk>, id: String) -> Answer<()> {
    desk.stop_bulk(&id);
    Ok(())
}

#[command]
pub async fn jobs_find(desk: State<'_, Desk>, text: String, language: String) -> Answer<Found> {
    Ok(desk.shown().await?.following.find(&text, &language).await?)
}

impl Desk {
    /// Does it, telling the window how far it is, and lets it be stopped under its name.
    async fn bulk(&self, id: &str, ask: BulkAsk) -> Answer<BulkProgress> {
        let stop = BulkStop::default();
        self.bulks().insert(id.to_owned(), stop.clone());
        let tell = |progress: BulkProgress| {
            // Without a window nobody misses it: the end is told apart.
            let _ = self.app.emit("bulk", progress);
        };
        let shown = self.shown().await?;
        let end = shown.following.bulk(id, ask, &stop, tell).await;
        self.bulks().remove(id);
        end
    }

    fn stop_bulk(&self, id: &str) {
        self.bulks().get(id).into_iter().for_each(BulkStop::ask);
    }
}
