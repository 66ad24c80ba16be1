//! Where a member of etcd is, as people write it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// etcd's own port.
const PORT: u16 = 2379;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// A name, or an IP address without brackets.
    pub host: String,
    pub port: u16,
    pub tls: bool,
}

impl Address {
    /// Reads `https://host:port`, `http://host:port`, `host:port` or `host`; without a scheme it
    /// is `tls` that decides.
    pub fn parse(text: &str, tls: bool) -> Result<Self, String> {
        let written = text.trim();
        let (tls, rest) = match written.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            Some((other, _)) => return Err(format!("{other}:// is neither https:// nor http://")),
            None => (tls, written),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains('@') {
            return Err("an address holds no user and no password: set them apart".to_owned());
        }
        let (host, port) = split(rest)?;
        let port = match port {
            None => PORT,
            Some(port) => port
                .parse()
                .map_err(|_| format!("{port} is not a port from 1 to 65535"))?,
        };
        if host.is_empty() || host.contains(['/', '?', '#', ' ']) {
            return Err("it must be https://host:port".to_owned());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            tls,
        })
    }

    /// Whether what is sent there never leaves this computer.
    pub fn is_of_this_computer(&self) -> bool {
        let named = self.host.eq_ignore_ascii_case("localhost");
        named || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Host and port alone.
    pub fn place(&self) -> String {
        match self.host.parse::<Ipv6Addr>() {
            Ok(ip) => format!("[{ip}]:{}", self.port),
            Err(_) => format!("{}:{}", self.host, self.port),
        }
    }
}

/// Whether people may write a member's address so.
pub fn is_address(text: &str) -> bool {
    Address::parse(text, true).is_ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.place())
    }
}

fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    if let Some(inside) = text.strip_prefix('[') {
        let (host, after) = inside
            .split_once(']')
            .ok_or("the bracket of its IPv6 address is not closed")?;
        return match (after, after.strip_prefix(':')) {
            ("", _) => Ok((host, None)),
            (_, Some(port)) => Ok((host, Some(port))),
            _ => Err("it must be https://[address]:port".to_owned()),
        };
    }
    match text.split_once(':') {
        Some((_, port)) if port.contains(':') => {
            Err("an IPv6 address stands in brackets: https://[address]:port".to_owned())
        }
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((text, None)),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn reads_what_people_write_and_says_what_is_wrong() {
        let written = [
            "https://db1:2379",
            "http://127.0.0.1:2379/",
            "db1",
            "localhost:12",
            "https://[::1]:2379",
            "https://[fd00::7]",
            "unix:///run/etcd",
            "https://root:secret@db1:2379",
            "db1:70000",
            "fd00::7",
            "https://",
            "https://db1:2379/v3",
            "https://[::1",
        ];
        let read: Vec<String> = written
            .iter()
            .map(|text| match Address::parse(text, true) {
                Ok(address) => format!(
                    "{text} -> {address}{}",
                    match address.is_of_this_computer() {
                        true => ", of this computer",
                        false => "",
                    }
                ),
                Err(why) => format!("{text} -> {why}"),
            })
            .collect();
        expect![[r#"
            https://db1:2379 -> https://db1:2379
            http://127.0.0.1:2379/ -> http://127.0.0.1:2379, of this computer
            db1 -> https://db1:2379
            localhost:12 -> https://localhost:12, of this computer
            https://[::1]:2379 -> https://[::1]:2379, of this computer
            https://[fd00::7] -> https://[fd00::7]:2379
            unix:///run/etcd -> unix:// is neither https:// nor http://
            https://root:secret@db1:2379 -> an address holds no user and no password: set them apart
            db1:70000 -> 70000 is not a port from 1 to 65535
            fd00::7 -> an IPv6 address stands in brackets: https://[address]:port
            https:// -> it must be https://host:port
            https://db1:2379/v3 -> 2379/v3 is not a port from 1 to 65535
            https://[::1 -> the bracket of its IPv6 address is not closed"#]]
        .assert_eq(&read.join("\n"));
    }
}
