//! One computer by itself: a real agent over the embedded stores.

mod calls;
mod crashes;
mod programs;
mod ringing;
mod secrets;
mod stand_in;
mod stopping;
