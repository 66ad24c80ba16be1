//! Every bound of the system, each with its reason.

/// The longest text of a schedule. The longest sensible one, a list of single minutes and
/// hours, stays under 300 bytes.
pub const SCHEDULE_TEXT_BYTES_MAX: usize = 512;

/// How many years ahead an occurrence is searched before "never again" is concluded.
///
/// The same date falls on the same weekday again after 12 years at most, and 29 February after 40
/// (across 2100, which is no leap year); so a schedule that finds nothing within 41 years has
/// nothing to find.
pub const SCHEDULE_SEARCH_YEARS_MAX: i16 = 41;

/// The first and the last year that a year field may name. The last one is as far as people plan;
/// the first is the Unix epoch.
pub const SCHEDULE_YEARS: (u16, u16) = (1970, 2099);

/// The longest interval of `@every`: ten years. Anything longer is a typing mistake.
pub const SCHEDULE_EVERY_SECONDS_MAX: i64 = 3660 * 24 * 60 * 60;

/// The most lines a preview computes, so that a request from a script cannot keep a core busy.
pub const PREVIEW_LINES_MAX: usize = 1_000;
