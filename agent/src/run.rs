//! `belfry-agent run`: brings everything up in order, runs, and lets go in the reverse order.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::coord::Coord;
use belfry_core::coord::embedded::Embedded;
use belfry_core::dispatch::{Config, Dispatcher, Event, Evidence, Intent, SessionValue, Vitals};
use belfry_core::history::History;
use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::id::NodeId;
use belfry_core::keyspace::Keyspace;
use belfry_core::limits::{MAX_PARALLEL_DEFAULT, MAX_PARALLEL_PER_CORE, WEIGHT_DEFAULT};
use tokio::sync::{mpsc, watch as flag};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tracing::info;
use uuid::Uuid;

use crate::engine::Engine;
use crate::failure::{Code, Failure};
use crate::host::{AttemptKey, Host};
use crate::journal::{Identity, Journal};
use crate::lock::DirLock;
use crate::perform::Performer;
use crate::session::Keeper;
use crate::shutdown::Stop;
use crate::watch::{Definitions, Nodes, Wishes, follow};
use crate::{children, pending, recover, signs, tail, upload};

/// Events that wait for the engine; whoever has more waits.
const EVENTS_MAX: usize = 4096;
/// Entries that wait for the journal, parcels for history.
const WAITING_MAX: usize = 4096;
/// How long the session's end may take.
const GIVE_BACK_WITHIN: Duration = Duration::from_secs(2);

/// What the command line and the configuration say.
pub struct Options {
    /// The data folder, which holds the embedded stores too.
    pub dir: PathBuf,
    /// The node's id.
    pub node: Option<NodeId>,
    /// Programs that run at once.
    pub max_parallel: Option<usize>,
    /// Reads scripts that name no interpreter.
    pub shell: Option<String>,
}

/// Runs the agent until it is asked to stop.
pub async fn run(options: Options) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let _lock = DirLock::take(&options.dir)?;
    let mut journal = Journal::open(&options.dir).await?;
    let host_name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let identity = journal.identify(options.node.clone(), &host_name).await?;
    let intents = journal.intents().await?;
    let (coord, history) = stores(&options.dir).await?;
    let (sender, events) = mpsc::channel(EVENTS_MAX);
    let (pipe, signs) = signs::pipe()?;
    let host = Host::new(
        identity.node.clone(),
        options.dir.clone(),
        options.shell.clone(),
        signs,
        sender,
    )?;
    let host = Arc::new(host);
    let (journalled, alive) = recover_all(&host, intents).await?;
    children::watch(host.clone()).map_err(internal)?;

    let mut tasks = JoinSet::new();
    tasks.spawn(signs::read(host.clone(), pipe));
    let (performer, journal_done) = performer(&host, &coord, &history, journal, &mut tasks);
    let config = config(&options, &identity);
    let value = session_value(&identity, host_name, config.max_parallel);
    let dispatcher = Dispatcher::new(config);
    let (vitals, standing) = flag::channel(dispatcher.vitals());
    let mut engine = Engine {
        dispatcher,
        performer,
        events,
        vitals,
    };
    engine.take(Event::JournalRead(journalled));
    let following = host.clone();
    spawn_blocking(move || recover::follow(&following, alive));
    watch_all(&host, &coord, &history, &mut tasks);
    let (give_back, asked) = flag::channel(false);
    let mut session = tokio::spawn(keeper(&host, &coord, value, standing).keep(asked));

    info!("running in {}", options.dir.display());
    tokio::select! {
        () = engine.run(&mut stop) => {}
        failed = &mut session => return failed.map_err(internal)?,
    }
    info!("stopping; running programs go on");
    let _ = give_back.send(true);
    // Both end by themselves when this takes too long: the session's lease, and the journal's entries.
    let _ = tokio::time::timeout(GIVE_BACK_WITHIN, async {
        let _ = session.await;
        let _ = journal_done.await;
    })
    .await;
    tasks.shutdown().await;
    Ok(())
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, format!("the agent broke: {error}"))
}

fn config(options: &Options, identity: &Identity) -> Config {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (least, most) = MAX_PARALLEL_DEFAULT;
    let usual = (MAX_PARALLEL_PER_CORE * cores).clamp(least, most);
    Config {
        node: identity.node.clone(),
        disk_id: identity.disk_id,
        max_parallel: options.max_parallel.unwrap_or(usual),
        seed: Uuid::new_v4().into_bytes(),
    }
}

async fn stores(dir: &Path) -> Result<(Arc<dyn Coord>, Arc<dyn History>), Failure> {
    let unreachable = |error: String| Failure::new(Code::Unreachable, error);
    let coord = Embedded::open(dir)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let history = SqliteHistory::open(dir)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    Ok((Arc::new(coord), Arc::new(history)))
}

type Alive = Vec<(
    AttemptKey,
    Option<belfry_agent::attempt::process::ProcessId>,
)>;

/// What the host shows of every attempt of the journal, and those that are to be followed.
async fn recover_all(
    host: &Arc<Host>,
    intents: Vec<Intent>,
) -> Result<(Vec<(Intent, Evidence)>, Alive), Failure> {
    let looking = host.clone();
    let look = move || {
        let known: HashSet<AttemptKey> = intents
            .iter()
            .map(|intent| (intent.value.run_id, intent.value.attempt))
            .collect();
        recover::sweep(&looking, &known);
        let mut alive = Vec::new();
        let mut found = Vec::with_capacity(intents.len());
        for intent in intents {
            let key = (intent.value.run_id, intent.value.attempt);
            let of_it = recover::look(&looking, key);
            if matches!(of_it.evidence, Evidence::Alive(_)) {
                alive.push((key, of_it.supervisor));
            }
            found.push((intent, of_it.evidence));
        }
        (found, alive)
    };
    let (found, alive) = spawn_blocking(look).await.map_err(internal)?;
    if !found.is_empty() {
        info!(
            "{} attempts in the journal, {} of them go on",
            found.len(),
            alive.len()
        );
    }
    Ok((found, alive))
}

fn performer(
    host: &Arc<Host>,
    coord: &Arc<dyn Coord>,
    history: &Arc<dyn History>,
    journal: Journal,
    tasks: &mut JoinSet<()>,
) -> (Performer, JoinHandle<()>) {
    let (to_journal, entries) = mpsc::channel(WAITING_MAX);
    let journal_done = tokio::spawn(journal.keep(host.clone(), entries));
    let (to_history, parcels) = mpsc::channel(WAITING_MAX);
    tasks.spawn(upload::carry(
        host.clone(),
        history.clone(),
        to_history.downgrade(),
        parcels,
    ));
    let (tails, wishes) = mpsc::channel(WAITING_MAX);
    tasks.spawn(tail::send(host.clone(), history.clone(), wishes));
    let performer = Performer {
        host: host.clone(),
        coord: coord.clone(),
        keys: Keyspace::this_computer(),
        journal: to_journal,
        parcels: to_history,
        tails,
        readings: Arc::new(AtomicU64::new(0)),
        unread: Vec::new(),
        unsent: Vec::new(),
        on_its_way: Arc::new(()),
    };
    (performer, journal_done)
}

fn watch_all(
    host: &Arc<Host>,
    coord: &Arc<dyn Coord>,
    history: &Arc<dyn History>,
    tasks: &mut JoinSet<()>,
) {
    let keys = Keyspace::this_computer();
    let (store, of) = (|| coord.clone(), || host.clone());
    tasks.spawn(follow(
        store(),
        of(),
        keys.clone(),
        keys.jobs(),
        Definitions,
    ));
    tasks.spawn(follow(
        store(),
        of(),
        keys.clone(),
        keys.requests(),
        Wishes::default(),
    ));
    tasks.spawn(follow(store(), of(), keys.clone(), keys.nodes(), Nodes));
    let orders = keys.orders(&host.node);
    tasks.spawn(follow(
        store(),
        of(),
        keys.clone(),
        orders,
        Wishes::default(),
    ));
    tasks.spawn(pending::forward(store(), history.clone(), keys));
}

/// What this node's session says for as long as the agent runs.
fn session_value(identity: &Identity, host_name: String, max_parallel: usize) -> SessionValue {
    SessionValue {
        v: 1,
        fingerprint: Uuid::new_v4().to_string(),
        disk_id: identity.disk_id,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: host_name,
        pid: std::process::id(),
        up_since: clock::now(),
        projects: Vec::new(),
        labels: Default::default(),
        weight: WEIGHT_DEFAULT,
        max_parallel: u32::try_from(max_parallel).unwrap_or(u32::MAX),
        load: 0,
        draining: false,
        clock_suspect: false,
        stamp: None,
        reports_pending: 0,
        extra: Default::default(),
    }
}

fn keeper(
    host: &Arc<Host>,
    coord: &Arc<dyn Coord>,
    value: SessionValue,
    vitals: flag::Receiver<Vitals>,
) -> Keeper {
    Keeper {
        coord: coord.clone(),
        keys: Keyspace::this_computer(),
        node: host.node.clone(),
        value,
        vitals,
        host: host.clone(),
    }
}
