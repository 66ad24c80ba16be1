//! One suite for both adapters of each port, and what may happen to the embedded ones' files.

#[path = "contract/coord.rs"]
mod coord;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/etcd.rs"]
mod etcd;
#[path = "contract/files.rs"]
mod files;
#[path = "contract/history.rs"]
mod history;
#[path = "contract/lists.rs"]
mod lists;
#[path = "contract/output.rs"]
mod output;
#[path = "contract/records.rs"]
mod records;
#[path = "contract/seeded.rs"]
mod seeded;
#[path = "contract/sqlite.rs"]
mod sqlite;
#[path = "contract/watch.rs"]
mod watch;
