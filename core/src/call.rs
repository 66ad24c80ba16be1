//! One call of an HTTP job as values: what is sent, where it goes on to, and whether the answer is the
//! expected one. Nothing here connects to anything.

use url::{Origin, Url};

use crate::id::RunId;
use crate::job::{Http, Method, StatusSet};
use crate::run::Reason;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In one word.
    pub reason: Reason,
    /// In a sentence.
    pub detail: String,
}

impl Fault {
    /// A fault.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { reason, detail }
    }
}

/// A request that is about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// How.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// With these.
    pub headers: Vec<(String, String)>,
    /// And this.
    pub body: Option<String>,
    expect: StatusSet,
    left: u32,
    allowed: u32,
}

impl Hop {
    /// The first request of an attempt. Whoever answers can tell a repeated one by its key.
    pub fn first(http: &Http, run: RunId, attempt: u32) -> Self {
        let key = ("Idempotency-Key".to_owned(), format!("{run}/{attempt}"));
        let own = http.headers.iter();
        let own = own.map(|(name, value)| (name.clone(), value.clone()));
        Self {
            method: http.method,
            url: http.url.clone(),
            headers: own.chain([key]).collect(),
            body: http.body.clone(),
            expect: http.expect.clone(),
            left: http.redirects,
            allowed: http.redirects,
        }
    }

    /// Where to go on to after an answer with this status; `None` when the answer is the last.
    ///
    /// An expected status is the last, wherever it points, and so is any when nothing is to be followed. As browsers do, 303 and, for POST, 301 and 302 become GET.
    pub fn after(&self, status: u16, location: Option<&str>) -> Result<Option<Self>, Fault> {
        let points = matches!(status, 301 | 302 | 303 | 307 | 308);
        let (true, Some(location)) = (points && self.allowed > 0, location) else {
            return Ok(None);
        };
        if self.expect.holds(status) {
            return Ok(None);
        }
        let failed = |detail| Fault::new(Reason::HttpRedirect, detail);
        if self.left == 0 {
            return Err(failed(format!(
                "the answer pointed on {} times, and {} are allowed",
                self.allowed + 1,
                self.allowed
            )));
        }
        let url = self.url.join(location);
        let url = url.ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some_and(|host| !host.is_empty())
        });
        let url = url.ok_or_else(|| {
            let shown: String = location.chars().take(100).collect();
            failed(format!(
                "the answer points to {shown:?}, which cannot be called"
            ))
        })?;
        if self.url.scheme() == "https" && url.scheme() == "http" {
            let detail = format!("the answer points from https to {url}, which anybody could read");
            return Err(failed(detail));
        }
        Ok(Some(self.moved_to(status, url)))
    }

    fn moved_to(&self, status: u16, url: Url) -> Self {
        let reads = status == 303 && self.method != Method::Head
            || matches!(status, 301 | 302) && self.method == Method::Post;
        let is_same = same_origin(&self.url.origin(), &url.origin());
        let keeps = |name: &str| {
            let about_body = reads && name.to_ascii_lowercase().starts_with("content-");
            let secret = ["authorization", "cookie", "proxy-authorization"];
            let is_secret = secret.iter().any(|word| word.eq_ignore_ascii_case(name));
            !about_body && (is_same || !is_secret)
        };
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| keeps(name));
        Self {
            method: if reads { Method::Get } else { self.method },
            url,
            headers,
            body: self.body.clone().filter(|_| !reads),
            expect: self.expect.clone(),
            left: self.left - 1,
            allowed: self.allowed,
        }
    }
}

fn same_origin(one: &Origin, other: &Origin) -> bool {
    one.is_tuple() && one == other
}

/// Whether an answer is what a job expects, its body aside.
pub fn judge_status(http: &Http, status: u16) -> Result<(), Fault> {
    match http.expect.holds(status) {
        true => Ok(()),
        false => Err(Fault::new(
            Reason::HttpStatus,
            format!("the answer is {status}, and {} is expected", http.expect),
        )),
    }
}

/// Looks for a text in bytes that come in pieces, over their seams.
#[derive(Clone, Debug)]
pub struct Search {
    wanted: Vec<u8>,
    seam: Vec<u8>,
    is_found: bool,
}

impl Search {
    /// For this text; an empty one is found at once.
    pub fn new(wanted: &str) -> Self {
        Self {
            wanted: wanted.as_bytes().to_vec(),
            seam: Vec::new(),
            is_found: wanted.is_empty(),
        }
    }

    /// Takes the next piece in.
    pub fn feed(&mut self, piece: &[u8]) {
        if self.is_found {
            return;
        }
        let keep = self.wanted.len() - 1;
        let mut over = std::mem::take(&mut self.seam);
        over.extend(&piece[..piece.len().min(keep)]);
        self.is_found = holds(&over, &self.wanted) || holds(piece, &self.wanted);
        let mut rest = match piece.len() < keep {
            true => over,
            false => piece.to_vec(),
        };
        let from = rest.len().saturating_sub(keep);
        self.seam = rest.split_off(from);
    }

    /// Whether it was there.
    pub fn is_found(&self) -> bool {
        self.is_found
    }
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(bytes, wanted).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn http(method: Method, redirects: u32) -> Http {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Http {
            method,
            url: Url::parse("https://a.example/x/y").expect("a URL"),
            headers: BTreeMap::from([
                header("Authorization", "Bearer t"),
                header("Content-Type", "text/plain"),
                header("X-Own", "1"),
            ]),
            body: Some("hello".to_owned()),
            expect: StatusSet::default(),
            contains: None,
            redirects,
            ca: None,
            insecure: false,
        }
    }

    fn first(method: Method, redirects: u32) -> Hop {
        Hop::first(&http(method, redirects), RunId([7; 16]), 2)
    }

    fn names(hop: &Hop) -> Vec<&str> {
        hop.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn every_attempt_has_its_key() {
        let hop = first(Method::Get, 0);
        let key = hop.headers.last().expect("a header");
        assert_eq!(key.0, "Idempotency-Key");
        assert_eq!(key.1, format!("{}/2", RunId([7; 16])));
    }

    #[test]
    fn goes_on_to_the_same_host_with_everything() {
        let hop = first(Method::Put, 5)
            .after(307, Some("../z?q=1"))
            .expect("goes on");
        let hop = hop.expect("a hop");
        assert_eq!(hop.url.as_str(), "https://a.example/z?q=1");
        assert_eq!(
            (hop.method, hop.body.as_deref()),
            (Method::Put, Some("hello"))
        );
        assert_eq!(
            names(&hop),
            ["Authorization", "Content-Type", "X-Own", "Idempotency-Key"]
        );
    }

    #[test]
    fn another_host_gets_no_credentials_and_a_read_has_no_body() {
        let hop = first(Method::Post, 5)
            .after(302, Some("https://b.example/"))
            .expect("goes on");
        let hop = hop.expect("a hop");
        assert_eq!((hop.method, &hop.body), (Method::Get, &None));
        assert_eq!(names(&hop), ["X-Own", "Idempotency-Key"]);
        let port = first(Method::Get, 5)
            .after(301, Some("https://a.example:444/"))
            .expect("goes on");
        assert!(!names(&port.expect("a hop")).contains(&"Authorization"));
    }

    #[test]
    fn does_not_go_on_for_ever_nor_anywhere() {
        let refused = |location: &str| {
            first(Method::Get, 1)
                .after(302, Some(location))
                .expect_err("refused")
        };
        assert!(refused("http://a.example/").detail.contains("from https"));
        assert!(
            refused("ftp://a.example/")
                .detail
                .contains("cannot be called")
        );
        assert!(refused("https://[").detail.contains("cannot be called"));
        assert!(refused("javascript:1").detail.contains("cannot be called"));
        let second = first(Method::Get, 1)
            .after(302, Some("/2"))
            .expect("goes on")
            .expect("a hop");
        let third = second.after(302, Some("/3")).expect_err("too many");
        assert_eq!(third.reason, Reason::HttpRedirect);
        assert_eq!(
            third.detail,
            "the answer pointed on 2 times, and 1 are allowed"
        );
        assert_eq!(first(Method::Get, 0).after(302, Some("/2")), Ok(None));
        assert_eq!(first(Method::Get, 5).after(200, Some("/2")), Ok(None));
        assert_eq!(first(Method::Get, 5).after(302, None), Ok(None));
    }

    #[test]
    fn a_text_is_found_over_the_seams_of_pieces() {
        let found = |wanted: &str, pieces: &[&str]| {
            let mut search = Search::new(wanted);
            pieces
                .iter()
                .for_each(|piece| search.feed(piece.as_bytes()));
            search.is_found()
        };
        assert!(found("", &[]));
        assert!(found("ready", &["is ready now"]));
        assert!(found("ready", &["is re", "ady now"]));
        assert!(found("ready", &["r", "e", "a", "d", "y"]));
        assert!(found("ready", &["rea", "", "dy"]));
        assert!(found("aab", &["aa", "ab"]));
        assert!(!found("ready", &["re", "-ady", "READY"]));
        assert!(!found("x", &[]));
    }
}
