//! What the server says about itself.

use std::fmt;

use super::error::{MysqlConnectError, MysqlRung};
use crate::limits::MYSQL_PACKET_MIN;

/// A server that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlServer {
    product: Product,
    version: Version,
    /// The largest statement that it takes, in bytes.
    pub(super) packet_max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Product {
    Mysql,
    Mariadb,
}

type Version = (u32, u32, u32);

/// A hole, and the first version of each line of releases that is without it.
struct Hole {
    product: Product,
    name: &'static str,
    mended: &'static [Version],
}

/// The newest one of each product that an upgrade closes, for those who run something older:
/// one name is enough to say "upgrade".
const HOLES: [Hole; 2] = [
    Hole {
        product: Product::Mysql,
        name: "CVE-2026-21968",
        mended: &[(8, 0, 45), (8, 4, 8), (9, 6, 0)],
    },
    Hole {
        product: Product::Mariadb,
        name: "CVE-2026-44168",
        mended: &[
            (10, 6, 26),
            (10, 11, 17),
            (11, 4, 11),
            (11, 8, 7),
            (12, 3, 2),
        ],
    },
];

impl Product {
    fn oldest(self) -> Version {
        match self {
            Self::Mysql => (8, 0, 0),
            Self::Mariadb => (10, 6, 0),
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
        })
    }
}

impl MysqlServer {
    /// Reads what the server answers to `version()`, and refuses one that cannot be used.
    pub(super) fn accept(
        version: &str,
        packet_max: u64,
        location: &str,
    ) -> Result<Self, MysqlConnectError> {
        let refused = |why: String| Err(MysqlConnectError::new(MysqlRung::Server, why));
        let product = match version.contains("MariaDB") {
            true => Product::Mariadb,
            false => Product::Mysql,
        };
        let Some(number) = numbers(version) else {
            return refused(format!(
                "the server of {location} calls its version {version:?}, which is neither MySQL's \
                 nor MariaDB's: use one of these"
            ));
        };
        let server = Self {
            product,
            version: number,
            packet_max: usize::try_from(packet_max).unwrap_or(usize::MAX),
        };
        if number < product.oldest() {
            return refused(format!(
                "the server of {location} is {server}, which is too old: upgrade it to MySQL 8.0 \
                 or MariaDB 10.6 or newer"
            ));
        }
        if server.packet_max < MYSQL_PACKET_MIN {
            return refused(format!(
                "the server of {location} takes {packet_max} bytes at once: set its \
                 max_allowed_packet to {MYSQL_PACKET_MIN} or more"
            ));
        }
        Ok(server)
    }

    /// A sentence about a hole that is known in this version.
    pub fn known_hole(&self) -> Option<String> {
        let hole = HOLES.iter().find(|hole| hole.product == self.product)?;
        let line = |version: &Version| (version.0, version.1);
        let mended = hole
            .mended
            .iter()
            .find(|mended| line(mended) >= line(&self.version))?;
        (self.version < *mended).then(|| {
            let (major, minor, patch) = mended;
            format!(
                "{self} has the hole {}: upgrade it to {major}.{minor}.{patch} or newer",
                hole.name
            )
        })
    }
}

impl fmt::Display for MysqlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.version;
        write!(f, "{} {major}.{minor}.{patch}", self.product)
    }
}

/// The three numbers that a version begins with; old MariaDB puts `5.5.5-` before its own.
fn numbers(text: &str) -> Option<Version> {
    let text = text.strip_prefix("5.5.5-").unwrap_or(text);
    let mut parts = text
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(version: &str) -> Result<MysqlServer, MysqlConnectError> {
        MysqlServer::accept(version, 16 << 20, "belfry on db:3306")
    }

    #[test]
    fn versions_are_read_and_old_ones_refused() {
        let told = |version| accept(version).expect(version).to_string();
        assert_eq!(told("10.11.19-MariaDB-0+deb12u1"), "MariaDB 10.11.19");
        assert_eq!(told("5.5.5-10.6.12-MariaDB-log"), "MariaDB 10.6.12");
        assert_eq!(told("8.0.36"), "MySQL 8.0.36");
        assert_eq!(told("8.4.9-0ubuntu1"), "MySQL 8.4.9");
        for old in [
            "10.5.29-MariaDB",
            "5.7.44-log",
            "5.5.5-10.3.1-MariaDB",
            "",
            "x.y.z",
            "8.0",
        ] {
            let error = accept(old).expect_err(old);
            assert_eq!(error.rung(), MysqlRung::Server, "{old}");
        }
        let small = MysqlServer::accept("8.0.45", 4096, "belfry on db:3306");
        let error = small.expect_err("a small packet").to_string();
        assert!(error.contains("max_allowed_packet"), "{error}");
    }

    #[test]
    fn a_known_hole_is_named_with_the_version_that_closes_it() {
        let hole = |version| accept(version).expect(version).known_hole();
        for safe in [
            "8.0.45",
            "8.4.8",
            "9.6.1",
            "10.0.0",
            "10.11.17-MariaDB",
            "12.4.1-MariaDB",
        ] {
            assert_eq!(hole(safe), None, "{safe}");
        }
        let told = hole("10.11.2-MariaDB").expect("a hole");
        assert!(told.contains("CVE-") && told.contains("10.11.17"), "{told}");
        // A line of releases without upgrades of its own has to move to the next one.
        let told = hole("8.3.0").expect("a hole");
        assert!(told.contains("8.4.8"), "{told}");
    }
}
