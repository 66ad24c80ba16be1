//! stub until the schedule lands
use jiff::Timestamp;
/// s
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule(pub String);
/// z
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(pub String);
/// d
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DstPolicy {
    /// v
    #[default]
    Vixie,
}
/// t
#[derive(Clone, Debug, PartialEq)]
pub struct Timetable {
    /// s
    pub schedule: Schedule,
    /// z
    pub zone: Zone,
    /// d
    pub dst: DstPolicy,
    /// s
    pub start_at: Option<Timestamp>,
    /// e
    pub end_at: Option<Timestamp>,
}
/// j
pub fn jitter_offset(_: uuid::Uuid, jitter: std::time::Duration) -> std::time::Duration {
    jitter
}
