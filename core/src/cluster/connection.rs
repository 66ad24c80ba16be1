//! A connection that is open: its stores, followed, and what a window does with them.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::tails::Tails;
use super::{
    Cluster, ClusterError, ConnectError, Following, LocalAgent, Picture, Stores, this_person,
};
use crate::clock;
use crate::id::{JobId, RunId};
use crate::profile::{Place, Profile};
use crate::view::{
    AgentState, CommandError, DraftAsk, DraftCheck, EditorAsk, EditorLists, EditorStart,
    Environment, ErrorCode, Hello, JobDetail, TryAnswer, TryAsk,
};

/// The examples that a new place is offered.
const EXAMPLES: &str = include_str!("../../../examples/jobs.toml");

/// Open stores, followed.
pub struct Connection {
    /// The use-cases.
    pub cluster: Arc<Cluster>,
    /// What changes.
    pub following: Following,
    tails: Tails,
    about: About,
}

/// What stands around every screen and does not change.
struct About {
    name: String,
    environment: Environment,
    read_only: bool,
    location: String,
}

impl Connection {
    /// Opens this computer's own stores in `dir`, which `agent` serves, and follows them. Must be
    /// called within a runtime.
    pub(super) async fn here(dir: &Path, agent: LocalAgent) -> Result<Self, ClusterError> {
        let cluster = Arc::new(Cluster::open_embedded(dir, this_person()).await?);
        let about = About {
            name: String::new(),
            environment: Environment::Test,
            read_only: false,
            location: dir.display().to_string(),
        };
        let following = cluster.follow_with(Some(agent));
        Ok(Self::of(cluster, following, about))
    }

    /// Opens what a profile leads to, whose secrets are put in already, and follows it. Must be
    /// called within a runtime.
    pub async fn open(name: &str, profile: &Profile) -> Result<Self, ConnectError> {
        let stores = Stores::open_profile(profile).await?;
        let cluster = Arc::new(Cluster::of(stores, this_person()));
        let about = About {
            name: name.to_owned(),
            environment: profile.environment,
            read_only: profile.read_only,
            location: place_words(&profile.place),
        };
        let following = cluster.follow();
        Ok(Self::of(cluster, following, about))
    }

    fn of(cluster: Arc<Cluster>, following: Following, about: About) -> Self {
        Self {
            cluster,
            following,
            tails: Tails::default(),
            about,
        }
    }

    /// What stands around every screen.
    pub fn hello(&self) -> Hello {
        Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: self.about.name.clone(),
            embedded: self.about.name.is_empty(),
            zone: own_zone(),
            agent: self.following.agent(),
            data_dir: self.about.location.clone(),
            environment: self.about.environment,
            read_only: self.about.read_only,
            away: None,
        }
    }

    /// The same of a profile that cannot be reached.
    pub(super) fn hello_of(name: &str, profile: &Profile, why: String) -> Hello {
        Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: name.to_owned(),
            embedded: false,
            zone: own_zone(),
            agent: AgentState::Stopped,
            data_dir: place_words(&profile.place),
            environment: profile.environment,
            read_only: profile.read_only,
            away: Some(why),
        }
    }

    /// A job by its id, in the words of a language.
    pub async fn show_job(&self, id: JobId, language: &str) -> Result<JobDetail, ClusterError> {
        self.cluster
            .job_detail(&self.cluster.job(&id.to_string()).await?, language)
            .await
    }

    /// Lets a job's schedule rest, or wakes it, if it still has this generation.
    pub async fn pause_job(&self, id: JobId, paused: bool, seen: u64) -> Result<(), ClusterError> {
        let job = self.cluster.job(&id.to_string()).await?;
        self.cluster
            .set_paused(&job, paused, Some(seen))
            .await
            .map(drop)
    }

    /// Asks for a run now; refused when nobody is there who could take it.
    pub async fn run_job(&self, id: JobId) -> Result<RunId, CommandError> {
        self.need_agent()?;
        let refused = |error: ClusterError| error.to_command_error();
        let job = self.cluster.job(&id.to_string()).await.map_err(refused)?;
        self.cluster.run_now(&job).await.map_err(refused)
    }

    /// The form of a job, or of a new one whose clock is this computer's.
    pub async fn open_editor(&self, ask: &EditorAsk) -> Result<EditorStart, ClusterError> {
        let open = |picture: &Picture| picture.open_editor(ask, &own_zone());
        self.following.look(open).await
    }

    /// What a person may choose from instead of typing.
    pub async fn editor_lists(&self) -> EditorLists {
        self.following.look(Picture::editor_lists).await
    }

    /// Looks a form through.
    pub async fn check_draft(&self, ask: &DraftAsk) -> DraftCheck {
        let check = |picture: &Picture| picture.check_draft(ask, clock::now());
        self.following.look(check).await
    }

    /// Asks for one run of a form as it stands; refused when nobody is there who could take it.
    pub async fn try_draft(&self, ask: &TryAsk) -> Result<TryAnswer, CommandError> {
        self.need_agent()?;
        Ok(self.cluster.try_draft(ask).await?)
    }

    fn need_agent(&self) -> Result<(), CommandError> {
        match self.following.agent() {
            AgentState::Stopped => Err(no_agent()),
            AgentState::Running | AgentState::Starting => Ok(()),
        }
    }

    /// Tells whoever has the run that its log is watched, until it is told otherwise or for
    /// `TAIL_INTEREST`.
    pub async fn watch_log(&self, run: RunId, on: bool) -> Result<(), ClusterError> {
        // Who may only read sees what history has.
        if self.about.read_only {
            return Ok(());
        }
        self.tails.set(&self.cluster, run, on).await
    }

    /// Applies the examples; gives how many of them are new.
    pub async fn add_examples(&self) -> Result<usize, ClusterError> {
        self.cluster
            .apply(EXAMPLES, false, false)
            .await
            .map(|applied| applied.created.len())
    }
}

/// Where a place is, for people: no user and no password.
pub(super) fn place_words(place: &Place) -> String {
    match place {
        Place::Embedded(dir) => dir.display().to_string(),
        Place::Servers(servers) => servers.cluster.endpoints.join(", "),
    }
}

fn own_zone() -> String {
    TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

pub(super) fn no_agent() -> CommandError {
    CommandError {
        code: ErrorCode::NoAgent,
        params: Default::default(),
        detail: "could not ask for a run: no agent is there that could take it, start one first"
            .to_owned(),
    }
}
