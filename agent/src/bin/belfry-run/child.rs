//! What the child does between fork and exec, and what it answers when that does not go well.
#![expect(
    unsafe_code,
    reason = "rustix offers neither work between fork and exec nor a change of user for the whole process"
)]

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use belfry_agent::attempt::spec::{StartBy, UserIds};
use rustix::process::{Pid, Signal, chdir, getppid, set_parent_process_death_signal, setsid};

/// What the spawn's error says when `start_by` is over.
pub const TOO_LATE: i32 = libc::ETIME;
/// The script of a program that cannot look into the attempt's folder. Above those that scripts number themselves.
pub const SCRIPT_FD: RawFd = 200;
/// The kernel's error numbers are below.
const STEP: i32 = 10_000;

/// What a child can fail at besides its exec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Becoming its user.
    User = 1,
    /// Entering its folder.
    Directory = 2,
    /// Handing over its script.
    Script = 3,
}

impl Step {
    /// A spawn's error holds one number: the step and the kernel's answer.
    fn failed(self, error: &io::Error) -> io::Error {
        let number = error.raw_os_error().unwrap_or(libc::EINVAL);
        io::Error::from_raw_os_error(STEP * (self as i32) + number)
    }

    /// The step that a spawn's error tells of, with the kernel's answer.
    pub fn of(error: &io::Error) -> Option<(Self, io::Error)> {
        let number = error.raw_os_error()?;
        let step = match number / STEP {
            1 => Self::User,
            2 => Self::Directory,
            3 => Self::Script,
            _ => return None,
        };
        Some((step, io::Error::from_raw_os_error(number % STEP)))
    }
}

/// A child before its exec.
pub struct Child {
    pub supervisor: Pid,
    pub start_by: StartBy,
    /// The entrance of its cgroup.
    pub cgroup: Option<File>,
    /// To be inherited as [`SCRIPT_FD`].
    pub script: Option<File>,
    pub user: Option<UserIds>,
    pub umask: Option<u32>,
    pub directory: CString,
}

impl Child {
    /// Arranges what the child does: a session of its own, no signal blocked or ignored, no descriptor of ours, its cgroup,
    /// its user, death with its supervisor, its folder, and last of all the question whether it is too late ([`TOO_LATE`]).
    pub fn prepare(self, command: &mut Command) {
        // SAFETY: it makes system calls only; it neither allocates nor takes locks.
        unsafe { command.pre_exec(move || self.between()) };
    }

    fn between(&self) -> io::Result<()> {
        setsid()?;
        reset_signals();
        close_on_exec_from(3);
        if let Some(entrance) = &self.cgroup {
            // SAFETY: the descriptor is open and the buffer is static. Without the group the program runs all the same.
            let _ = unsafe { libc::write(entrance.as_raw_fd(), b"0".as_ptr().cast(), 1) };
        }
        if let Some(script) = &self.script {
            // SAFETY: the descriptor is open; the copy is not closed on exec.
            check(unsafe { libc::dup2(script.as_raw_fd(), SCRIPT_FD) })
                .map_err(|error| Step::Script.failed(&error))?;
        }
        if let Some(mask) = self.umask {
            // SAFETY: it cannot fail.
            unsafe { libc::umask(mask as libc::mode_t) };
        }
        if let Some(user) = &self.user {
            become_user(user).map_err(|error| Step::User.failed(&error))?;
        }
        // A change of user takes it away, so it comes after.
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // The supervisor may have died before the line above.
        if getppid() != Some(self.supervisor) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        // As its user: a folder that is closed to it is no folder for it.
        chdir(&self.directory).map_err(|error| Step::Directory.failed(&error.into()))?;
        if self.start_by.is_over() {
            return Err(io::Error::from_raw_os_error(TOO_LATE));
        }
        Ok(())
    }
}

/// Groups first, then the group, then the user: the other way round the rights to do so would be gone. Afterwards it is
/// looked at what holds, and that there is no way back.
fn become_user(user: &UserIds) -> io::Result<()> {
    // SAFETY: the list lives through the call; one thread is left after a fork, so the bare calls change all of the process.
    unsafe {
        check(libc::syscall(libc::SYS_setgroups, user.groups.len(), user.groups.as_ptr()) as i32)?;
        check(libc::syscall(libc::SYS_setresgid, user.gid, user.gid, user.gid) as i32)?;
        check(libc::syscall(libc::SYS_setresuid, user.uid, user.uid, user.uid) as i32)?;
    }
    let (mut uids, mut gids) = ([u32::MAX; 3], [u32::MAX; 3]);
    let [uid, euid, suid] = &mut uids;
    let [gid, egid, sgid] = &mut gids;
    // SAFETY: the pointers are valid for the calls.
    unsafe {
        check(libc::getresuid(uid, euid, suid))?;
        check(libc::getresgid(gid, egid, sgid))?;
    }
    // SAFETY: it reads a count only.
    let groups = unsafe { libc::getgroups(0, std::ptr::null_mut()) };
    let is_so = uids == [user.uid; 3] && gids == [user.gid; 3];
    let has_groups = usize::try_from(groups).is_ok_and(|count| count <= user.groups.len());
    // SAFETY: for whoever is not root it must fail.
    let can_return = user.uid != 0 && unsafe { libc::syscall(libc::SYS_setuid, 0) } == 0;
    match is_so && has_groups && !can_return {
        true => Ok(()),
        false => Err(io::Error::from_raw_os_error(libc::EPERM)),
    }
}

fn check(answer: i32) -> io::Result<()> {
    match answer {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn reset_signals() {
    // The kernel's own record, all zeroes: the default action. libc's function refuses the signals of its threads,
    // which may be inherited as ignored like any other.
    let default_action = [0_u64; 8];
    // SAFETY: async-signal-safe calls; the record is larger than the kernel's; what cannot be reset is refused without harm.
    unsafe {
        for signal in 1..=64_i32 {
            let old = std::ptr::null_mut::<u64>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default_action.as_ptr(),
                old,
                size_of::<u64>(),
            );
        }
        let mut none = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
    }
}

/// Descriptors that somebody let us inherit are not the program's; old kernels (before 5.11) leave them to it.
fn close_on_exec_from(first: libc::c_uint) {
    // SAFETY: it changes flags of descriptors and nothing else.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
}
