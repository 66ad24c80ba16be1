//! The embedded store of the past: the contract.

use std::sync::Arc;

use belfry_core::history::sqlite::SqliteHistory;

use crate::history::{Fixture, history_contract};

history_contract!(fresh);

async fn fresh() -> Fixture {
    let dir = tempfile::tempdir().expect("a folder");
    let history = SqliteHistory::open(dir.path())
        .await
        .expect("a new history");
    Fixture {
        history: Arc::new(history),
        keep: Box::new(dir),
    }
}
