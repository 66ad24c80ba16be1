//! Single lines: what they mean and what is said of them.

use belfry_core::crontab::{Becomes, CronJob, Level, RemarkCode, UserColumn};
use belfry_core::limits::{CRONTAB_BYTES_MAX, CRONTAB_LINE_BYTES_MAX, CRONTAB_LINES_MAX};

use super::crontab;

fn job(text: &str) -> CronJob {
    let read = crontab(text, "UTC", UserColumn::No);
    let job = read.lines.iter().find_map(|line| match &line.becomes {
        Becomes::Job(job) => Some((**job).clone()),
        _ => None,
    });
    job.unwrap_or_else(|| panic!("no job in {text:?}: {:?}", read.lines))
}

fn codes(text: impl AsRef<[u8]>) -> Vec<RemarkCode> {
    let read = crontab(text, "UTC", UserColumn::Detect);
    let lines = read.lines.iter().flat_map(|line| &line.remarks);
    lines.map(|remark| remark.code).collect()
}

#[test]
fn the_percent_sign_is_read_to_the_letter() {
    for (line, command, input) in [
        ("date +\\%F", "date +%F", None),
        ("cat%a%b", "cat", Some("a\nb\n")),
        ("cat%a\\%b%", "cat", Some("a%b\n")),
        ("cat%", "cat", None),
        ("cat%%", "cat", Some("\n")),
        ("echo \\\\%x", "echo \\\\", Some("x\n")),
        ("cat%a\\nb\\", "cat", Some("a\\nb\\\n")),
        ("cat%\\\\%", "cat", Some("\\%\n")),
    ] {
        let job = job(&format!("* * * * * {line}\n"));
        assert_eq!(
            (job.command.as_str(), job.input.as_deref()),
            (command, input),
            "{line}"
        );
    }
}

#[test]
fn sunday_is_zero_and_seven_in_ranges_too() {
    let words = |line: &str| {
        let schedule = job(&format!("{line} a\n")).schedule;
        belfry_core::schedule::words(&schedule, belfry_core::schedule::Language::En)
    };
    assert_eq!(words("0 5 * * 7-7"), words("0 5 * * SUN"));
    assert_eq!(words("0 5 * * 6-7"), words("0 5 * * SAT,SUN"));
}

#[test]
fn settings_hold_from_their_line_on() {
    let first = job("* * * * * a\nA=1\nHOME=/srv\nSHELL=/bin/bash\n");
    assert_eq!(
        (first.env.len(), first.cwd, first.shell.as_str()),
        (1, None, "/bin/sh")
    );
    let last = job(
        "A = \" x \"\n'B'=y z  \nHOME=/srv\nSHELL=/bin/bash\nRANDOM_DELAY=45\nTZ=Asia/Tokyo\n* * * * * a\n",
    );
    let env: Vec<_> = last
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        env.join("|"),
        "A= x |B=y z|HOME=/srv|PATH=/usr/bin:/bin|SHELL=/bin/bash|TZ=Asia/Tokyo"
    );
    assert_eq!(
        (last.cwd.as_deref(), last.shell.as_str()),
        (Some("/srv"), "/bin/bash")
    );
    assert_eq!((last.delay_minutes, last.zone.name()), (Some(45), "UTC"));
    assert_eq!(
        job("CRON_TZ=asia/tokyo\n0 8 * * * a\n").zone.name(),
        "Asia/Tokyo"
    );
    assert_eq!(
        codes("PATH=$HOME/bin:/bin\n"),
        [RemarkCode::Variable, RemarkCode::Expansion]
    );
}

#[test]
fn what_a_broken_setting_makes_uncertain_is_not_imported() {
    let zone = codes("CRON_TZ=Mars/Base\n0 8 * * * a\n");
    assert_eq!(zone, [RemarkCode::ZoneUnknown, RemarkCode::SettingUnusable]);
    let shell = codes("SHELL=/opt/my shell\n0 8 * * * a\n");
    assert_eq!(
        shell,
        [RemarkCode::ShellUnusable, RemarkCode::SettingUnusable]
    );
    assert_eq!(codes("a-b=1\n"), [RemarkCode::SettingName]);
    assert_eq!(codes("BELFRY_X=1\n"), [RemarkCode::SettingReserved]);
    assert_eq!(codes("A=\"x\n"), [RemarkCode::SettingQuote]);
}

#[test]
fn mistakes_are_pointed_at() {
    for (line, code, column) in [
        ("61 * * * * a", RemarkCode::FieldRange, Some(1)),
        ("  0 24 * * * a", RemarkCode::FieldRange, Some(5)),
        ("0 1,2,,3 * * * a", RemarkCode::FieldEmpty, Some(7)),
        ("0 0 * 1,MAI * a", RemarkCode::FieldValue, Some(9)),
        ("0 0 * * FRI-MON a", RemarkCode::FieldBackwards, Some(9)),
        ("*/0 * * * * a", RemarkCode::FieldStep, Some(1)),
        ("0 0 * * 5#2 a", RemarkCode::FieldForeign, Some(9)),
        ("0 0 ? * 5 a", RemarkCode::FieldForeign, Some(5)),
        ("0 0 15W * * a", RemarkCode::FieldForeign, Some(5)),
        ("0 0 9 * * MON-FRI a", RemarkCode::SixFields, Some(11)),
        ("0 0 * * *", RemarkCode::NoCommand, None),
        ("0 0 * * * %x", RemarkCode::NoCommand, None),
        ("0 0 * *", RemarkCode::Unreadable, None),
        ("please back up", RemarkCode::Unreadable, None),
        ("@midnigth a", RemarkCode::UnknownShortcut, Some(1)),
        (
            "@daily 10 cron.daily run-parts /etc/cron.daily",
            RemarkCode::Anacron,
            None,
        ),
    ] {
        let read = crontab(format!("{line}\n"), "UTC", UserColumn::No);
        let remark = &read.lines[0].remarks[0];
        assert_eq!(
            (remark.code, remark.column),
            (code, column),
            "{line}: {remark}"
        );
        assert_eq!(read.lines[0].becomes, Becomes::Nothing, "{line}");
        assert!(
            !remark.to_string().contains(['{', '?'].as_slice())
                || remark.to_string().contains("`?`"),
            "{remark}"
        );
    }
}

#[test]
fn bytes_that_no_crontab_should_have_are_told() {
    assert_eq!(
        codes(b"* * * * * a\xff\n* * * * * b\n"),
        [RemarkCode::NotUtf8]
    );
    assert_eq!(codes("* * * * * a\0b\n"), [RemarkCode::Nul]);
    let long = format!("* * * * * {}\n", "x".repeat(CRONTAB_LINE_BYTES_MAX));
    assert_eq!(codes(long), [RemarkCode::LineTooLong]);
    assert_eq!(codes("* * * * * a"), [RemarkCode::NoLineEnd]);
    let whole = |bytes: &[u8]| crontab(bytes, "UTC", UserColumn::No).remarks[0].code;
    assert_eq!(whole(b"\xff\xfe*\0"), RemarkCode::Utf16);
    assert_eq!(
        whole(&vec![b'x'; CRONTAB_BYTES_MAX + 1]),
        RemarkCode::FileTooLarge
    );
    assert_eq!(
        whole("#\n".repeat(CRONTAB_LINES_MAX + 1).as_bytes()),
        RemarkCode::TooManyLines
    );
    let windows = crontab("\u{feff}A=1\r\n* * * * * echo x\r\n", "UTC", UserColumn::No);
    let told: Vec<_> = windows
        .remarks
        .iter()
        .map(|remark| remark.code)
        .take(2)
        .collect();
    assert_eq!(told, [RemarkCode::ByteOrderMark, RemarkCode::WindowsLines]);
    assert_eq!(job("A=1\r\n* * * * * echo x\r\n").command, "echo x");
}

#[test]
fn a_user_column_is_seen_and_not_imagined() {
    let has = |text: &str| crontab(text, "UTC", UserColumn::Detect).has_user_column;
    assert!(has("0 5 * * * root /x\n@daily backup /y\n"));
    assert!(has(
        "# m h dom mon dow user command\n0 5 * * * nobody-here /x\n"
    ));
    assert!(!has("0 5 * * * root /x\n0 5 * * * /y\n"));
    assert!(!has("0 5 * * * backup\n"));
    assert!(!has("0 5 * * * backup --all\n"));
    assert!(!has("# m h  dom mon dow   command\n"));
    assert_eq!(codes("0 5 * * * root /x\n"), [RemarkCode::OtherUser]);
    assert_eq!(codes("0 5 * * * lin /x\n"), [RemarkCode::UserDropped]);
    let forced = crontab("0 5 * * * /y\n", "UTC", UserColumn::Yes);
    assert_eq!(forced.lines[0].remarks[0].code, RemarkCode::NoUser);
}

#[test]
fn clock_changes_are_told_where_cron_does_otherwise() {
    let told = |text: &str, zone: &str| {
        let read = crontab(text, zone, UserColumn::No);
        read.lines[0]
            .remarks
            .iter()
            .any(|remark| remark.code == RemarkCode::GapOnce)
    };
    assert!(told("0,30 2 * * * a\n", "Europe/Berlin"));
    assert!(!told("30 2 * * * a\n", "Europe/Berlin"));
    assert!(!told("*/10 * * * * a\n", "Europe/Berlin"));
    assert!(!told("0,30 2 * * * a\n", "Asia/Shanghai"));
}

#[test]
fn comments_right_above_are_the_note() {
    assert_eq!(
        job("# old\n\n# one\n#   two\n# ----\n* * * * * a\n").note,
        "one\ntwo"
    );
    assert_eq!(job("# far\nA=1\n* * * * * a\n").note, "");
    assert_eq!(
        job("# Edit this file\n# m h  dom mon dow   command\n* * * * * a\n").note,
        ""
    );
    assert_eq!(
        job("# Name: night / shift\n* * * * * a\n").name,
        "night - shift"
    );
    assert_eq!(job("* * * * * a # from here\n").name, "from here");
    assert_eq!(codes("# 0 5 * * * old.sh\n"), [RemarkCode::CommentedOut]);
}

#[test]
fn every_code_has_its_level_and_name() {
    let name = |code: &RemarkCode| serde_json::to_value(code).expect("a word").to_string();
    let names: std::collections::BTreeSet<String> = RemarkCode::ALL.iter().map(name).collect();
    assert_eq!(names.len(), RemarkCode::ALL.len());
    assert_eq!(RemarkCode::Reboot.level(), Level::Problem);
    assert_eq!(RemarkCode::Surroundings.level(), Level::Note);
}
