//! A cluster of real servers and three agents, with faults.

mod accounts;
mod database;
mod disk;
mod edits;
mod faults;
mod garbage;
mod notes;
mod operating;
mod places;
mod refusals;
mod storm;
mod wires;
mod world;
