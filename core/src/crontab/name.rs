//! A name for a job whose line gives it none: from what it runs.

/// Characters of a name that is made; those that people write may be longer.
const CHARS_MAX: usize = 60;

/// Words that only prepare what follows them, up to the next `&&`, `||`, `;` or `|`.
const PREPARING: [&str; 16] = [
    "cd", "test", "[", "[[", "export", "sleep", ".", "source", "set", "umask", "ulimit", "true",
    ":", "if", "then", "command",
];
/// Programs that run the program which follows them.
const WRAPPING: [&str; 17] = [
    "nice", "ionice", "sudo", "env", "timeout", "flock", "chronic", "cronic", "nohup", "time",
    "exec", "setsid", "chrt", "stdbuf", "taskset", "run-one", "doas",
];
/// Programs that read the program which follows them.
const READING: [&str; 15] = [
    "sh", "bash", "dash", "zsh", "ksh", "python", "python2", "python3", "perl", "php", "ruby",
    "node", "java", "deno", "uv",
];
const ENDINGS: [&str; 10] = [
    "sh", "bash", "py", "pl", "rb", "php", "js", "mjs", "jar", "exe",
];

/// A name made from a command: `/srv/bin/backup.sh --all` is `backup`.
pub(super) fn of_command(command: &str) -> String {
    let named = named_in(command, 0).map(|name| clean(&name));
    named
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "job".to_owned())
}

/// A name that people wrote, as names may be.
pub(super) fn clean(text: &str) -> String {
    let fits = |c: &char| {
        !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text: String = text
        .chars()
        .filter(fits)
        .map(|c| if c == '/' { '-' } else { c })
        .collect();
    let text: String = text.trim().chars().take(CHARS_MAX).collect();
    text.trim().to_owned()
}

/// The words of a comment that ends a command, `backup.sh  # nightly backup`.
pub(super) fn behind(command: &str) -> Option<String> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => {
                let name = clean(command[at..].trim_start_matches('#'));
                return Some(name).filter(|name| name.chars().any(char::is_alphanumeric));
            }
            (None, '"' | '\'') if before != '\\' => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        before = c;
    }
    None
}

fn named_in(command: &str, depth: usize) -> Option<String> {
    let parts = parts(command);
    parts.iter().find_map(|words| named_by(words, depth))
}

fn named_by(words: &[String], depth: usize) -> Option<String> {
    let mut words = words
        .iter()
        .map(String::as_str)
        .skip_while(|word| is_assignment(word));
    let mut first = words.next()?;
    while WRAPPING.contains(&base(first)) {
        let has_lock = base(first) == "flock";
        let mut rest = words.by_ref().skip_while(skip_options());
        first = rest.next()?;
        if has_lock {
            first = words.by_ref().find(|word| !word.starts_with('-'))?;
        }
    }
    if PREPARING.contains(&first) {
        return None;
    }
    let first = base(first);
    if !READING.contains(&first) {
        return Some(without_ending(first).to_owned()).filter(|name| !name.is_empty());
    }
    let rest: Vec<&str> = words.collect();
    let read = match rest
        .iter()
        .position(|word| matches!(*word, "-m" | "-jar" | "-c" | "-lc"))
    {
        Some(at) if rest[at].ends_with('c') && depth == 0 => {
            return rest.get(at + 1).and_then(|script| named_in(script, 1));
        }
        Some(at) => rest.get(at + 1),
        None => rest.iter().find(|word| !word.starts_with('-')),
    };
    let read = read.map_or(first, |word| without_ending(base(word)));
    Some(read.to_owned())
}

/// Passes over options, their numbers, durations and users, and assignments.
fn skip_options() -> impl FnMut(&&str) -> bool {
    let mut takes = false;
    move |word| {
        let is_amount = word.starts_with(|c: char| c.is_ascii_digit());
        let is_option = word.starts_with('-');
        let skips = is_option || is_amount || takes || is_assignment(word);
        takes = is_option && matches!(*word, "-u" | "-g" | "-k" | "-s");
        skips
    }
}

fn is_assignment(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(plain))
}

fn base(word: &str) -> &str {
    word.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(word)
}

fn without_ending(word: &str) -> &str {
    match word.rsplit_once('.') {
        Some((name, ending)) if !name.is_empty() && ENDINGS.contains(&ending) => name,
        _ => word,
    }
}

/// The simple commands of a command line, word by word, without quotes: near enough for a name.
fn parts(command: &str) -> Vec<Vec<String>> {
    let mut parts = vec![Vec::new()];
    let (mut word, mut quote) = (String::new(), None);
    for c in command.chars() {
        let ends_part = quote.is_none() && "&|;(){}<>\n".contains(c);
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if ends_part || c.is_whitespace() => {
                let full = std::mem::take(&mut word);
                let last = parts.last_mut().expect("there is always one");
                last.extend(Some(full).filter(|word| !word.is_empty()));
            }
            _ => word.push(c),
        }
        if ends_part {
            parts.push(Vec::new());
        }
    }
    let last = parts.last_mut().expect("there is always one");
    last.extend(Some(word).filter(|word| !word.is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_runs() {
        for (command, name) in [
            ("/srv/bin/backup.sh --all > /dev/null 2>&1", "backup"),
            (
                "cd /srv/shop && php artisan schedule:run >> /dev/null",
                "artisan",
            ),
            ("MODE=fast nice -n 10 ionice -c3 ./reindex", "reindex"),
            (
                "flock -n /tmp/lock /usr/local/bin/sync-photos",
                "sync-photos",
            ),
            (
                "sudo -u www-data timeout 10m python3 -u /opt/x/report.py",
                "report",
            ),
            ("python3 -m invoices --month last", "invoices"),
            ("bash -c 'cd /tmp; ./clean.sh'", "clean"),
            ("[ -x /usr/bin/certbot ] && certbot -q renew", "certbot"),
            (
                "test -e /run/x || /usr/sbin/logrotate /etc/logrotate.conf",
                "logrotate",
            ),
            ("java -Xmx1g -jar /opt/feed.jar", "feed"),
            ("\"$HOME/bin/my backup.sh\"", "my backup"),
            ("curl -fsS https://example.org/ping", "curl"),
            ("/usr/bin/备份.sh", "备份"),
            ("python3", "python3"),
            ("sh -c", "job"),
            ("> /tmp/x", "x"),
            ("&& ;;", "job"),
        ] {
            assert_eq!(of_command(command), name, "{command}");
        }
    }

    #[test]
    fn a_comment_behind_the_command_is_a_name_unless_it_is_quoted() {
        assert_eq!(
            behind("x.sh # nightly / all").as_deref(),
            Some("nightly - all")
        );
        assert_eq!(behind("echo 'a # b' a#b"), None);
        assert_eq!(behind("x.sh # ----"), None);
    }
}
