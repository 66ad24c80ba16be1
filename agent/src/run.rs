//! `belfry-agent run`: brings everything up in order, runs, and lets go in the reverse order.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::cluster::{Role, Stores};
use belfry_core::config::NodeConfig;
use belfry_core::definition::Kind;
use belfry_core::dispatch::{Config, Dispatcher, Event, Evidence, Intent, SessionValue, Vitals};
use belfry_core::id::OrderId;
use belfry_core::identity::IdentityFile;
use belfry_core::limits::{LAUNCHES_AT_ONCE, TXN_REQUESTS_AT_ONCE};
use belfry_core::policy::Policy;
use belfry_core::profile::Place;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::{Semaphore, mpsc, watch as flag};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tracing::{info, warn};
use uuid::Uuid;

use crate::engine::Engine;
use crate::failure::{Code, Failure};
use crate::host::{AttemptKey, Host, Told};
use crate::journal::{Identity, Journal};
use crate::live::Live;
use crate::lock::DirLock;
use crate::logging::Level;
use crate::metrics::{self, Counts};
use crate::noted::Facts;
use crate::perform::Performer;
use crate::reload::Reloader;
use crate::session::Keeper;
use crate::settings::Settings;
use crate::shutdown::Stop;
use crate::systemd::{self, Watchdog};
use crate::watch::{CalendarReader, Definitions, Nodes, Wishes, follow};
use crate::{children, drain, info, noted, pending, recover, signs, tail, upload};

/// Events that wait for the engine; whoever has more waits.
const EVENTS_MAX: usize = 4096;
/// Entries that wait for the journal, parcels for history.
const WAITING_MAX: usize = 4096;
/// How long the session's end may take.
const GIVE_BACK_WITHIN: Duration = Duration::from_secs(2);

/// What the command line and the configuration say.
#[derive(Clone)]
pub struct Options {
    /// The data folder.
    pub dir: PathBuf,
    /// The stores.
    pub place: Place,
    /// About this node; its `data_dir` is followed already.
    pub node: NodeConfig,
    /// What jobs may do here.
    pub policy: Policy,
    /// Where its numbers are told.
    pub metrics: Option<SocketAddr>,
}

/// Runs the agent until it is asked to stop.
pub async fn run(settings: Settings, level: Level) -> Result<(), Failure> {
    let options = settings.options.clone();
    let mut stop = Stop::listen()?;
    let ground = Ground::prepare(&options).await?;
    let (host, stores) = (ground.host, ground.stores);

    let mut tasks = JoinSet::new();
    let (reloads, lives) = reload_on_asking(settings, level, &host, &mut tasks);
    tasks.spawn(signs::read(host.clone(), ground.pipe));
    let (performer, journal_done) =
        performer(&host, &stores, (ground.journal, reloads), &mut tasks);
    tell_numbers(&host, options.metrics, &mut tasks).await;
    let config = config(lives.borrow().max_parallel, &ground.identity);
    host.metrics.slots.set(config.max_parallel);
    let value = session_value(&lives.borrow(), &ground.identity, host_name());
    let dispatcher = Dispatcher::new(config);
    let (vitals, standing) = flag::channel(dispatcher.vitals());
    let mut engine = Engine {
        dispatcher,
        performer,
        events: ground.events,
        watchdog: Watchdog::new(),
        counts: Counts::new(host.clone()),
        vitals,
    };
    engine.take(Event::JournalRead(ground.found));
    engine.take(Event::DrainRead(drain::is_draining(&host.data)));
    engine.vitals.send_replace(engine.dispatcher.vitals());
    let (following, alive) = (host.clone(), ground.alive);
    spawn_blocking(move || recover::follow(&following, alive));
    watch_all(&host, &stores, &mut tasks);
    let facts = follow_notes(&host, &stores, (&value, lives), &mut tasks);
    let (give_back, asked) = flag::channel(false);
    let keeper = keeper(&host, &stores, value, (standing, facts));
    let mut session = tokio::spawn(keeper.keep(asked));

    say_up(&options, &stores, &host);
    tokio::select! {
        () = engine.run(&mut stop) => {}
        failed = &mut session => return failed.map_err(internal)?,
    }
    systemd::stopping();
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

/// What an agent stands on before it does anything: the folder is its own, and everything that an
/// earlier agent left there is known.
struct Ground {
    /// Held until the end.
    _lock: DirLock,
    journal: Journal,
    identity: Identity,
    stores: Stores,
    host: Arc<Host>,
    events: mpsc::Receiver<Event>,
    pipe: Receiver,
    /// The journal's attempts with what the host shows of them.
    found: Vec<(Intent, Evidence)>,
    /// Those that go on.
    alive: Alive,
}

impl Ground {
    async fn prepare(options: &Options) -> Result<Self, Failure> {
        let lock = DirLock::take(&options.dir)?;
        let mut journal = Journal::open(&options.dir).await?;
        let identity = journal
            .identify(options.node.id.clone(), &host_name())
            .await?;
        let intents = journal.intents().await?;
        let stores = stores(&options.place).await?;
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let (pipe, signs) = signs::pipe()?;
        let told = Told {
            shell: options.node.shell.clone(),
            policy: options.policy.clone(),
            identity: identity_file(&options.place),
        };
        let host = Arc::new(Host::new(
            identity.node.clone(),
            options.dir.clone(),
            told,
            signs,
            sender,
        )?);
        let (found, alive) = recover_all(&host, intents).await?;
        children::watch(host.clone()).map_err(internal)?;
        Ok(Self {
            _lock: lock,
            journal,
            identity,
            stores,
            host,
            events,
            pipe,
            found,
            alive,
        })
    }
}

/// What opens secrets: the node's own file names it, and a computer without servers has its own.
fn identity_file(place: &Place) -> Option<IdentityFile> {
    match place {
        Place::Embedded(dir) => Some(IdentityFile::in_folder(dir)),
        Place::Servers(servers) => servers.cluster.identity_file.clone().map(IdentityFile::at),
    }
}

/// Opens them, and says what is wrong with those that are there all the same.
async fn stores(place: &Place) -> Result<Stores, Failure> {
    let stores = Stores::open(place, Role::Agent).await?;
    let away = stores.away.iter();
    away.chain(&stores.warnings).for_each(|why| warn!("{why}"));
    Ok(stores)
}

fn host_name() -> String {
    let system = rustix::system::uname();
    system.nodename().to_string_lossy().into_owned()
}

/// Reads the node's own file again whenever that is asked. Gives where orders may ask for it, and
/// what the file says.
fn reload_on_asking(
    settings: Settings,
    level: Level,
    host: &Arc<Host>,
    tasks: &mut JoinSet<()>,
) -> (mpsc::Sender<OrderId>, flag::Receiver<Live>) {
    let (live, lives) = flag::channel(Live::of(&settings.options.node));
    let reloader = Reloader {
        standing: settings,
        live,
        level,
        host: host.clone(),
    };
    let (reloads, orders) = mpsc::channel(WAITING_MAX);
    tasks.spawn(reloader.listen(orders));
    (reloads, lives)
}

async fn tell_numbers(host: &Arc<Host>, at: Option<SocketAddr>, tasks: &mut JoinSet<()>) {
    let Some(at) = at else { return };
    if let Some(listener) = metrics::listen(at).await {
        tasks.spawn(metrics::serve(listener, host.clone()));
    }
}

fn say_up(options: &Options, stores: &Stores, host: &Host) {
    let dir = options.dir.display();
    info!("running in {dir} for {}", stores.history.location());
    systemd::up(&format!("node {}", host.node));
}

fn tell_info(
    host: &Arc<Host>,
    stores: &Stores,
    value: &SessionValue,
    facts: flag::Receiver<Option<Facts>>,
) -> impl Future<Output = ()> + use<> {
    let (coord, keys) = (stores.coord.clone(), stores.keys.clone());
    info::tell((host.clone(), coord), keys, value.clone(), facts)
}

/// How this node stands: what people note over what its file says. Others are told.
fn follow_notes(
    host: &Arc<Host>,
    stores: &Stores,
    (value, lives): (&SessionValue, flag::Receiver<Live>),
    tasks: &mut JoinSet<()>,
) -> flag::Receiver<Option<Facts>> {
    let (coord, keys) = (stores.coord.clone(), stores.keys.clone());
    let (tell, facts) = flag::channel(None);
    tasks.spawn(noted::follow((coord, keys), host.node.clone(), lives, tell));
    tasks.spawn(tell_info(host, stores, value, facts.clone()));
    facts
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, format!("the agent broke: {error}"))
}

fn config(max_parallel: usize, identity: &Identity) -> Config {
    Config {
        node: identity.node.clone(),
        disk_id: identity.disk_id,
        max_parallel,
        seed: Uuid::new_v4().into_bytes(),
    }
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
    stores: &Stores,
    (journal, reloads): (Journal, mpsc::Sender<OrderId>),
    tasks: &mut JoinSet<()>,
) -> (Performer, JoinHandle<()>) {
    let history = &stores.history;
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
    let (drains, to_keep) = mpsc::channel(WAITING_MAX);
    tasks.spawn(drain::keep_what_comes(host.clone(), to_keep));
    let performer = Performer {
        drains,
        reloads,
        host: host.clone(),
        coord: stores.coord.clone(),
        keys: stores.keys.clone(),
        journal: to_journal,
        parcels: to_history,
        tails,
        readings: Arc::new(AtomicU64::new(0)),
        requests: Arc::new(Semaphore::new(TXN_REQUESTS_AT_ONCE)),
        launches: Arc::new(Semaphore::new(LAUNCHES_AT_ONCE)),
        unread: Vec::new(),
        unsent: Vec::new(),
        on_its_way: Arc::new(()),
    };
    (performer, journal_done)
}

fn watch_all(host: &Arc<Host>, stores: &Stores, tasks: &mut JoinSet<()>) {
    let keys = stores.keys.clone();
    let (store, of) = (|| stores.coord.clone(), || host.clone());
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
    tasks.spawn(follow(
        store(),
        of(),
        keys.clone(),
        keys.definitions(Kind::Calendar),
        CalendarReader::default(),
    ));
    let orders = keys.orders(&host.node);
    tasks.spawn(follow(
        store(),
        of(),
        keys.clone(),
        orders,
        Wishes::default(),
    ));
    tasks.spawn(pending::forward(store(), stores.history.clone(), keys));
}

/// What this node's session says for as long as the agent runs.
fn session_value(live: &Live, identity: &Identity, host_name: String) -> SessionValue {
    live.in_session(SessionValue {
        v: 1,
        fingerprint: Uuid::new_v4().to_string(),
        disk_id: identity.disk_id,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: host_name,
        pid: std::process::id(),
        up_since: clock::now(),
        projects: Vec::new(),
        labels: Default::default(),
        weight: 0,
        max_parallel: 0,
        load: 0,
        draining: false,
        clock_suspect: false,
        stamp: None,
        reports_pending: 0,
        config_error: None,
        extra: Default::default(),
    })
}

fn keeper(
    host: &Arc<Host>,
    stores: &Stores,
    value: SessionValue,
    (vitals, facts): (flag::Receiver<Vitals>, flag::Receiver<Option<Facts>>),
) -> Keeper {
    Keeper {
        coord: stores.coord.clone(),
        keys: stores.keys.clone(),
        node: host.node.clone(),
        value,
        vitals,
        facts,
        host: host.clone(),
    }
}
