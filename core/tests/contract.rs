//! One suite for both adapters of each port; what may happen to the embedded ones' files, and to
//! the others' servers.

#[path = "contract/coord.rs"]
mod coord;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/etcd.rs"]
mod etcd;
#[path = "contract/etcd_faults.rs"]
mod etcd_faults;
#[path = "contract/etcd_ladder.rs"]
mod etcd_ladder;
#[path = "contract/etcd_limits.rs"]
mod etcd_limits;
#[path = "contract/files.rs"]
mod files;
#[path = "contract/history.rs"]
mod history;
#[path = "contract/lists.rs"]
mod lists;
#[path = "contract/mysql.rs"]
mod mysql;
#[path = "contract/mysql/faults.rs"]
mod mysql_faults;
#[path = "contract/mysql/ladder.rs"]
mod mysql_ladder;
#[path = "contract/mysql/marks.rs"]
mod mysql_marks;
#[path = "contract/output.rs"]
mod output;
#[path = "contract/records.rs"]
mod records;
#[path = "contract/seeded.rs"]
mod seeded;
#[path = "contract/sqlite.rs"]
mod sqlite;
#[path = "contract/sums.rs"]
mod sums;
#[path = "contract/watch.rs"]
mod watch;
