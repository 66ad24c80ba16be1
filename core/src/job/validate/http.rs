//! Rules about calls of addresses.

use url::Url;

use super::{Check, has_nul, is_control};
use crate::job::draft::{HttpDraft, JobDraft};
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

    /// Fields that say nothing of a call would be believed and not obeyed.
    pub(super) fn program_alone(&mut self, draft: &JobDraft) {
        let given = [
            ("env", !draft.env.is_empty()),
            ("secrets", !draft.secrets.is_empty()),
            ("cwd", draft.cwd.is_some()),
            ("run_as", draft.run_as.is_some()),
            ("umask", draft.umask.is_some()),
            ("parameters", !draft.parameters.is_empty()),
        ];
        let idle = given
            .iter()
            .filter(|(_, is_given)| *is_given && draft.http.is_some());
        for (field, _) in idle {
            let rest = "is given with `http`, which starts no program: remove it";
            self.refuse(field, "no_program", rest);
        }
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

#[cfg(test)]
mod tests {
    use crate::job::Job;
    use serde_json::{Value, json};

    fn check(http: Value, more: Value, expected: &[&str]) {
        let mut job = json!({ "project": "ops", "name": "a", "schedule": "@hourly", "http": http });
        let fields = job.as_object_mut().expect("a table");
        fields.extend(more.as_object().expect("a table").clone());
        let codes = match Job::read(&job) {
            Ok(job) => {
                let again = Job::read(&job.to_body()).expect("what is written is read");
                assert_eq!(again, job);
                Vec::new()
            }
            Err(errors) => {
                let code =
                    |error: &crate::job::FieldError| format!("{} {}", error.path, error.code);
                errors.iter().map(code).collect()
            }
        };
        assert_eq!(codes, expected, "{job}");
    }

    #[test]
    fn a_call_is_read_and_written_back() {
        check(json!({ "url": "https://a.example" }), json!({}), &[]);
        let whole = json!({
            "method": "POST", "url": "http://[::1]:8080/x?y=1", "headers": { "X-A": "b" }, "body": "c",
            "expect": "200, 5xx", "contains": "d", "redirects": 0, "ca": "/ca.pem", "insecure": true,
        });
        check(whole, json!({ "timeout": "5s" }), &[]);
    }

    #[test]
    fn what_cannot_be_called_is_refused_by_field() {
        for url in ["", "a.example", "ftp://a.example", "http://", "file:///x"] {
            check(json!({ "url": url }), json!({}), &["http.url url"]);
        }
        check(json!({}), json!({}), &["http.url missing"]);
        check(
            json!({ "url": "http://u:p@a.example" }),
            json!({}),
            &["http.url url_credentials"],
        );
        let wrong = json!({
            "url": "http://a.example", "expect": "ok", "contains": "", "redirects": 21, "ca": "ca.pem",
            "headers": { "A B": "c", "Content-Length": "1", "X": "a\nb" },
        });
        let codes = [
            "http.headers.A B header_name",
            "http.headers.Content-Length header_own",
            "http.headers.X control_character",
            "http.contains empty",
            "http.redirects too_large",
            "http.ca path",
            "http.expect status",
        ];
        check(wrong, json!({}), &codes);
    }

    #[test]
    fn a_job_does_one_thing() {
        let http = || json!({ "url": "http://a.example" });
        check(
            http(),
            json!({ "shell": { "script": "x" } }),
            &["http both"],
        );
        let more = json!({ "run_as": "app", "env": { "A": "b" } });
        check(http(), more, &["env no_program", "run_as no_program"]);
    }
}
