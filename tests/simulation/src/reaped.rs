//! What agents did about the runs of others, counted: a world in which none of it happened proves
//! nothing about it.

use std::ops::AddAssign;

use belfry_core::dispatch::{Answer, Event, Order, Transaction};

use crate::world::World;

/// How often each of it was applied in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Runs of gone nodes that were called lost.
    pub lost: u32,
    /// Lost runs whose job was set free.
    pub released: u32,
    /// Runs that another node went on with.
    pub taken_over: u32,
    /// Runs of other nodes that were ordered to end, to be replaced.
    pub replaced: u32,
}

impl AddAssign for Reaped {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.released += other.released;
        self.taken_over += other.taken_over;
        self.replaced += other.replaced;
    }
}

impl World {
    /// Notes a transaction of `host` that was applied, and tells the node whose orders it changes.
    pub(crate) fn note_reaping(&mut self, host: usize, transaction: &Transaction, answer: &Answer) {
        if !matches!(answer, Answer::Won(_)) {
            return;
        }
        match transaction {
            Transaction::Lost { .. } => self.reaped.lost += 1,
            Transaction::Release { .. } => self.reaped.released += 1,
            Transaction::TakeOver { .. } => self.reaped.taken_over += 1,
            Transaction::Order { node, order, value } => {
                self.reaped.replaced += 1;
                let known = self.hosts.iter().position(|host| host.node == *node);
                let (id, value) = (*order, value.clone());
                if let Some(host) = known {
                    self.tell_news(host, Event::OrderSeen(Order { id, value }));
                }
            }
            Transaction::Answer { order }
            | Transaction::Finish {
                order: Some(order), ..
            } => self.tell_news(host, Event::OrderGone(*order)),
            _ => {}
        }
    }
}
