//! A cluster of real servers and three agents, with faults.

mod database;
mod faults;
mod refusals;
mod storm;
mod world;
