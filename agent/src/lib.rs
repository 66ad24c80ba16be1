//! What the agent and the supervisor share.

pub mod attempt;
