//! The store of the past on MariaDB: the contract.

use std::sync::Arc;

use belfry_core::history::mysql::{MysqlHistory, MysqlSettings};
use belfry_harness::mariadb::MariaDb;

use crate::history::{Fixture, history_contract};

history_contract!(fresh);

/// As an agent has it but for the connections.
pub fn settings(url: String) -> MysqlSettings {
    MysqlSettings {
        url,
        ca_pem: None,
        insecure: false,
        connections_max: 2,
    }
}

/// A history on the server with tables of its own; and where it is.
pub async fn history_on(server: &MariaDb) -> (MysqlHistory, String) {
    let url = server.url(&server.database().await);
    let history = MysqlHistory::connect(settings(url.clone()))
        .await
        .expect("MariaDB answers");
    history.migrate().await.expect("a new database");
    (history, url)
}

async fn fresh() -> Fixture {
    let (history, _) = history_on(MariaDb::shared().await).await;
    Fixture {
        history: Arc::new(history),
        keep: Box::new(()),
    }
}
