//! "This computer" as a window sees it: its stores, its agent, and what stands around every screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::tails::Tails;
use super::{
    AtLoginError, Cluster, ClusterError, Following, LocalAgent, LocalAgentError, LoginFiles,
    Picture, this_person,
};
use crate::clock;
use crate::id::{JobId, RunId};
use crate::schedule::Zone;
use crate::view::{
    AgentState, CommandError, Computer, DraftAsk, DraftCheck, EditorAsk, EditorLists, EditorStart,
    ErrorCode, Hello, JobDetail, Licence, TryAnswer, TryAsk,
};

/// The examples that a new computer is offered.
const EXAMPLES: &str = include_str!("../../../examples/jobs.toml");

/// What the program is made of, for the settings: the parts that a person sees or that carry it.
const LICENCES: [(&str, &str); 9] = [
    ("Belfry", "Apache-2.0"),
    ("Inter", "OFL-1.1"),
    ("JetBrains Mono", "OFL-1.1"),
    ("Lucide", "ISC"),
    ("Vue, Vue Router, Pinia, TanStack", "MIT"),
    ("Nuxt UI", "MIT"),
    ("Tauri", "Apache-2.0 OR MIT"),
    ("jiff, tokio, sqlx, serde", "MIT OR Apache-2.0"),
    ("SQLite, IANA time zones", "blessing, public domain"),
];

/// This computer's stores, followed, and its agent.
pub struct ThisComputer {
    /// The use-cases.
    pub cluster: Arc<Cluster>,
    /// What changes.
    pub following: Following,
    tails: Tails,
    agent: LocalAgent,
    program: PathBuf,
    dir: PathBuf,
}

impl ThisComputer {
    /// Opens the stores in `dir` and follows them. `program` is the agent to start on request.
    /// Must be called within a runtime.
    pub async fn open(dir: &Path, program: PathBuf) -> Result<Self, ClusterError> {
        let agent = LocalAgent::of(dir);
        let cluster = Arc::new(Cluster::open_embedded(dir, this_person()).await?);
        let following = cluster.follow_with(Some(agent.clone()));
        Ok(Self {
            cluster,
            following,
            tails: Tails::default(),
            agent,
            program,
            dir: dir.to_owned(),
        })
    }

    /// What stands around every screen.
    pub fn hello(&self) -> Hello {
        Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: String::new(),
            embedded: true,
            zone: own_zone(),
            agent: self.following.agent(),
            data_dir: self.dir.display().to_string(),
        }
    }

    /// What the settings say of this computer, whose preferences lie in `config_dir`.
    pub fn describe(&self, config_dir: &Path, notices: bool) -> Result<Computer, AtLoginError> {
        let files = LoginFiles::of_this_person()?;
        Ok(Computer {
            data_dir: self.dir.display().to_string(),
            config_dir: config_dir.display().to_string(),
            at_login: files.state(),
            at_login_file: files.file().display().to_string(),
            notices,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            zones: Zone::tzdb_version().to_owned(),
            licences: Self::licences(),
        })
    }

    /// The licences of what the program is made of.
    pub fn licences() -> Vec<Licence> {
        let licence = |(name, licence): (&str, &str)| Licence {
            name: name.to_owned(),
            licence: licence.to_owned(),
        };
        LICENCES.into_iter().map(licence).collect()
    }

    /// Lets the agent start when the person logs in, or no more. What runs now is left alone.
    pub fn start_at_login(&self, on: bool) -> Result<(), AtLoginError> {
        let files = LoginFiles::of_this_person()?;
        match on {
            true => files.turn_on(&self.program, &self.dir),
            false => files.turn_off(),
        }
    }

    /// Starts the agent unless one runs; it goes on when its starter ends.
    pub async fn start_agent(&self) -> Result<(), LocalAgentError> {
        self.agent.start(&self.program).await
    }

    /// Asks the agent to end; running programs go on.
    pub fn stop_agent(&self) -> Result<(), LocalAgentError> {
        self.agent.stop()
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

fn own_zone() -> String {
    TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

pub(super) fn no_agent() -> CommandError {
    CommandError {
        code: ErrorCode::NoAgent,
        params: Default::default(),
        detail: "could not ask for a run: no agent runs on this computer, start it first"
            .to_owned(),
    }
}

impl From<ClusterError> for CommandError {
    fn from(error: ClusterError) -> Self {
        error.to_command_error()
    }
}

impl From<LocalAgentError> for CommandError {
    fn from(error: LocalAgentError) -> Self {
        Self {
            code: ErrorCode::NoAgent,
            params: Default::default(),
            detail: error.to_string(),
        }
    }
}

/// Where this computer's own data lies: `$XDG_DATA_HOME/belfry/this-computer`.
pub fn this_computer_dir() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data =
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(data.join("belfry/this-computer"))
}
