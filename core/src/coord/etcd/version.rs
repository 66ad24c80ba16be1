//! Which versions of etcd work, and what is known against some of them.

use std::fmt;

/// A version as etcd tells it; what follows the third number is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub u32, pub u32, pub u32);

/// Transactions, leases and watches are as needed from here on.
const LEAST: Version = Version(3, 4, 0);

/// The oldest line that still got fixes of its vulnerabilities in 2026.
const FIXED_LINE: Version = Version(3, 5, 0);

/// The newest line there was when this was written.
const NEWEST_LINE: Version = Version(3, 7, 0);

/// Something that is wrong with versions before those named, each of another line.
struct Known {
    fixed_in: &'static [Version],
    what: &'static str,
}

/// From etcd's own security advisories and change logs, as of 2026-11.
const KNOWN: [Known; 6] = [
    Known {
        fixed_in: &[Version(3, 5, 33), Version(3, 6, 14), Version(3, 7, 1)],
        what: "a user who may read one key can watch all keys after it (CVE-2026-73499)",
    },
    Known {
        fixed_in: &[Version(3, 4, 42), Version(3, 5, 28), Version(3, 6, 9)],
        what: "any user can read and write every key through nested transactions (CVE-2026-33343)",
    },
    Known {
        fixed_in: &[Version(3, 4, 42), Version(3, 5, 28), Version(3, 6, 9)],
        what: "leases and compaction are open to everybody who reaches its port (CVE-2026-33413)",
    },
    Known {
        fixed_in: &[Version(3, 4, 26), Version(3, 5, 9)],
        what: "names of keys on a lease are shown to users who may not read them (CVE-2023-32082)",
    },
    Known {
        fixed_in: &[Version(3, 4, 25), Version(3, 5, 8)],
        what: "its debug pages show passwords (CVE-2021-28235)",
    },
    Known {
        fixed_in: &[Version(3, 4, 0), Version(3, 5, 3)],
        what: "its members may come to hold different data after a crash",
    },
];

impl Version {
    /// Reads `3.4.23` and the like.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(['.', '-', '+']).map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self(next()?, next()?, next()?))
    }

    /// Why this version is not used at all.
    pub fn refusal(self) -> Option<String> {
        (self < LEAST).then(|| {
            format!(
                "it is etcd {self}, and Belfry needs {}.{} or newer: upgrade it",
                LEAST.0, LEAST.1
            )
        })
    }

    /// What people should know of this version, as a sentence.
    pub fn warning(self) -> Option<String> {
        let mut known: Vec<&str> = KNOWN
            .iter()
            .filter(|known| known.is_in(self))
            .map(|known| known.what)
            .collect();
        if self < FIXED_LINE {
            known.insert(0, "its line gets no more fixes from the etcd project");
        }
        if !known.is_empty() {
            return Some(format!(
                "etcd {self} has known faults, unless whoever packaged it repaired them: {}; upgrade it",
                known.join("; ")
            ));
        }
        let is_newer = (self.0, self.1) > (NEWEST_LINE.0, NEWEST_LINE.1);
        is_newer.then(|| format!("etcd {self} is newer than every version known to this Belfry"))
    }
}

impl Known {
    fn is_in(&self, version: Version) -> bool {
        let line = |it: &Version| (it.0, it.1);
        let same = self.fixed_in.iter().find(|it| line(it) == line(&version));
        match same {
            Some(fixed) => version < *fixed,
            // A line without a repair of its own: older than the repaired ones.
            None => self.fixed_in.iter().all(|fixed| version < *fixed),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn old_versions_are_refused_and_faulty_ones_are_named() {
        let versions = [
            "3.3.27",
            "3.4.23",
            "3.4.42",
            "3.5.2",
            "3.5.33",
            "3.6.8",
            "3.7.1-rc.0",
            "3.8.0",
            "main",
        ];
        let told: Vec<String> = versions
            .iter()
            .map(|text| match Version::parse(text) {
                None => format!("{text}: no version"),
                Some(version) => format!(
                    "{text}: {}",
                    version
                        .refusal()
                        .or(version.warning())
                        .unwrap_or_else(|| "fine".to_owned())
                ),
            })
            .collect();
        expect![[r#"
            3.3.27: it is etcd 3.3.27, and Belfry needs 3.4 or newer: upgrade it
            3.4.23: etcd 3.4.23 has known faults, unless whoever packaged it repaired them: its line gets no more fixes from the etcd project; a user who may read one key can watch all keys after it (CVE-2026-73499); any user can read and write every key through nested transactions (CVE-2026-33343); leases and compaction are open to everybody who reaches its port (CVE-2026-33413); names of keys on a lease are shown to users who may not read them (CVE-2023-32082); its debug pages show passwords (CVE-2021-28235); upgrade it
            3.4.42: etcd 3.4.42 has known faults, unless whoever packaged it repaired them: its line gets no more fixes from the etcd project; a user who may read one key can watch all keys after it (CVE-2026-73499); upgrade it
            3.5.2: etcd 3.5.2 has known faults, unless whoever packaged it repaired them: a user who may read one key can watch all keys after it (CVE-2026-73499); any user can read and write every key through nested transactions (CVE-2026-33343); leases and compaction are open to everybody who reaches its port (CVE-2026-33413); names of keys on a lease are shown to users who may not read them (CVE-2023-32082); its debug pages show passwords (CVE-2021-28235); its members may come to hold different data after a crash; upgrade it
            3.5.33: fine
            3.6.8: etcd 3.6.8 has known faults, unless whoever packaged it repaired them: a user who may read one key can watch all keys after it (CVE-2026-73499); any user can read and write every key through nested transactions (CVE-2026-33343); leases and compaction are open to everybody who reaches its port (CVE-2026-33413); upgrade it
            3.7.1-rc.0: fine
            3.8.0: etcd 3.8.0 is newer than every version known to this Belfry
            main: no version"#]].assert_eq(&told.join("\n"));
    }
}
