//! A crontab read line by line: what becomes of each line, or why nothing does.
//!
//! Pure, and strict where crons disagree: what is imported rings and runs as cron would have let
//! it, and everything else is said in a remark. The readings followed are those of Debian's cron
//! (Vixie's) and of cronie, as their manual pages and parsers have them. Which jobs the lines
//! become beside those that exist is decided in `jobs`.

mod entry;
mod field;
mod jobs;
mod name;
mod remark;
mod setting;

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};

pub use jobs::{Choices, Effect, Proposal, propose};
pub use remark::{Level, Remark, RemarkCode};

use crate::limits::{
    CRON_COMMAND_CHARS_MAX, CRONTAB_BYTES_MAX, CRONTAB_LINE_BYTES_MAX, CRONTAB_LINES_MAX,
};
use crate::schedule::{Schedule, Timetable, Zone, preview};
use setting::Scope;

/// Whether the lines name a user behind their schedules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserColumn {
    /// The file is looked at.
    #[default]
    Detect,
    /// It is a person's own.
    No,
    /// As /etc/crontab and /etc/cron.d.
    Yes,
}

/// What a crontab does not say itself.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The account under which jobs run.
    pub person: &'a str,
    /// Accounts of this computer: a user column has their names.
    pub accounts: &'a [String],
    /// Cron's zone: that of the computer.
    pub zone: &'a Zone,
    /// For what the next clock change does.
    pub now: Timestamp,
    /// Whether there is a user column.
    pub user_column: UserColumn,
}

/// A crontab that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Crontab {
    /// What is to be said of the file as a whole.
    pub remarks: Vec<Remark>,
    /// Its lines, without blank ones.
    pub lines: Vec<Line>,
    /// Whether its lines name a user.
    pub has_user_column: bool,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// As it stands in the file.
    pub text: String,
    /// What becomes of it.
    pub becomes: Becomes,
    /// What is to be said of it.
    pub remarks: Vec<Remark>,
}

/// What becomes of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Becomes {
    /// Nothing: it is for people.
    Comment,
    /// It holds for the lines below it.
    Setting,
    /// A job.
    Job(Box<CronJob>),
    /// Nothing: a remark says why.
    Nothing,
}

/// A job as a crontab has it, with everything that cron would have done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct CronJob {
    /// The schedule, five fields or a shortcut.
    pub schedule: Schedule,
    /// The zone of its times.
    pub zone: Zone,
    /// What the shell reads.
    pub command: String,
    /// What the program reads.
    pub input: Option<String>,
    /// The shell.
    pub shell: String,
    /// Variables, besides those that every program gets.
    pub env: BTreeMap<String, String>,
    /// The folder, unless it is the home folder.
    pub cwd: Option<String>,
    /// Upper bound of its delay.
    pub delay_minutes: Option<u32>,
    /// The comments right above it.
    pub note: String,
    /// A name: written by people, or made from the command; not unique.
    pub name: String,
}

/// Reads a crontab. Never fails: what cannot be read is a line with a problem.
pub fn read(bytes: &[u8], around: &Surroundings) -> Crontab {
    let refused = |remark| Crontab {
        remarks: vec![remark],
        lines: Vec::new(),
        has_user_column: false,
    };
    if bytes.len() > CRONTAB_BYTES_MAX {
        let remark = Remark::new(RemarkCode::FileTooLarge).with("bytes", bytes.len());
        return refused(remark.with("max", CRONTAB_BYTES_MAX));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refused(RemarkCode::Utf16.into());
    }
    // What is no UTF-8 turns into the mark for it, and the lines that have it are refused.
    let text = String::from_utf8_lossy(bytes);
    let (text, has_mark) = match text.strip_prefix('\u{feff}') {
        Some(text) => (text, true),
        None => (&*text, false),
    };
    if text.lines().count() > CRONTAB_LINES_MAX {
        return refused(Remark::new(RemarkCode::TooManyLines).with("max", CRONTAB_LINES_MAX));
    }
    let has_user_column = match around.user_column {
        UserColumn::Yes => true,
        UserColumn::No => false,
        UserColumn::Detect => has_user_column(text, around),
    };
    let mut reader = Reader {
        around,
        has_user_column,
        scope: Scope::new(around.zone),
        above: Vec::new(),
        name: None,
    };
    let lines = text.lines().zip(1..);
    let mut lines: Vec<Line> = lines
        .filter_map(|(line, number)| reader.line(line, number))
        .collect();
    if let Some(last) = lines.last_mut().filter(|_| !text.ends_with('\n'))
        && matches!(last.becomes, Becomes::Job(_))
    {
        last.remarks.push(RemarkCode::NoLineEnd.into());
    }
    let mut remarks: Vec<Remark> = [
        (has_mark, RemarkCode::ByteOrderMark),
        (text.contains("\r\n"), RemarkCode::WindowsLines),
        (has_user_column, RemarkCode::UserColumn),
    ]
    .into_iter()
    .filter(|(is_so, _)| *is_so)
    .map(|(_, code)| code.into())
    .collect();
    if lines
        .iter()
        .any(|line| matches!(line.becomes, Becomes::Job(_)))
    {
        let remark = Remark::new(RemarkCode::Surroundings).with("zone", around.zone);
        remarks.push(
            remark
                .with("shell", setting::SHELL)
                .with("path", setting::PATH),
        );
        remarks.push(RemarkCode::Overlap.into());
    }
    Crontab {
        remarks,
        lines,
        has_user_column,
    }
}

/// Every line with a schedule names an account before its command, or a comment says that they do.
fn has_user_column(text: &str, around: &Surroundings) -> bool {
    let is_account = |word: &str| {
        word == "root"
            || word == around.person
            || around.accounts.iter().any(|account| account == word)
    };
    let is_line = |line: &&str| !is_comment(line) && setting::read(line).is_none();
    let mut entries = text
        .lines()
        .filter(is_line)
        .filter_map(|line| entry::read(line).ok())
        .peekable();
    let says_so = |line: &str| is_comment(line) && is_header(line) && line.contains("user");
    text.lines().any(says_so)
        || entries.peek().is_some()
            && entries.all(|entry| {
                let (user, command) = entry::word(entry.rest);
                is_account(user) && !command.is_empty() && !command.starts_with('-')
            })
}

fn is_comment(line: &str) -> bool {
    line.trim_start_matches(entry::BLANKS).starts_with('#')
}

/// A comment that names the columns, or that `crontab` itself put at the top.
fn is_header(line: &str) -> bool {
    let has = |part| line.contains(part);
    has("dom") && has("dow")
        || has("* user-name")
        || has("DO NOT EDIT THIS FILE - edit the master")
        || has("(Cron version")
        || has(" installed on ")
}

struct Reader<'a> {
    around: &'a Surroundings<'a>,
    has_user_column: bool,
    scope: Scope,
    /// The comments right above.
    above: Vec<String>,
    /// The name that a comment right above gives.
    name: Option<String>,
}

impl Reader<'_> {
    fn line(&mut self, text: &str, number: usize) -> Option<Line> {
        let shown = text.trim_end_matches('\r');
        let (becomes, remarks) = match self.becomes(shown, number) {
            Ok(None) => return None,
            Ok(Some(told)) => told,
            Err(problem) => (Becomes::Nothing, vec![problem]),
        };
        if !matches!(becomes, Becomes::Comment) {
            self.forget_comments();
        }
        let text = shown.chars().take(CRONTAB_LINE_BYTES_MAX).collect();
        Some(Line {
            number,
            text,
            becomes,
            remarks,
        })
    }

    fn forget_comments(&mut self) {
        self.above.clear();
        self.name = None;
    }

    fn becomes(
        &mut self,
        line: &str,
        number: usize,
    ) -> Result<Option<(Becomes, Vec<Remark>)>, Remark> {
        if line.trim_matches(entry::BLANKS).is_empty() {
            self.forget_comments();
            return Ok(None);
        }
        check_characters(line)?;
        if is_comment(line) {
            let remarks = self.comment(line);
            return Ok(Some((Becomes::Comment, remarks)));
        }
        if let Some(setting) = setting::read(line) {
            let (name, value) = setting?;
            let remarks = self.scope.set(name, value, number);
            let is_refused = remarks
                .iter()
                .any(|remark| remark.level() == Level::Problem);
            let becomes = if is_refused {
                Becomes::Nothing
            } else {
                Becomes::Setting
            };
            return Ok(Some((becomes, remarks)));
        }
        let (job, remarks) = self.job(line)?;
        Ok(Some((Becomes::Job(Box::new(job)), remarks)))
    }

    fn comment(&mut self, line: &str) -> Vec<Remark> {
        let text = line
            .trim_matches(entry::BLANKS)
            .trim_start_matches('#')
            .trim();
        if is_header(line) {
            self.forget_comments();
        } else if entry::read(text).is_ok() {
            self.forget_comments();
            return vec![RemarkCode::CommentedOut.into()];
        } else if let Some(name) = text
            .get(..5)
            .filter(|start| start.eq_ignore_ascii_case("name:"))
        {
            self.name = Some(name::clean(&text[name.len()..])).filter(|name| !name.is_empty());
            return self.name.iter().map(|_| RemarkCode::Names.into()).collect();
        } else if text.chars().any(char::is_alphanumeric) {
            self.above.push(text.to_owned());
        }
        Vec::new()
    }

    fn job(&mut self, line: &str) -> Result<(CronJob, Vec<Remark>), Remark> {
        let mut entry = entry::read(line)?;
        let mut remarks = std::mem::take(&mut entry.remarks);
        let command = match self.has_user_column {
            true => self.behind_user(&entry, &mut remarks)?,
            false => entry.rest,
        };
        let unusable = |line| Remark::new(RemarkCode::SettingUnusable).with("line", line);
        let zone = self.scope.zone.clone().map_err(unusable)?;
        let shell = self.scope.shell.clone().map_err(unusable)?;
        let schedule = Schedule::parse(&entry.schedule)
            .map_err(|error| Remark::new(RemarkCode::Invalid).with("reason", error))?;
        let timetable = Timetable::new(schedule.clone(), zone.clone());
        timetable
            .validate()
            .map_err(|_| Remark::from(RemarkCode::NeverOccurs))?;
        if loses_times(&timetable, self.around.now) {
            remarks.push(RemarkCode::GapOnce.into());
        }
        if command.chars().count() > CRON_COMMAND_CHARS_MAX {
            remarks
                .push(Remark::new(RemarkCode::TooLongForCron).with("max", CRON_COMMAND_CHARS_MAX));
        }
        let (script, input) = entry::at_percent(command);
        if script.trim().is_empty() {
            return Err(RemarkCode::NoCommand.into());
        }
        remarks.extend(input.as_ref().map(|_| Remark::from(RemarkCode::Input)));
        let written = self.name.take().or_else(|| name::behind(&script));
        let job = CronJob {
            schedule,
            zone,
            name: written.unwrap_or_else(|| name::of_command(&script)),
            command: script,
            input,
            shell,
            env: self.scope.env.clone(),
            cwd: self.scope.home.clone(),
            delay_minutes: self.scope.delay_minutes,
            note: self.above.join("\n"),
        };
        Ok((job, remarks))
    }

    /// The command behind the user column. Only what runs as the person is imported: under another
    /// account it would find other files and other rights than those it was written for.
    fn behind_user<'b>(
        &self,
        entry: &entry::Entry<'b>,
        remarks: &mut Vec<Remark>,
    ) -> Result<&'b str, Remark> {
        let (user, command) = entry::word(entry.rest);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.:$@+".contains(c);
        if command.is_empty() || !user.chars().all(is_plain) {
            return Err(Remark::new(RemarkCode::NoUser).at(entry.column));
        }
        if user != self.around.person {
            let remark = Remark::new(RemarkCode::OtherUser).with("user", user);
            return Err(remark.with("person", self.around.person).at(entry.column));
        }
        let remark = Remark::new(RemarkCode::UserDropped).with("user", user);
        remarks.push(remark.at(entry.column));
        Ok(command)
    }
}

fn check_characters(line: &str) -> Result<(), Remark> {
    let place = |bad: char| line.chars().position(|c| c == bad).map(|at| at + 1);
    if line.len() > CRONTAB_LINE_BYTES_MAX {
        let remark = Remark::new(RemarkCode::LineTooLong).with("bytes", line.len());
        return Err(remark.with("max", CRONTAB_LINE_BYTES_MAX));
    }
    if let Some(column) = place('\u{fffd}') {
        return Err(Remark::new(RemarkCode::NotUtf8).at(column));
    }
    place('\0').map_or(
        Ok(()),
        |column| Err(Remark::new(RemarkCode::Nul).at(column)),
    )
}

/// Whether the next forward change of the clock leaves out several times of a job that means times
/// on the clock: cron makes up for each, Belfry for all of them once. Jobs that mean intervals lose
/// none to either.
fn loses_times(timetable: &Timetable, now: Timestamp) -> bool {
    let changes = preview(timetable, now, 0).next_changes;
    let wall = |text: &str| text.replace(' ', "T").parse::<jiff::civil::DateTime>().ok();
    let gap = changes.iter().find_map(|change| {
        let (from, to) = (wall(&change.local_before)?, wall(&change.local_after)?);
        (from < to).then_some((from, to))
    });
    let Some((from, to)) = gap.filter(|_| means_clock_times(timetable.schedule.text())) else {
        return false;
    };
    // The times that the clock leaves out, read where nothing is left out.
    let utc = Timetable::new(timetable.schedule.clone(), Zone::default());
    let instant = |wall: jiff::civil::DateTime| {
        wall.to_zoned(jiff::tz::TimeZone::UTC)
            .map(|at| at.timestamp())
    };
    let (Ok(from), Ok(to)) = (instant(from), instant(to)) else {
        return false;
    };
    utc.count_between(from - 1.second(), to - 1.second()) > 1
}

fn means_clock_times(schedule: &str) -> bool {
    let mut fields = schedule.split(' ');
    !schedule.starts_with('@') && fields.by_ref().take(2).all(|field| !field.starts_with('*'))
}
