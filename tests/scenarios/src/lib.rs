//! What is promised, shown on real processes; here is what the scenarios have in common.

pub mod fault_log;
pub mod ledger;
pub mod starts;
