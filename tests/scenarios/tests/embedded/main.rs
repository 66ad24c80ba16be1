//! One computer by itself: a real agent over the embedded stores.

mod crashes;
mod programs;
mod ringing;
mod stopping;
