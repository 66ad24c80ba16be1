//! The supervisor of one run.
fn main() {}
