//! Rules about calls of addresses.

use url::Url;

use super::{Check, has_nul, is_control};
use crate::job::draft::HttpDraft;
use crate::job::error::quoted;
use crate::job::{Http, StatusSet};
use crate::limits::{HTTP_HEADERS_MAX, HTTP_REDIRECTS_DEFAULT, HTTP_REDIRECTS_MAX};

/// Headers that say how a request is sent: they are ours.
const OWN_HEADERS: [&str; 7] = [
    "connection",
    "content-length",
    "expect",
    "idempotency-key",
    "te",
    "transfer-encoding",
    "upgrade",
];

impl Check {
    /// `None` when an error was found.
    pub(super) fn http(&mut self, draft: HttpDraft) -> Option<Http> {
        let before = self.errors.len();
        let url = self.url(&draft.url);
        for (name, value) in &draft.headers {
            self.header(name, value);
        }
        if draft.headers.len() > HTTP_HEADERS_MAX {
            let rest = format_args!(
                "has {} headers, and {HTTP_HEADERS_MAX} are allowed: remove some",
                draft.headers.len()
            );
            self.refuse("http.headers", "too_many", rest);
        }
        if draft.contains.as_deref().is_some_and(str::is_empty) {
            self.refuse(
                "http.contains",
                "empty",
                "is empty, and every answer contains that: remove it",
            );
        }
        let redirects = draft.redirects.unwrap_or(HTTP_REDIRECTS_DEFAULT);
        if redirects > HTTP_REDIRECTS_MAX {
            let rest =
                format_args!("is {redirects}, and {HTTP_REDIRECTS_MAX} are allowed: write less");
            self.refuse("http.redirects", "too_large", rest);
        }
        if let Some(ca) = &draft.ca
            && (!ca.starts_with('/') || ca.chars().any(is_control))
        {
            let rest = format_args!(
                "is {}: write the whole path of a file of certificates on the node, from `/` on",
                quoted(ca)
            );
            self.refuse("http.ca", "path", rest);
        }
        let expect = self.expect(draft.expect.as_deref());
        (self.errors.len() == before).then_some(())?;
        Some(Http {
            method: draft.method,
            url: url?,
            headers: draft.headers,
            body: draft.body,
            expect,
            contains: draft.contains,
            redirects,
            ca: draft.ca,
            insecure: draft.insecure,
        })
    }

    fn url(&mut self, text: &str) -> Option<Url> {
        let url = Url::parse(text.trim()).ok();
        let has_host = |url: &Url| url.host_str().is_some_and(|host| !host.is_empty());
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
        let Some(url) = url.filter(|url| is_web(url) && has_host(url)) else {
            let rest = format_args!(
                "is {}, which cannot be called: write an address like \"https://example.org/health\"",
                quoted(text)
            );
            self.refuse("http.url", "url", rest);
            return None;
        };
        if !url.username().is_empty() || url.password().is_some() {
            let rest = "has a name or a password in it, which lists and logs would show: send a header instead";
            self.refuse("http.url", "url_credentials", rest);
            return None;
        }
        Some(url)
    }

    fn header(&mut self, name: &str, value: &str) {
        let path = format!("http.headers.{name}");
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            let rest = "is no name of a header: write letters, digits and '-'";
            self.refuse(&path, "header_name", rest);
        } else if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            self.refuse(&path, "header_own", "is sent by Belfry itself: remove it");
        } else if value.chars().any(|c| c != '\t' && c.is_control()) || has_nul(value) {
            let rest = "contains a control character, which no header may: write one line";
            self.refuse(&path, "control_character", rest);
        }
    }

    fn expect(&mut self, text: Option<&str>) -> StatusSet {
        let Some(text) = text else {
            return StatusSet::default();
        };
        text.parse().unwrap_or_else(|_| {
            let rest = format_args!(
                "is {}, and status codes are expected: write them like \"2xx\" or \"200, 204\"",
                quoted(text)
            );
            self.refuse("http.expect", "status", rest);
            StatusSet::default()
        })
    }
}
