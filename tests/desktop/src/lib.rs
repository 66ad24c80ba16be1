//! The desktop as a person has it: the real program in a real window, with an agent that it
//! starts itself. What is shown is waited for by the driver, never by time.

pub mod desk;
pub mod window;
pub mod words;
