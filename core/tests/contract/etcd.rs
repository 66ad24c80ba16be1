//! etcd: the contract, with one member and with three.

use std::pin::Pin;
use std::sync::Arc;

use belfry_core::coord::Coord;
use belfry_core::coord::etcd::{Etcd, EtcdSettings};
use belfry_harness::etcd::EtcdCluster;
use belfry_harness::proxy::{Proxy, Wire};

use crate::coord::{Fixture, coord_contract};

mod one {
    use super::*;

    coord_contract!(fresh);

    async fn fresh() -> Fixture {
        cluster_of(1).await
    }
}

mod three {
    use super::*;

    coord_contract!(fresh);

    async fn fresh() -> Fixture {
        cluster_of(3).await
    }
}

/// What has to live as long as the stores.
struct Kept {
    cluster: EtcdCluster,
    proxies: Vec<Proxy>,
}

async fn cluster_of(members: usize) -> Fixture {
    let cluster = EtcdCluster::start(members).await;
    let mut proxies = Vec::new();
    for member in 0..members {
        proxies.push(Proxy::to(cluster.port(member)).await);
    }
    let wired = EtcdSettings {
        endpoints: proxies.iter().map(Proxy::endpoint).collect(),
        ..cluster.settings()
    };
    let first = Arc::new(Etcd::connect(wired).await.expect("etcd"));
    let mut others = cluster.settings();
    // Where there is more than one member, the two talk to different ones.
    others.endpoints.reverse();
    let second = Arc::new(Etcd::connect(others).await.expect("the same etcd"));
    let kept = Arc::new(Kept { cluster, proxies });
    let (store, wires) = (first.clone(), kept.clone());
    let compact = move || {
        let (store, kept) = (store.clone(), wires.clone());
        Box::pin(async move { compact_unseen(&store, &kept).await })
            as Pin<Box<dyn Future<Output = ()> + Send>>
    };
    Fixture {
        first,
        second,
        prefix: "/t/".to_owned(),
        compact: Box::new(compact),
        keep: Box::new(kept),
    }
}

/// etcd itself keeps what it has not yet told to a watch: only one that is cut off meanwhile
/// falls behind a compaction.
async fn compact_unseen(store: &Etcd, kept: &Kept) {
    let make = |wire| kept.proxies.iter().for_each(|proxy| proxy.make(wire));
    make(Wire::Cut);
    kept.cluster.compact().await;
    make(Wire::Sound);
    store.list("/none/").await.expect("etcd is back");
}
