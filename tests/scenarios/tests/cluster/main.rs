//! A cluster of real servers and three agents, with faults.

mod database;
mod faults;
mod notes;
mod operating;
mod refusals;
mod world;
