//! One computer by itself: a real agent over the embedded stores.

mod ringing;
