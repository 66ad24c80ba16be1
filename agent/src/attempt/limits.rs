//! Every bound of the supervisor, with its reason.

use std::time::Duration;

/// Bytes taken from the program's pipe at once: the kernel's default pipe capacity.
pub const READ_BYTES_MAX: usize = 64 * 1024;

/// Reads waiting for the disk. With [`READ_BYTES_MAX`] it bounds the memory of a stalled disk to 512 KiB.
pub const SPOOL_CHUNKS_MAX: usize = 8;

/// How long a program may be held up by our disk before its output is dropped instead.
/// Half of the promised second, so that scheduling delays fit in.
pub const SPOOL_WAIT: Duration = Duration::from_millis(500);

/// The tail is kept in pieces of a quarter of its limit, so the disk holds at most 5/4 of it.
pub const TAIL_SEGMENTS: u64 = 4;

/// Pieces of the tail kept at once; above [`TAIL_SEGMENTS`] only after a full disk tore it.
pub const TAIL_SEGMENTS_MAX: usize = 16;

/// One time stamp (16 bytes) for at least this many bytes on average: stamps cost at most a quarter of the output.
pub const BYTES_PER_STAMP: u64 = 64;

/// Stamps a piece may always have, however small its limit.
pub const STAMPS_MIN: u64 = 256;

/// Processes left behind by a program that ended by itself get TERM, then this long, then KILL.
pub const LEFTOVER_GRACE: Duration = Duration::from_secs(2);

/// Between two KILL sweeps over what still lives.
pub const SWEEP_INTERVAL: Duration = Duration::from_millis(50);

/// After this long of KILL sweeps the rest is reported as survivors (processes stuck in the kernel).
pub const KILL_PATIENCE: Duration = Duration::from_secs(10);

/// Looks for new processes while TERM or STOP goes round: bounded, so that an endless fork bomb still meets KILL.
pub const SIGNAL_PASSES_MAX: usize = 8;

/// Bytes read from the pipe after the tree is gone, if somebody outside it still writes.
pub const DRAIN_BYTES_MAX: usize = 1024 * 1024;

/// Space taken for `exit.json` before the program starts, so that a disk filled by the program cannot hide its end.
pub const EXIT_BYTES_RESERVED: u64 = 4096;

/// Between two tries to write `exit.json`, and how many: ten minutes for a person to free a full disk.
pub const EXIT_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// See [`EXIT_RETRY_INTERVAL`].
pub const EXIT_RETRIES_MAX: u32 = 600;

/// Survivors named in `exit.json`; with [`EXIT_BYTES_RESERVED`] it keeps that file within its reserve.
pub const SURVIVORS_MAX: usize = 32;

const _: () = assert!(SURVIVORS_MAX * 64 <= EXIT_BYTES_RESERVED as usize / 2);
const _: () = assert!((TAIL_SEGMENTS as usize) < TAIL_SEGMENTS_MAX);
