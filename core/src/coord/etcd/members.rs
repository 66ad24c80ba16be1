//! The members of a cluster as one: each call goes to the one that answered last, and to the
//! next when that one fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use etcd_client::{Client, ConnectOptions, Error};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::address::Address;
use super::fault::{Fault, Kind};
use crate::limits::{ETCD_ANSWERED_WITHIN, ETCD_CALL_WITHIN, ETCD_RETRY_AFTER};

/// Whether a call may be made again when nobody knows whether it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It changes nothing, or the same thing once more.
    Freely,
    /// Only if it was certainly not done.
    OnlyUndone,
}

pub(super) struct Members {
    members: Vec<Member>,
    /// Counts up; its remainder is the member that is asked.
    turn: AtomicUsize,
}

pub(super) struct Member {
    pub address: Address,
    /// How to connect, sign-in included.
    pub options: ConnectOptions,
    line: Mutex<Line>,
}

/// A connection that is made at its first use, by one caller for all. A broken one is replaced.
type Line = Arc<OnceCell<Client>>;

impl Member {
    pub fn new(address: Address, options: ConnectOptions) -> Self {
        Self {
            address,
            options,
            line: Mutex::default(),
        }
    }

    /// A connection of its own, signed in.
    async fn connect(&self) -> Result<Client, Error> {
        Client::connect([self.address.to_string()], Some(self.options.clone())).await
    }

    fn line(&self) -> Line {
        self.current().clone()
    }

    /// Makes sure that nobody begins to use a line that failed.
    fn replace(&self, failed: &Line) {
        let mut current = self.current();
        if Arc::ptr_eq(&current, failed) {
            *current = Line::default();
        }
    }

    fn current(&self) -> MutexGuard<'_, Line> {
        self.line
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

impl Members {
    /// At least one.
    pub fn new(members: Vec<Member>) -> Self {
        Self {
            members,
            turn: AtomicUsize::new(0),
        }
    }

    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.members.iter().map(|member| &member.address)
    }

    /// Begins with this member.
    pub fn prefer(&self, member: usize) {
        self.turn.store(member, Ordering::Relaxed);
    }

    /// Makes a call until it is answered for good, or until its time is up.
    pub async fn ask<T, F>(&self, repeat: Repeat, call: impl Fn(Client) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let give_up_at = Instant::now() + ETCD_CALL_WITHIN;
        for round in 1.. {
            let turn = self.turn.load(Ordering::Relaxed);
            let fault = match self.ask_one(turn, &call, give_up_at).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let may_repeat = match fault.kind {
                Kind::NotDone | Kind::SignInOld => true,
                Kind::Unknown => repeat == Repeat::Freely,
                Kind::Refused | Kind::Compacted | Kind::TooLarge | Kind::LeaseGone => false,
            };
            if !may_repeat || Instant::now() + ETCD_RETRY_AFTER >= give_up_at {
                return Err(fault);
            }
            if round % self.members.len() == 0 {
                sleep(ETCD_RETRY_AFTER).await;
            }
        }
        unreachable!("the rounds have no end but a return")
    }

    async fn ask_one<T, F>(
        &self,
        turn: usize,
        call: &impl Fn(Client) -> F,
        give_up_at: Instant,
    ) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let member = self.at(turn);
        let line = member.line();
        let asked = async {
            let connecting = line.get_or_try_init(|| member.connect());
            let client = connecting.await.map_err(|error| {
                // Signing in changes nothing.
                match Fault::from(error) {
                    fault if fault.kind == Kind::Unknown => Fault {
                        kind: Kind::NotDone,
                        ..fault
                    },
                    fault => fault,
                }
            })?;
            call(client.clone()).await.map_err(Fault::from)
        };
        let by = give_up_at.min(Instant::now() + ETCD_ANSWERED_WITHIN);
        let fault = match timeout_at(by, asked).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(fault)) => fault,
            Err(_) => no_answer(),
        };
        if matches!(fault.kind, Kind::NotDone | Kind::Unknown) {
            self.pass_on(turn);
        }
        // A new line signs in anew.
        if !fault.is_answer || fault.kind == Kind::SignInOld {
            member.replace(&line);
        }
        match fault.kind {
            // What is wrong with the request is wrong everywhere.
            Kind::Refused | Kind::LeaseGone => Err(fault),
            _ => Err(fault.at(&member.address)),
        }
    }

    /// A connection that nobody else uses, to the member whose turn it is. What is not read from
    /// it holds nobody up.
    pub async fn own_line(&self) -> (usize, Result<Client, Fault>) {
        let turn = self.turn.load(Ordering::Relaxed);
        let member = self.at(turn);
        let connected = match timeout(ETCD_ANSWERED_WITHIN, member.connect()).await {
            Ok(connected) => connected.map_err(Fault::from),
            Err(_) => Err(no_answer()),
        };
        (turn, connected.map_err(|fault| fault.at(&member.address)))
    }

    /// The next member's turn, unless somebody else has passed it on already.
    pub fn pass_on(&self, turn: usize) {
        // Who loses this race wanted the same.
        let _ = self.turn.compare_exchange(
            turn,
            turn.wrapping_add(1),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }

    pub fn at(&self, turn: usize) -> &Member {
        &self.members[turn % self.members.len()]
    }
}

pub(super) fn no_answer() -> Fault {
    Fault::new(
        Kind::Unknown,
        format!("no answer within {} s", ETCD_ANSWERED_WITHIN.as_secs()),
    )
}
