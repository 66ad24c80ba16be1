//! Rules about times, counts and sizes.

use std::time::Duration;

use super::Check;
use crate::job::draft::{OutputDraft, RetriesDraft};
use crate::job::error::{FieldError, quoted};
use crate::job::quantity::{parse_duration, parse_size, write_duration, write_size};
use crate::job::{OutputKept, Retries};
use crate::limits::{
    DURATION_MAX, OUTPUT_KEPT_MAX, RETRIES_MAX, RETRY_BACKOFF_MAX, RETRY_INTERVAL_MAX, TIMEOUT_MIN,
};

impl Check {
    /// `None` when it is absent or wrong.
    pub(super) fn duration(
        &mut self,
        path: &str,
        text: Option<&str>,
        min: Duration,
        max: Duration,
    ) -> Option<Duration> {
        let text = text?;
        let Some(duration) = parse_duration(text) else {
            let rest = format_args!(
                "is {}, which is no duration: write a number with a unit, like \"30s\", \"1h30m\" or \"500ms\"",
                quoted(text)
            );
            self.refuse(path, "duration", rest);
            return None;
        };
        if (min..=max).contains(&duration) {
            return Some(duration);
        }
        let (why, bound) = if duration < min {
            ("short", min)
        } else {
            ("long", max)
        };
        let side = if duration < min { "or more" } else { "or less" };
        let rest = format!(
            "is {}, which is too {why}: write {:?} {side}",
            quoted(text),
            write_duration(bound)
        );
        self.errors.push(
            FieldError::at(path, &format!("too_{why}"), rest).with("bound", write_duration(bound)),
        );
        None
    }

    pub(super) fn timeout(&mut self, text: Option<&str>) -> Option<Duration> {
        if text
            .and_then(parse_duration)
            .is_some_and(|duration| duration.is_zero())
        {
            let rest = "is 0, so every run would be stopped at once: remove it for no limit, \
                        or write a time like \"30s\"";
            self.refuse("timeout", "timeout_zero", rest);
            return None;
        }
        self.duration("timeout", text, TIMEOUT_MIN, DURATION_MAX)
    }

    pub(super) fn retries(&mut self, draft: &RetriesDraft) -> Retries {
        let usual = Retries::default();
        let (zero, max) = (Duration::ZERO, RETRY_INTERVAL_MAX);
        let interval = self.duration("retries.interval", draft.interval.as_deref(), zero, max);
        let longest = self.duration(
            "retries.max_interval",
            draft.max_interval.as_deref(),
            zero,
            max,
        );
        let count = draft.count.unwrap_or(usual.count);
        let backoff = draft.backoff.unwrap_or(usual.backoff);
        if count > RETRIES_MAX {
            let rest = format_args!(
                "is {count}, and {RETRIES_MAX} are allowed: write less, or run the job more often"
            );
            self.refuse("retries.count", "too_large", rest);
        }
        if !(1.0..=RETRY_BACKOFF_MAX).contains(&backoff) {
            let rest = format_args!(
                "is {backoff}, and each pause is that many times the one before: \
                 write 1 (all alike) to {RETRY_BACKOFF_MAX}"
            );
            self.refuse("retries.backoff", "backoff", rest);
        }
        let interval = interval.unwrap_or(usual.interval);
        if let Some(longest) = longest.filter(|longest| *longest < interval) {
            let rest = format_args!(
                "is {:?}, shorter than the first pause of {:?}: raise it, or lower `retries.interval`",
                write_duration(longest),
                write_duration(interval)
            );
            self.refuse("retries.max_interval", "below_interval", rest);
        }
        Retries {
            count,
            interval,
            backoff,
            max_interval: longest.unwrap_or(usual.max_interval),
        }
    }

    pub(super) fn output(&mut self, draft: &OutputDraft) -> OutputKept {
        let usual = OutputKept::default();
        let mut bytes = |path: &str, text: Option<&str>, usual: u64| match text.map(parse_size) {
            None => usual,
            Some(Some(bytes)) => bytes,
            Some(None) => {
                let given = quoted(text.unwrap_or_default());
                let rest = format_args!(
                    "is {given}, which is no size: write a number with a unit, like \"1MiB\""
                );
                self.refuse(path, "size", rest);
                usual
            }
        };
        let head = bytes("output.head", draft.head.as_deref(), usual.head);
        let tail = bytes("output.tail", draft.tail.as_deref(), usual.tail);
        if head.saturating_add(tail) > OUTPUT_KEPT_MAX {
            let rest = format_args!(
                "would keep {} of every run, and {} are allowed for head and tail together: lower them",
                write_size(head.saturating_add(tail)),
                write_size(OUTPUT_KEPT_MAX)
            );
            self.refuse("output", "too_large", rest);
        }
        OutputKept { head, tail }
    }
}
