//! One suite for both adapters of each port, and what only the embedded ones promise.

#[path = "contract/coord.rs"]
mod coord;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/history.rs"]
mod history;
#[path = "contract/seeded.rs"]
mod seeded;
#[path = "contract/sqlite.rs"]
mod sqlite;
