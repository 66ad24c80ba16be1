//! A call of an address: what is sent, and what must come back.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// A call of an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Http {
    /// How.
    pub method: Method,
    /// Where: `http` or `https`, with a host and without credentials.
    pub url: Url,
    /// Sent besides our own.
    pub headers: BTreeMap<String, String>,
    /// Sent as it is.
    pub body: Option<String>,
    /// The answers that count as success.
    pub expect: StatusSet,
    /// What the answer's body must contain.
    pub contains: Option<String>,
    /// How often the call goes on to where the answer points.
    pub redirects: u32,
    /// A file of certificates on the node, trusted besides the system's own.
    pub ca: Option<String>,
    /// Whether nobody asks who answers.
    pub insecure: bool,
}

/// How an address is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    #[default]
    Get,
    /// Read without the body.
    Head,
    /// Send.
    Post,
    /// Put in place.
    Put,
    /// Change.
    Patch,
    /// Remove.
    Delete,
    /// Ask what is allowed.
    Options,
}

impl Method {
    /// As it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

/// Status codes: `2xx`, `200, 204`, `200-299, 404`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSet(Vec<(u16, u16)>);

impl StatusSet {
    /// Whether a code is among them.
    pub fn holds(&self, code: u16) -> bool {
        let mut ranges = self.0.iter();
        ranges.any(|(first, last)| (*first..=*last).contains(&code))
    }
}

impl Default for StatusSet {
    fn default() -> Self {
        Self(vec![(200, 299)])
    }
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            match (first, last) {
                (first, last) if first == last => write!(f, "{comma}{first}")?,
                (first, last) if first % 100 == 0 && *last == first + 99 => {
                    write!(f, "{comma}{}xx", first / 100)?;
                }
                _ => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

/// The text names no status codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoStatus;

impl FromStr for StatusSet {
    type Err = NoStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split(',').map(|part| range_of(part.trim()));
        parts.collect::<Result<Vec<_>, _>>().map(Self)
    }
}

fn range_of(part: &str) -> Result<(u16, u16), NoStatus> {
    let code = |text: &str| {
        let code: u16 = text.trim().parse().map_err(|_| NoStatus)?;
        (100..=599).contains(&code).then_some(code).ok_or(NoStatus)
    };
    if let Some(hundred) = part.strip_suffix("xx") {
        let first = code(&format!("{hundred}00"))?;
        return Ok((first, first + 99));
    }
    let (first, last) = part.split_once('-').unwrap_or((part, part));
    let range = (code(first)?, code(last)?);
    (range.0 <= range.1).then_some(range).ok_or(NoStatus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_and_written_in_one_way() {
        for (text, written, inside, outside) in [
            ("2xx", "2xx", 204, 301),
            ("200-299", "2xx", 299, 300),
            ("200,404", "200, 404", 404, 201),
            ("200 - 204, 5xx", "200-204, 5xx", 503, 205),
        ] {
            let set: StatusSet = text.parse().expect(text);
            assert_eq!(set.to_string(), written);
            assert!(set.holds(inside) && !set.holds(outside), "{text}");
        }
        for text in [
            "", "xx", "9xx", "99", "600", "300-200", "200;204", "ok", "2xx,",
        ] {
            assert_eq!(text.parse::<StatusSet>(), Err(NoStatus), "{text}");
        }
    }
}
