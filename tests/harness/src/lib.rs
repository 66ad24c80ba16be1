//! Real agents in temporary folders: how tests start them, give them jobs, and see what they did.

pub mod agent;
pub mod authority;
pub mod mariadb;
pub mod place;
pub mod programs;
pub mod wait;
pub mod witness;
