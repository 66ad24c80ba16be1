//! The embedded store of the present: the contract.

use std::pin::Pin;
use std::sync::Arc;

use belfry_core::coord::embedded::Embedded;

use crate::coord::{Fixture, coord_contract};

coord_contract!(fresh);

async fn fresh() -> Fixture {
    let dir = tempfile::tempdir().expect("a folder");
    let first = Arc::new(Embedded::open(dir.path()).await.expect("a new store"));
    let second = Arc::new(Embedded::open(dir.path()).await.expect("the same store"));
    let store = first.clone();
    let compact = move || {
        let store = store.clone();
        let compacting = async move { store.compact(0).await.expect("a cut log") };
        Box::pin(compacting) as Pin<Box<dyn Future<Output = ()> + Send>>
    };
    Fixture {
        first,
        second,
        prefix: "/t/".to_owned(),
        compact: Box::new(compact),
        keep: Box::new(dir),
    }
}
