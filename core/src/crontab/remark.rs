//! What is said about a line: every sentence that the import of a crontab knows.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a remark matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Says what becomes of something.
    Note,
    /// Something is other than people may think.
    Warning,
    /// The line is not imported.
    Problem,
}

macro_rules! codes {
    ($($name:ident $level:ident $sentence:literal;)*) => {
        /// What a remark says. User interfaces translate by it; the parameters stand in braces.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        pub enum RemarkCode { $(#[doc = $sentence] $name,)* }

        impl RemarkCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// How much it matters.
            pub fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }

            fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

codes! {
    // The file as a whole.
    Surroundings Note "jobs run as cron runs them: times are in {zone}, the program is read by {shell} in the home folder, and PATH is {path} unless a line sets another";
    Overlap Note "as under cron, a job starts also while its run before is still going: set `overlap` to `skip` where that is wrong";
    UserColumn Note "the lines name a user behind the schedule, as /etc/crontab and /etc/cron.d do";
    WindowsLines Note "the line ends are those of Windows: the extra character, at which cron's shell would fail, is dropped";
    ByteOrderMark Note "the file begins with a byte order mark, which is dropped";
    Utf16 Problem "the file is not UTF-8 but UTF-16: save it as UTF-8";
    FileTooLarge Problem "the file has {bytes} bytes, and {max} are allowed: split it";
    TooManyLines Problem "the file has more than {max} lines: split it";
    // Lines that nothing becomes of.
    NotUtf8 Problem "the line is not UTF-8: save the file as such";
    Nul Problem "the line has a NUL character, at which cron would end: remove it";
    LineTooLong Problem "the line has {bytes} bytes, and {max} are allowed: put the command into a script and call that";
    Unreadable Problem "this is no line of a crontab: write five time fields and a command, or `NAME=value`";
    FieldEmpty Problem "{field}: one item of the list is empty; remove the extra comma";
    FieldValue Problem "{field}: `{item}` is not a value, a range `a-b`, a step `*/n` or a list of these";
    FieldRange Problem "{field}: `{item}` is out of range; use {min} to {max}";
    FieldBackwards Problem "{field}: the range `{item}` runs backwards, and cron refuses it; write two ranges with a comma between";
    FieldStep Problem "{field}: the step of `{item}` must be a number from 1 on";
    FieldSingleStep Problem "{field}: crons disagree on the step behind the single value in `{item}`; write a range such as `{from}-{max}/{step}`, or {from} alone";
    FieldRandom Problem "{field}: `{item}` lets cronie choose a value at random; write a fixed one, and set the job's `jitter` to spread its starts";
    FieldForeign Problem "{field}: `{item}` is no notation of cron, so this line never rang; make a new job of it, Belfry knows `L`, `W`, `#` and `?`";
    SixFields Problem "there are six time fields and cron reads five, so this line rang at other times or never; remove the seconds, or make a new job of it";
    NoCommand Problem "there is no command behind the schedule";
    NeverOccurs Problem "no date has that day and month, so cron never runs it; change the day or the month";
    Reboot Problem "`@reboot` is not a time, and agents restart without their computer doing so; use a systemd unit for work at boot";
    UnknownShortcut Problem "`{item}` is unknown to cron; it knows @yearly, @monthly, @weekly, @daily, @midnight, @hourly and @reboot, in lowercase";
    Anacron Problem "this is a line of an anacrontab: a period, a delay and a name come before the command; make a daily job with `misfire` set to `run_latest`";
    NoUser Problem "the user column is missing: this file names a user behind the schedule";
    OtherUser Problem "it runs as {user}, and imported jobs run as {person} here: import the line where the agent runs as {user}, or make a new job of it with `run_as` set to {user}";
    SettingUnusable Problem "what line {line} sets cannot be used, and so it is not known how this one would run; correct that line";
    SettingName Problem "`{name}` is no name of a variable: write letters, digits and `_`, no digit first";
    SettingReserved Problem "variables that begin with BELFRY_ are kept for Belfry itself: choose another name";
    SettingQuote Problem "the quote at the beginning is not closed at the end of the line";
    ShellUnusable Problem "a shell is the path of a program, without blanks: name one";
    ZoneUnknown Problem "{reason}";
    NameEmpty Problem "the job needs a name, by which people find it";
    NameTooLong Problem "the name has {count} characters, and {max} are allowed";
    NameCharacter Problem "the name has a character that names may not have, such as `/`, or a blank at an end";
    NameTaken Problem "another job of project {project} is called {name}: choose another name";
    NameTwice Problem "line {line} is called {name} too: rename one of them";
    Invalid Problem "{reason}";
    // Lines that are imported, with a word on them.
    UserDropped Note "it runs as {user}, like all jobs here; the column itself is not kept";
    Silent Note "the `-` at the beginning keeps the line out of the system's log; here it has no meaning";
    Input Note "what stands behind the first `%` is what the program reads";
    StepShortened Warning "{field}: a step of {step} never gets further than the first value, so cron rings at that alone, and so does the job";
    GapOnce Warning "when the clock goes forward cron makes up for each time that is left out, Belfry for all of them once";
    NoLineEnd Warning "the last line has no line end, and cron ignores such a line: from now on it runs";
    TooLongForCron Warning "Debian's cron refuses commands of more than {max} characters: from now on it runs";
    // Settings and comments.
    Variable Note "programs from here on get this variable";
    Expansion Warning "cron does not replace `$`: programs get `{value}` as it stands, here too";
    Shell Note "programs from here on are read by {value}";
    ShellRelative Warning "the shell has no path from `/` on: cron would look for it in the home folder, Belfry looks in PATH";
    Home Note "programs from here on begin in {value}";
    Zone Note "times from here on are in {value}; cronie does so, Debian's cron ignores the line";
    ProgramZone Note "programs from here on get this variable; it does not change when cron rings, which only CRON_TZ does";
    Delay Note "jobs from here on get a `jitter` of {value} minutes, as cronie delays them";
    DelayUnreadable Warning "`{value}` is no number of minutes, so it is ignored";
    Mail Warning "nobody is mailed: the output stays with each run, and a failed run shows in the window";
    MailOff Note "cron mails nobody, and neither does Belfry: the output stays with each run";
    CronOnly Note "only cron itself uses this, so it is left out";
    Login Note "cron does not let a crontab set {name}, so it is left out";
    CommentedOut Note "a line that is switched off: nothing becomes of it";
    Names Note "names the next job";
}

/// Something said about a line, or about the file.
///
/// `Display` is the English sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it says.
    pub code: RemarkCode,
    /// Where on the line it points, in characters from 1.
    pub column: Option<usize>,
    /// What the sentence is filled with.
    pub params: BTreeMap<String, String>,
}

impl Remark {
    pub(super) fn new(code: RemarkCode) -> Self {
        Self {
            code,
            column: None,
            params: BTreeMap::new(),
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    pub(super) fn at(mut self, column: usize) -> Self {
        self.column = Some(column);
        self
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        self.code.level()
    }
}

impl From<RemarkCode> for Remark {
    fn from(code: RemarkCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Remark {
    /// Values are put in as they are, braces and all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.code.sentence();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.params.get(name).map_or("?", String::as_str);
            write!(f, "{before}{value}")?;
            rest = after;
        }
        f.write_str(rest)
    }
}
