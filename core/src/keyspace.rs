//! The only place that spells keys, and what each of them means.
//!
//! DESIGN §6 lists them. Transactions of [`crate::dispatch`] are spelled in [`spell`].

use crate::definition::{Address, FullName, Kind};
use crate::dispatch::{RequestKey, RunKey, SeriesKey};
use crate::id::{EditId, JobId, NodeId, OrderId, ProjectName, Scope};

mod batch;
mod spell;
mod spell_edit;
mod spell_hand;

pub use batch::Batch;
pub use spell::json;
pub use spell_edit::PlannedEdit;

/// The keys of one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyspace {
    prefix: String,
}

/// What a key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A job's definition.
    Job(ProjectName, JobId),
    /// A definition of another kind.
    Definition(Address),
    /// A version on its way to history.
    Pending(EditId),
    /// The cursor of a series.
    Cursor(SeriesKey),
    /// A run that the store still needs.
    Run(RunKey),
    /// The claim that holds a series' overlap.
    Active(SeriesKey),
    /// A request of a person.
    Request(RequestKey),
    /// An order to a node.
    Order(NodeId, OrderId),
    /// A node's sign of life.
    Session(NodeId),
    /// What a node is.
    Info(NodeId),
}

impl Keyspace {
    /// `/belfry/<cluster>/v1`.
    pub fn new(cluster: &str) -> Self {
        Self::at(&format!("/belfry/{cluster}/v1"))
    }

    /// Keys that begin with another prefix, which does not end with `/`.
    pub fn at(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
        }
    }

    /// The keyspace of a computer by itself.
    pub fn this_computer() -> Self {
        Self::new("this-computer")
    }

    fn below(&self, folder: &str) -> String {
        format!("{}/{folder}/", self.prefix)
    }

    /// All keys.
    pub fn root(&self) -> String {
        format!("{}/", self.prefix)
    }

    /// All jobs.
    pub fn jobs(&self) -> String {
        self.below("job")
    }

    /// All versions on their way to history.
    pub fn pendings(&self) -> String {
        self.below("pending")
    }

    /// All runs that the store still needs.
    pub fn runs(&self) -> String {
        self.below("run")
    }

    /// All requests.
    pub fn requests(&self) -> String {
        self.below("request")
    }

    /// All cursors.
    pub fn cursors(&self) -> String {
        self.below("cursor")
    }

    /// All nodes.
    pub fn nodes(&self) -> String {
        self.below("node")
    }

    /// All orders to all nodes.
    pub fn all_orders(&self) -> String {
        self.below("order")
    }

    /// All orders to a node.
    pub fn orders(&self, node: &NodeId) -> String {
        format!("{}{node}/", self.below("order"))
    }

    /// A job's definition.
    pub fn job(&self, project: &ProjectName, id: JobId) -> String {
        format!("{}{project}/{id}", self.jobs())
    }

    /// All definitions of a kind.
    pub fn definitions(&self, kind: Kind) -> String {
        self.below(kind.folder())
    }

    /// A definition.
    pub fn definition(&self, address: &Address) -> String {
        let folder = self.definitions(address.kind);
        match &address.project {
            Some(project) => format!("{folder}{project}/{}", address.id),
            None => format!("{folder}{}", address.id),
        }
    }

    /// Where a definition of any kind is stored; `None` for other keys.
    pub fn address_of(&self, key: &str) -> Option<Address> {
        match self.parse(key)? {
            Key::Job(project, id) => Some(Address::of_job(&project, id)),
            Key::Definition(address) => Some(address),
            _ => None,
        }
    }

    /// The id that has a name. Names of no project stand under `-`, which is no project's name.
    pub fn name(&self, name: &FullName) -> String {
        let project = name.project.as_ref().map_or("-", ProjectName::as_str);
        format!(
            "{}{}/{project}/{}",
            self.below("name"),
            name.kind,
            percent_encoded(&name.name)
        )
    }

    /// A version on its way to history.
    pub fn pending(&self, edit: EditId) -> String {
        format!("{}{edit}", self.pendings())
    }

    /// The cursor of a series.
    pub fn cursor(&self, series: &SeriesKey) -> String {
        format!("{}{}", self.cursors(), series_path(series))
    }

    /// A run.
    pub fn run(&self, key: &RunKey) -> String {
        format!(
            "{}{}/{}/{}/{}",
            self.runs(),
            key.project,
            key.job,
            key.scope,
            key.moment
        )
    }

    /// The claim that holds a series' overlap.
    pub fn active(&self, series: &SeriesKey) -> String {
        format!("{}{}", self.below("active"), series_path(series))
    }

    /// How the newest finished run of a series ended.
    pub fn last(&self, series: &SeriesKey) -> String {
        format!("{}{}", self.below("last"), series_path(series))
    }

    /// A node's sign of life.
    pub fn session(&self, node: &NodeId) -> String {
        format!("{}{node}/session", self.nodes())
    }

    /// What a node is: it stays when the node goes.
    pub fn info(&self, node: &NodeId) -> String {
        format!("{}{node}/info", self.nodes())
    }

    /// What everybody must know of the cluster.
    pub fn facts(&self) -> String {
        format!("{}facts", self.below("cluster"))
    }

    /// A request.
    pub fn request(&self, key: &RequestKey) -> String {
        format!(
            "{}{}/{}/{}",
            self.requests(),
            key.project,
            key.job,
            key.request
        )
    }

    /// An order to a node.
    pub fn order(&self, node: &NodeId, order: OrderId) -> String {
        format!("{}{order}", self.orders(node))
    }

    /// What a key names; `None` for keys of newer versions and for strangers.
    pub fn parse(&self, key: &str) -> Option<Key> {
        let path = key.strip_prefix(&self.prefix)?.strip_prefix('/')?;
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            ["job", project, id] => Some(Key::Job(project.parse().ok()?, id.parse().ok()?)),
            ["pending", edit] => Some(Key::Pending(edit.parse().ok()?)),
            ["cursor", project, job, scope] => Some(Key::Cursor(series(project, job, scope)?)),
            ["active", project, job, scope] => Some(Key::Active(series(project, job, scope)?)),
            ["run", project, job, scope, moment] => Some(Key::Run(RunKey {
                project: project.parse().ok()?,
                job: job.parse().ok()?,
                scope: scope.parse().ok()?,
                moment: moment.parse().ok()?,
            })),
            ["request", project, job, request] => Some(Key::Request(RequestKey {
                project: project.parse().ok()?,
                job: job.parse().ok()?,
                request: request.parse().ok()?,
            })),
            ["order", node, order] => Some(Key::Order(node.parse().ok()?, order.parse().ok()?)),
            ["node", node, "session"] => Some(Key::Session(node.parse().ok()?)),
            ["node", node, "info"] => Some(Key::Info(node.parse().ok()?)),
            [folder, project, id] => definition(folder, Some(project), id),
            [folder, id] => definition(folder, None, id),
            _ => None,
        }
    }
}

/// The definition of a kind other than jobs, in the folder of that kind.
fn definition(folder: &str, project: Option<&str>, id: &str) -> Option<Key> {
    let mut kinds = Kind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.folder() == folder)?;
    let project: Option<ProjectName> = match project {
        Some(project) => Some(project.parse().ok()?),
        None => None,
    };
    let fits = kind != Kind::Job && kind.is_of_projects() == project.is_some() && !id.is_empty();
    fits.then(|| {
        Key::Definition(Address {
            kind,
            project,
            id: id.to_owned(),
        })
    })
}

fn series(project: &str, job: &str, scope: &str) -> Option<SeriesKey> {
    let scope: Scope = scope.parse().ok()?;
    Some(SeriesKey {
        project: project.parse().ok()?,
        job: job.parse().ok()?,
        scope,
    })
}

fn series_path(series: &SeriesKey) -> String {
    format!("{}/{}/{}", series.project, series.job, series.scope)
}

/// The name with everything but letters, digits, `-`, `_` and `.` as `%XX` of its bytes.
fn percent_encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                text.push(char::from(byte))
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Moment, RequestId};
    use jiff::Timestamp;
    use uuid::Uuid;

    #[test]
    fn every_key_is_read_back_as_what_it_names() {
        let keys = Keyspace::new("main");
        let project: ProjectName = "ops".parse().expect("a plain name");
        let job = JobId(Uuid::from_u128(7));
        let request = RequestId(Uuid::from_u128(9));
        let node: NodeId = "web-1".parse().expect("a plain name");
        let series = SeriesKey {
            project: project.clone(),
            job,
            scope: Scope::One,
        };
        let run = RunKey {
            project: project.clone(),
            job,
            scope: Scope::Node(node.clone()),
            moment: Moment::At(Timestamp::UNIX_EPOCH),
        };
        let asked = RequestKey {
            project: project.clone(),
            job,
            request,
        };
        let order = OrderId(Uuid::from_u128(3));
        let edit = EditId(Uuid::from_u128(4));
        for (text, key) in [
            (keys.job(&project, job), Key::Job(project.clone(), job)),
            (keys.pending(edit), Key::Pending(edit)),
            (keys.cursor(&series), Key::Cursor(series.clone())),
            (keys.active(&series), Key::Active(series.clone())),
            (keys.run(&run), Key::Run(run.clone())),
            (keys.request(&asked), Key::Request(asked.clone())),
            (keys.order(&node, order), Key::Order(node.clone(), order)),
            (keys.session(&node), Key::Session(node.clone())),
            (keys.info(&node), Key::Info(node.clone())),
        ] {
            assert_eq!(keys.parse(&text), Some(key), "{text}");
        }
        assert_eq!(keys.parse("/belfry/main/v1/job/ops/x"), None);
        assert_eq!(keys.parse("/belfry/other/v1/pending/x"), None);
        for (kind, id) in [
            (Kind::Node, "web-1"),
            (Kind::Calendar, "x"),
            (Kind::Script, "y"),
        ] {
            let address = Address {
                kind,
                project: kind.is_of_projects().then(|| project.clone()),
                id: id.to_owned(),
            };
            let text = keys.definition(&address);
            assert_eq!(keys.address_of(&text), Some(address.clone()), "{text}");
            assert_eq!(keys.parse(&text), Some(Key::Definition(address)), "{text}");
        }
        assert_eq!(keys.parse("/belfry/main/v1/script/y"), None);
        assert_eq!(keys.parse("/belfry/main/v1/calendar/ops/x"), None);
        assert_eq!(
            keys.name(&FullName::of_job(&project, "a b/钟")),
            "/belfry/main/v1/name/job/ops/a%20b%2F%E9%92%9F"
        );
    }
}
