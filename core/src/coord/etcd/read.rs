//! Reading keys as they stand at one revision, whatever their number and size.

use etcd_client::{GetOptions, KvClient, Txn, TxnOp, TxnOpResponse};

use super::entry;
use super::fault::{Fault, Kind};
use super::members::{Members, Repeat};
use crate::coord::Listing;
use crate::limits::{
    ETCD_LIST_TRIES_MAX, ETCD_MESSAGE_BYTES_MAX, ETCD_PAGE_KEYS, ETCD_TXN_OPS_MAX,
};
use crate::txn::Entry;

/// Single keys, in the order asked for.
pub(super) async fn get(
    members: &Members,
    keys: &[String],
) -> Result<(u64, Vec<Option<Entry>>), Fault> {
    for _ in 1..ETCD_LIST_TRIES_MAX {
        match get_once(members, keys).await {
            // etcd dropped the revision between two parts.
            Err(fault) if fault.kind == Kind::Compacted => {}
            done => return done,
        }
    }
    get_once(members, keys).await
}

async fn get_once(members: &Members, keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), Fault> {
    let mut entries = Vec::with_capacity(keys.len());
    let mut parts = keys.chunks(ETCD_TXN_OPS_MAX);
    let first = parts.next().unwrap_or_default();
    let revision = get_part(members, first, 0, &mut entries).await?;
    for part in parts {
        get_part(members, part, revision, &mut entries).await?;
    }
    Ok((entry::revision(revision), entries))
}

/// Reads at a revision, 0 for the newest, and returns which that is.
async fn get_part(
    members: &Members,
    keys: &[String],
    revision: i64,
    entries: &mut Vec<Option<Entry>>,
) -> Result<i64, Fault> {
    let get = |key: &String| {
        let options = GetOptions::new().with_revision(revision);
        TxnOp::get(key.as_str(), Some(options))
    };
    let gets: Vec<TxnOp> = keys.iter().map(get).collect();
    let ask = |mut client: KvClient| {
        let txn = Txn::new().and_then(gets.clone());
        async move { client.txn(txn).await }
    };
    let response = members
        .ask(Repeat::Freely, |client| ask(roomy(client.kv_client())))
        .await?;
    for response in response.op_responses() {
        let TxnOpResponse::Get(got) = response else {
            return Err(Fault::new(Kind::Unknown, "etcd answered something else"));
        };
        entries.push(got.kvs().first().and_then(entry::read));
    }
    Ok(response.header().map_or(0, |header| header.revision()))
}

/// All keys that begin with `prefix`.
pub(super) async fn list(members: &Members, prefix: &str) -> Result<Listing, Fault> {
    for _ in 1..ETCD_LIST_TRIES_MAX {
        match list_once(members, prefix).await {
            Err(fault) if fault.kind == Kind::Compacted => {}
            done => return done,
        }
    }
    list_once(members, prefix).await
}

async fn list_once(members: &Members, prefix: &str) -> Result<Listing, Fault> {
    let (mut start, end) = range(prefix.as_bytes());
    let mut listing = Listing {
        revision: 0,
        entries: Vec::new(),
    };
    let (mut revision, mut page_keys) = (0, ETCD_PAGE_KEYS as i64);
    loop {
        let options = GetOptions::new()
            .with_range(end.clone())
            .with_limit(page_keys)
            .with_revision(revision);
        let asked = members.ask(Repeat::Freely, |client| {
            let (start, options) = (start.clone(), options.clone());
            let mut client = roomy(client.kv_client());
            async move { client.get(start, Some(options)).await }
        });
        let page = match asked.await {
            Err(fault) if fault.kind == Kind::TooLarge && page_keys > 1 => {
                page_keys /= 2;
                continue;
            }
            page => page?,
        };
        if revision == 0 {
            revision = page.header().map_or(0, |header| header.revision());
            listing.revision = entry::revision(revision);
        }
        listing
            .entries
            .extend(page.kvs().iter().filter_map(entry::read));
        match page.kvs().last() {
            // The least key above the last one.
            Some(last) if page.more() => start = [last.key(), b"\0"].concat(),
            _ => return Ok(listing),
        }
    }
}

/// From the prefix to the least key that is above all that begin with it.
fn range(prefix: &[u8]) -> (Vec<u8>, Vec<u8>) {
    // A range that ends at a NUL has no end, and no key is empty.
    let unbounded = || vec![0];
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    let start = if prefix.is_empty() {
        vec![0]
    } else {
        prefix.to_vec()
    };
    (start, if end.is_empty() { unbounded() } else { end })
}

fn roomy(client: KvClient) -> KvClient {
    client.max_decoding_message_size(ETCD_MESSAGE_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_ends_above_everything_that_begins_with_its_prefix() {
        let end = |prefix: &[u8]| range(prefix).1;
        assert_eq!(end(b"/a/"), b"/a0");
        assert_eq!(end(b"a\xff\xff"), b"b");
        assert_eq!(end(b"\xff"), [0]);
        assert_eq!(range(b""), (vec![0], vec![0]));
    }
}
