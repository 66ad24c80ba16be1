//! Lines that set something for the lines below them.

use std::collections::BTreeMap;

use super::entry::BLANKS;
use super::remark::{Remark, RemarkCode};
use crate::schedule::Zone;

/// The shell that cron uses unless a line sets another.
pub(super) const SHELL: &str = "/bin/sh";
/// The search path that cron gives unless a line sets another.
pub(super) const PATH: &str = "/usr/bin:/bin";

/// Reads `NAME=value`; `None` for a line that is none.
pub(super) fn read(line: &str) -> Option<Result<(&str, &str), RemarkCode>> {
    let text = line.trim_matches(BLANKS);
    let (name, rest) = match text.chars().next()? {
        quote @ ('"' | '\'') => text[1..].split_once(quote)?,
        _ => text.split_at(text.find([' ', '\t', '='])?),
    };
    let value = rest
        .trim_start_matches(BLANKS)
        .strip_prefix('=')?
        .trim_start_matches(BLANKS);
    Some(match value.chars().next() {
        Some(quote @ ('"' | '\'')) => match value[1..].split_once(quote) {
            Some((inside, "")) => Ok((name, inside)),
            _ => Err(RemarkCode::SettingQuote),
        },
        _ => Ok((name, value)),
    })
}

/// What the lines so far have set.
#[derive(Clone)]
pub(super) struct Scope {
    pub env: BTreeMap<String, String>,
    /// Or the line that set one that cannot be used.
    pub shell: Result<String, usize>,
    pub home: Option<String>,
    /// Or the line that set an unknown one.
    pub zone: Result<Zone, usize>,
    pub delay_minutes: Option<u32>,
}

impl Scope {
    pub fn new(zone: &Zone) -> Self {
        Self {
            env: BTreeMap::from([("PATH".to_owned(), PATH.to_owned())]),
            shell: Ok(SHELL.to_owned()),
            home: None,
            zone: Ok(zone.clone()),
            delay_minutes: None,
        }
    }

    /// Takes a setting, and says what becomes of it.
    pub fn set(&mut self, name: &str, value: &str, line: usize) -> Vec<Remark> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            || !name.chars().all(plain)
        {
            return vec![Remark::new(RemarkCode::SettingName).with("name", name)];
        }
        if name.starts_with("BELFRY_") {
            return vec![RemarkCode::SettingReserved.into()];
        }
        match name {
            "SHELL" => self.set_shell(value, line),
            "CRON_TZ" => vec![self.set_zone(value, line)],
            "RANDOM_DELAY" => vec![self.set_delay(value)],
            "MAILTO" if value.is_empty() => vec![RemarkCode::MailOff.into()],
            "MAILTO" => vec![RemarkCode::Mail.into()],
            "MAILFROM"
            | "CONTENT_TYPE"
            | "CONTENT_TRANSFER_ENCODING"
            | "MLS_LEVEL"
            | "START_HOURS_RANGE"
            | "PREFERRED_HOUR"
            | "NO_MAIL_OUTPUT" => {
                vec![RemarkCode::CronOnly.into()]
            }
            "LOGNAME" | "USER" => vec![Remark::new(RemarkCode::Login).with("name", name)],
            _ => self.set_variable(name, value),
        }
    }

    fn set_variable(&mut self, name: &str, value: &str) -> Vec<Remark> {
        self.env.insert(name.to_owned(), value.to_owned());
        let code = match name {
            "HOME" => RemarkCode::Home,
            "TZ" => RemarkCode::ProgramZone,
            _ => RemarkCode::Variable,
        };
        if name == "HOME" {
            self.home = Some(value.to_owned());
        }
        let mut remarks = vec![Remark::new(code).with("value", value)];
        if value.contains('$') {
            remarks.push(Remark::new(RemarkCode::Expansion).with("value", value));
        }
        remarks
    }

    fn set_shell(&mut self, value: &str, line: usize) -> Vec<Remark> {
        if value.is_empty() || value.contains(char::is_whitespace) {
            self.shell = Err(line);
            return vec![RemarkCode::ShellUnusable.into()];
        }
        self.shell = Ok(value.to_owned());
        self.env.insert("SHELL".to_owned(), value.to_owned());
        let mut remarks = vec![Remark::new(RemarkCode::Shell).with("value", value)];
        if !value.starts_with('/') {
            remarks.push(RemarkCode::ShellRelative.into());
        }
        remarks
    }

    fn set_zone(&mut self, value: &str, line: usize) -> Remark {
        match Zone::parse(value) {
            Ok(zone) => {
                let remark = Remark::new(RemarkCode::Zone).with("value", zone.name());
                self.zone = Ok(zone);
                remark
            }
            Err(error) => {
                self.zone = Err(line);
                Remark::new(RemarkCode::ZoneUnknown).with("reason", error)
            }
        }
    }

    fn set_delay(&mut self, value: &str) -> Remark {
        match value.parse() {
            Ok(minutes) => {
                self.delay_minutes = Some(minutes);
                Remark::new(RemarkCode::Delay).with("value", minutes)
            }
            Err(_) => Remark::new(RemarkCode::DelayUnreadable).with("value", value),
        }
    }
}
