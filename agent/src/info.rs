//! What this node is, told once to whoever looks at it: `info` stays when the node goes.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use belfry_core::coord::{Coord, CoordError};
use belfry_core::dispatch::SessionValue;
use belfry_core::keyspace::{Keyspace, json};
use belfry_core::node::NodeInfo;
use belfry_core::txn::{Check, Compare, Op, Txn};
use tokio::sync::watch as flag;
use tokio::time::sleep;
use tracing::debug;

use crate::host::Host;
use crate::noted::Facts;

/// Between two looks whether the session is ours, and after a store that did not answer.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Tells it once the node's session is ours: before, the id may be another one's.
/// Tells it again whenever how the node stands is another.
pub async fn tell(
    (host, coord): (Arc<Host>, Arc<dyn Coord>),
    keys: Keyspace,
    session: SessionValue,
    mut facts: flag::Receiver<Option<Facts>>,
) {
    let mut info = look(&session);
    loop {
        let Ok(known) = facts
            .wait_for(Option::is_some)
            .await
            .map(|facts| facts.clone())
        else {
            return;
        };
        if let Some(Facts { own, effective }) = known {
            (info.own_weight, info.own_labels) = (Some(own.weight), own.labels);
            (info.weight, info.labels) = (Some(effective.weight), effective.labels);
            info.projects = effective.projects;
        }
        tell_once(&host, &*coord, &keys, (&session, &json(&info))).await;
        if facts.changed().await.is_err() {
            return;
        }
    }
}

/// Until it is told.
async fn tell_once(
    host: &Host,
    coord: &dyn Coord,
    keys: &Keyspace,
    (session, value): (&SessionValue, &[u8]),
) {
    loop {
        match try_tell(host, coord, keys, (session, value)).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => debug!("could not tell what this node is: {error}"),
        }
        sleep(LOOK_AGAIN_AFTER).await;
    }
}

async fn try_tell(
    host: &Host,
    coord: &dyn Coord,
    keys: &Keyspace,
    (session, value): (&SessionValue, &[u8]),
) -> Result<bool, CoordError> {
    let key = keys.session(&host.node);
    let (_, found) = coord.get(std::slice::from_ref(&key)).await?;
    let Some(entry) = found.into_iter().next().flatten() else {
        return Ok(false);
    };
    let standing: Option<SessionValue> = serde_json::from_slice(&entry.value).ok();
    if standing.is_none_or(|standing| standing.fingerprint != session.fingerprint) {
        return Ok(false);
    }
    let txn = Txn {
        compares: vec![Compare {
            key,
            check: Check::ModRevision(entry.mod_revision),
        }],
        then: vec![Op::Put {
            key: keys.info(&host.node),
            value: value.to_owned(),
            lease: None,
        }],
        otherwise: vec![],
    };
    coord.transact(&txn).await.map(|answer| answer.succeeded)
}

fn look(session: &SessionValue) -> NodeInfo {
    let system = rustix::system::uname();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let kernel = system.release().to_string_lossy().into_owned();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    NodeInfo {
        v: 1,
        host: session.host.clone(),
        addresses: addresses(),
        os: os_name(&release).map_or_else(|| kernel.clone(), |name| format!("{name}, {kernel}")),
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: memory_bytes(&memory),
        pid: session.pid,
        up_since: session.up_since,
        version: session.version.clone(),
        projects: session.projects.clone(),
        labels: session.labels.clone(),
        weight: Some(session.weight),
        own_labels: session.labels.clone(),
        own_weight: Some(session.weight),
        extra: Default::default(),
    }
}

fn os_name(release: &str) -> Option<String> {
    let value = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim_matches('"').to_owned()).filter(|name| !name.is_empty())
}

fn memory_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Addresses by which others may know this computer.
fn addresses() -> Vec<String> {
    let four = fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let six = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let four = own_addresses(&four).into_iter().map(|at| at.to_string());
    let six = six.lines().filter_map(inet6).map(|at| at.to_string());
    four.chain(six).collect()
}

/// The kernel's table names an address, and in the line below says that it is ours.
fn own_addresses(table: &str) -> Vec<Ipv4Addr> {
    let lines: Vec<&str> = table.lines().map(str::trim).collect();
    let own = lines.windows(2).filter_map(|pair| {
        let address = pair[0].strip_prefix("|-- ")?.parse::<Ipv4Addr>().ok()?;
        let is_own = pair[1] == "/32 host LOCAL" && !address.is_loopback();
        is_own.then_some(address)
    });
    let mut own: Vec<Ipv4Addr> = own.collect();
    own.sort_unstable();
    own.dedup();
    own
}

/// `fe80…: 32 digits, then other columns`
fn inet6(line: &str) -> Option<Ipv6Addr> {
    let digits = line.split_whitespace().next()?;
    let address = Ipv6Addr::from(u128::from_str_radix(digits, 16).ok()?);
    let is_local = address.is_loopback() || address.is_unicast_link_local();
    (!is_local).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_says_of_addresses_and_memory() {
        let table = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.5\n        /32 host LOCAL\n     \
                     |-- 10.0.0.255\n        /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 host LOCAL\nLocal:\n     \
                     |-- 10.0.0.5\n        /32 host LOCAL\n";
        assert_eq!(own_addresses(table), [Ipv4Addr::new(10, 0, 0, 5)]);
        assert_eq!(
            inet6("00000000000000000000000000000001 01 80 10 80 lo"),
            None
        );
        assert_eq!(
            inet6("20010db8000000000000000000000005 02 40 00 00 eth0").map(|at| at.to_string()),
            Some("2001:db8::5".to_owned())
        );
        assert_eq!(memory_bytes("MemTotal:  2 kB\nMemFree: 1 kB"), Some(2048));
        assert_eq!(
            os_name("ID=debian\nPRETTY_NAME=\"Debian 12\"").as_deref(),
            Some("Debian 12")
        );
    }
}
