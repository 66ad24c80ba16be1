//! Where HTTP jobs may connect to: everywhere but to what only this computer and its cloud are meant to reach.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;
use std::str::FromStr;

/// A block of addresses: `10.0.0.0/8`, `127.0.0.1`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    address: IpAddr,
    bits: u32,
}

impl Block {
    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - self.bits.min(32);
                let part = |address: Ipv4Addr| u32::from(address).checked_shr(shift).unwrap_or(0);
                part(own) == part(other)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.bits.min(128);
                let part = |address: Ipv6Addr| u128::from(address).checked_shr(shift).unwrap_or(0);
                part(own) == part(other)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// The text is no block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoBlock;

impl FromStr for Block {
    type Err = NoBlock;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| NoBlock)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| NoBlock)?;
        match bits <= most {
            true => Ok(Self { address, bits }),
            false => Err(NoBlock),
        }
    }
}

/// `egress` of `[policy]`: what is allowed although it usually is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress(Vec<Block>);

impl Egress {
    /// With these exceptions.
    pub fn with(exceptions: Vec<Block>) -> Self {
        Self(exceptions)
    }

    /// What kind of address it is that may not be connected to; `None` when it may.
    pub fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let address = address.to_canonical();
        let allowed = |address: IpAddr| self.0.iter().any(|block| block.holds(address));
        if allowed(address) {
            return None;
        }
        let inner = inner_v4(address).map(IpAddr::V4);
        let hidden = inner.filter(|inner| !allowed(*inner));
        kind_of(address).or_else(|| hidden.and_then(kind_of))
    }
}

/// Clouds tell machines their secrets at these, besides link-local ones.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

fn kind_of(address: IpAddr) -> Option<&'static str> {
    let (unspecified, link_local) = match address {
        IpAddr::V4(address) => (
            address.octets()[0] == 0 || address.is_broadcast(),
            address.is_link_local(),
        ),
        IpAddr::V6(address) => (address.is_unspecified(), address.is_unicast_link_local()),
    };
    match address {
        _ if METADATA.contains(&address) => Some("a metadata address"),
        _ if address.is_loopback() => Some("a loopback address"),
        _ if unspecified => Some("no address of another computer"),
        _ if link_local => Some("a link-local address"),
        _ if address.is_multicast() => Some("a multicast address"),
        _ => None,
    }
}

/// The IPv4 address that a translator would make of an IPv6 one: NAT64 and 6to4.
fn inner_v4(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let bits = u128::from(address);
    let low = |bits: u128| Ipv4Addr::from(u32::try_from(bits & 0xffff_ffff).unwrap_or_default());
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => Some(low(bits)),
        [0x2002, ..] => Some(low(bits >> 80)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(exceptions: &[&str], address: &str, expected: Option<&str>) {
        let blocks = exceptions.iter().map(|text| text.parse().expect(text));
        let egress = Egress::with(blocks.collect());
        let found = egress.refusal(address.parse().expect(address));
        assert_eq!(found, expected, "{address} with {exceptions:?}");
    }

    #[test]
    fn what_only_this_computer_and_its_cloud_reach_is_refused() {
        for (address, kind) in [
            ("127.0.0.1", "a loopback address"),
            ("127.9.9.9", "a loopback address"),
            ("::1", "a loopback address"),
            ("::ffff:127.0.0.1", "a loopback address"),
            ("64:ff9b::7f00:1", "a loopback address"),
            ("2002:7f00:1::", "a loopback address"),
            ("169.254.169.254", "a metadata address"),
            ("fd00:ec2::254", "a metadata address"),
            ("100.100.100.200", "a metadata address"),
            ("169.254.3.4", "a link-local address"),
            ("fe80::1", "a link-local address"),
            ("0.0.0.0", "no address of another computer"),
            ("0.1.2.3", "no address of another computer"),
            ("255.255.255.255", "no address of another computer"),
            ("::", "no address of another computer"),
            ("224.0.0.1", "a multicast address"),
            ("ff02::1", "a multicast address"),
        ] {
            check(&[], address, Some(kind));
        }
        for address in [
            "10.0.0.1",
            "192.168.1.1",
            "8.8.8.8",
            "2001:db8::1",
            "fd00::1",
        ] {
            check(&[], address, None);
        }
    }

    #[test]
    fn exceptions_hold_for_their_block_alone() {
        check(&["127.0.0.1"], "127.0.0.1", None);
        check(&["127.0.0.1"], "::ffff:127.0.0.1", None);
        check(&["127.0.0.1"], "127.0.0.2", Some("a loopback address"));
        check(&["127.0.0.0/8"], "127.0.0.2", None);
        check(&["127.0.0.0/8"], "::1", Some("a loopback address"));
        check(&["::1/128", "fe80::/10"], "fe80::7", None);
        check(&["0.0.0.0/0"], "169.254.169.254", None);
        check(&["127.0.0.0/8"], "64:ff9b::7f00:1", None);
    }

    #[test]
    fn blocks_are_read_and_nothing_else_is() {
        for text in ["127.0.0.1", "10.0.0.0/8", "::/0", "fe80::/10"] {
            assert!(text.parse::<Block>().is_ok(), "{text}");
        }
        for text in [
            "",
            "localhost",
            "10.0.0.0/33",
            "::1/129",
            "10.0.0/8",
            "1.2.3.4/x",
        ] {
            assert_eq!(text.parse::<Block>(), Err(NoBlock), "{text}");
        }
    }
}
