//! What is promised, shown on real processes; here is what the scenarios have in common.

pub mod ledger;
