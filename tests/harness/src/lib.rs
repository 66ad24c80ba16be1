//! Real agents in temporary folders: how tests start them, give them jobs, and see what they did.
//! Real servers beside them, and wires that can be cut.

pub mod agent;
pub mod certificates;
pub mod cluster;
pub mod etcd;
pub mod mariadb;
mod nursery;
pub mod place;
pub mod ports;
pub mod programs;
pub mod proxy;
pub mod wait;
pub mod witness;
