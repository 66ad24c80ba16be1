//! Measures the embedded stores.
fn main() {}
