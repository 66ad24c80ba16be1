//! A program's own cgroup (version 2), where somebody lets us create one. Everything works without.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// One group, by its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroup {
    path: PathBuf,
}

impl Cgroup {
    /// The group at this path, whether or not it exists.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where this process may create groups: its own group, if a group can be created and killed in it.
    /// Tried once, by the agent as it starts; goes into [`super::spec::Spec::cgroup_parent`].
    #[must_use]
    pub fn delegated() -> Option<PathBuf> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
        let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
        let mount = mounts.lines().find_map(|line| {
            let mut fields = line.split(' ').skip(1);
            let (point, kind) = (fields.next()?, fields.next()?);
            (kind == "cgroup2").then_some(point)
        })?;
        let parent = Path::new(mount).join(own);
        let trial = Self::create(&parent, &format!("belfry-trial-{}", std::process::id())).ok()?;
        let can_kill = trial.kill().is_ok();
        trial.remove().ok()?;
        can_kill.then_some(parent)
    }

    /// Creates a group; one that a killed predecessor left is taken over.
    ///
    /// # Errors
    /// When the folder above is not a group of ours.
    pub fn create(parent: &Path, name: &str) -> io::Result<Self> {
        let path = parent.join(name);
        match fs::create_dir(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(Self { path }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file into which a process writes `0` to join.
    ///
    /// # Errors
    /// When the group is gone or not ours.
    pub fn entrance(&self) -> io::Result<File> {
        OpenOptions::new()
            .write(true)
            .open(self.path.join("cgroup.procs"))
    }

    /// The processes in it, not in groups below it.
    #[must_use]
    pub fn pids(&self) -> HashSet<u32> {
        let text = fs::read_to_string(self.path.join("cgroup.procs")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Kills all that is in it, at once and without a race.
    ///
    /// # Errors
    /// When the kernel is older than 5.14, or the group gone.
    pub fn kill(&self) -> io::Result<()> {
        fs::write(self.path.join("cgroup.kill"), "1")
    }

    /// The most memory that all its processes had together, where the kernel counts it for this group.
    #[must_use]
    pub fn peak_memory_bytes(&self) -> Option<u64> {
        fs::read_to_string(self.path.join("memory.peak"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    /// Whether the kernel killed a process of it for want of memory.
    #[must_use]
    pub fn is_oom_killed(&self) -> bool {
        let events = fs::read_to_string(self.path.join("memory.events")).unwrap_or_default();
        events
            .lines()
            .filter_map(|line| line.strip_prefix("oom_kill "))
            .any(|count| count.trim() != "0")
    }

    /// Deletes the group, which must be empty.
    ///
    /// # Errors
    /// When something lives in it.
    pub fn remove(&self) -> io::Result<()> {
        fs::remove_dir(&self.path)
    }
}
