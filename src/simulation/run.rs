//! Lives through a case: one thing after the other in the order of true time, and the same way each time.
//!
//! Invocations are futures of the real tick, polled by hand: each goes on when its timer rings, so that several of them
//! interleave at their waits, and one that is killed is dropped where it waits.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Duration, Utc};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg32;

use super::Case;
use super::case::What;
use super::function::Function;
use super::history::{Entry, Happened, HowEnded, Invocation, Whom};
use super::people::{self, Asking};
use super::stage::{PEOPLE, Stage};
use crate::model::{InstanceKey, InstanceState};
use crate::ports::{Clock as _, Ports, Table};
use crate::tick::{self, About, Options, Report, TickError};

/// The function's usual timeout; the tick is told that it has two seconds less, as in Lambda.
const TIMEOUT: Duration = Duration::minutes(5);

/// A terminated instance is shown for so long.
const GONE_FOR: Duration = Duration::hours(1);

/// One in so many invocations decides twice on each of its looks.
const DECIDES_TWICE: u64 = 16;

/// Lives through a case and gives what happened.
#[must_use]
pub fn run(case: &Case) -> Vec<Entry> {
    let stage = Stage::new(case.from, case.defaults);
    let mut run = Run {
        case,
        stage: &stage,
        agenda: BTreeMap::new(),
        noted: 0,
        invocations: BTreeMap::new(),
        begun: 0,
        orders: BTreeMap::new(),
        asked: 0,
        random: Pcg32::seed_from_u64(case.seed),
    };
    run.begin();
    while run.step() {}
    drop(run);
    stage.take_history()
}

/// What an event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    /// An instance.
    Instance,
    /// A row, or the rule is due.
    Anything,
}

/// What is to happen at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    /// The next incident of the case, by its place.
    Incident(usize),
    /// EventBridge's rule is due.
    Cron,
    /// EventBridge tells of a change.
    Change(Changed),
    /// An event reaches the function.
    Begin(Changed),
    /// The function has no time left for an invocation.
    TimeOut(Invocation),
    /// AWS no longer shows an instance.
    Vanish(InstanceKey),
}

type Tick<'a> = Pin<Box<dyn Future<Output = Result<Report, TickError>> + 'a>>;

struct Run<'a> {
    case: &'a Case,
    stage: &'a Stage,
    agenda: BTreeMap<(DateTime<Utc>, u64), Next>,
    noted: u64,
    invocations: BTreeMap<Invocation, Tick<'a>>,
    begun: Invocation,
    /// What people have ordered, while it is on its way.
    orders: BTreeMap<Invocation, Asking<'a>>,
    asked: u32,
    random: Pcg32,
}

impl<'a> Run<'a> {
    /// Puts everything there is into the world, and what is to happen on the agenda.
    fn begin(&mut self) {
        let tables = &self.case.tables;
        for (table, items) in [
            (Table::Schedule, &tables.schedules),
            (Table::ServerGroup, &tables.groups),
            (Table::Exception, &tables.exceptions),
        ] {
            for item in items {
                self.stage.world.put_item(table, item.clone());
                self.stage.note_row(table, None, Some(item.clone()), Whom::Beginning);
            }
        }
        for machine in self.case.machines.iter().filter(|machine| !self.case.is_launched(&machine.instance.key)) {
            self.stage.world.put_machine(machine.clone());
        }
        _ = self.stage.note_states(Whom::Beginning);
        for (place, incident) in self.case.incidents.iter().enumerate() {
            self.put(incident.at, Next::Incident(place));
        }
        let cron = self.case.cron.num_seconds().max(1);
        let first = DateTime::from_timestamp((self.case.from.timestamp() + cron - 1) / cron * cron, 0);
        self.put(first.unwrap_or(self.case.from), Next::Cron);
    }

    fn put(&mut self, at: DateTime<Utc>, next: Next) {
        self.noted += 1;
        self.agenda.insert((at, self.noted), next);
    }

    /// Does what comes next; false when all is over.
    fn step(&mut self) -> bool {
        let agenda_at = self.agenda.first_key_value().map(|((at, _), _)| *at);
        let timer_at = self.stage.next_timer();
        let (change_at, restart_at) = (self.stage.world.next_change(), self.stage.world.next_restart());
        let next_at = [agenda_at, timer_at, change_at, restart_at].into_iter().flatten().min();
        let is_over = |at: &DateTime<Utc>| *at >= self.case.to && self.invocations.is_empty() && self.orders.is_empty();
        let Some(at) = next_at.filter(|at| !is_over(at)) else { return false };
        for changed_at in self.stage.advance_to(at) {
            self.tell_change(changed_at, Changed::Instance);
        }
        if let Some(timer) = self.stage.ring() {
            timer.waker.wake();
            if timer.invocation > PEOPLE { self.attend(timer.invocation) } else { self.poll(timer.invocation) }
        } else if let Some(first) = self.agenda.first_entry().filter(|first| first.key().0 <= self.stage.now()) {
            let next = first.remove();
            self.happen(next);
        }
        true
    }

    fn happen(&mut self, next: Next) {
        let now = self.stage.now();
        match next {
            Next::Incident(place) => self.incident(place),
            Next::Cron => {
                self.arrive(Changed::Anything);
                self.put(now + self.case.cron, Next::Cron);
            }
            Next::Change(of) => self.arrive(of),
            Next::Begin(of) => self.invoke(of),
            Next::TimeOut(invocation) => self.end(invocation, Some(HowEnded::TimedOut)),
            Next::Vanish(key) => self.stage.world.remove_machine(&key),
        }
    }

    /// An event tells of a change of an instance or a row some time after it; of several at once there is one event here.
    fn tell_change(&mut self, changed_at: DateTime<Utc>, of: Changed) {
        if !self.case.on_change {
            return;
        }
        let at = changed_at.max(self.stage.now()) + Duration::milliseconds(self.random.random_range(400..2500));
        let is_near = |(told_at, next): (&DateTime<Utc>, &Next)| {
            *next == Next::Change(of) && (at - *told_at).abs() < Duration::seconds(1)
        };
        if !self.agenda.iter().map(|((at, _), next)| (at, next)).any(is_near) {
            self.put(at, Next::Change(of));
        }
    }

    /// An event is on its way to the function.
    fn arrive(&mut self, of: Changed) {
        let is_out = self.stage.fault(|what| matches!(what, What::Outage { .. }).then_some(())).is_some();
        if is_out || self.stage.now() >= self.case.to {
            return;
        }
        let late = self.stage.shift(|what| match what {
            What::Late { by, .. } => Some(*by),
            _ => None,
        });
        let at = self.stage.now() + late;
        self.put(at, Next::Begin(of));
        let second = self.stage.fault(|what| match what {
            What::Doubled { by, .. } => Some(*by),
            _ => None,
        });
        if let Some(by) = second {
            self.put(at + by, Next::Begin(of));
        }
    }

    fn invoke(&mut self, of: Changed) {
        let (stage, now) = (self.stage, self.stage.now());
        self.begun += 1;
        let id = self.begun;
        stage.note(Happened::Began(id));
        let seed = self.case.seed.rotate_left(17) ^ u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let decides_twice = self.case.seed.wrapping_add(u64::from(id)).is_multiple_of(DECIDES_TWICE);
        let function = Function::new(stage, id, seed.wrapping_add(u64::from(id)), decides_twice);
        let limit = stage.fault(|what| match what {
            What::ShortLimit { limit, .. } => Some(*limit),
            _ => None,
        });
        let timeout = limit.unwrap_or(TIMEOUT);
        let about = match (of, self.case.machines.first()) {
            // The tick does not ask which one.
            (Changed::Instance, Some(machine)) => About::Instance(machine.instance.key.id.clone()),
            _ => About::All,
        };
        let options = Options {
            owner: format!("invocation {id}"),
            deadline: function.now() + timeout - Duration::seconds(2),
            settle: Duration::seconds(60),
            defaults: stage.defaults,
            only: None,
            about,
        };
        let tick: Tick<'a> = Box::pin(async move {
            let at = &function;
            tick::run(&Ports { store: at, fleet: at, chat: at, clock: at, journal: at }, &options).await
        });
        self.invocations.insert(id, tick);
        self.put(now + timeout, Next::TimeOut(id));
        self.poll(id);
    }

    /// Lets an invocation go on until it waits again.
    fn poll(&mut self, id: Invocation) {
        let Some(tick) = self.invocations.get_mut(&id) else { return };
        let polled = tick.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let how = match polled {
            Poll::Ready(Ok(report)) => Some(HowEnded::Done(report)),
            Poll::Ready(Err(error)) => Some(HowEnded::Failed(error.causes)),
            Poll::Pending => self.stage.is_doomed(id).then_some(HowEnded::Killed),
        };
        if how.is_some() {
            self.end(id, how);
        }
    }

    fn end(&mut self, id: Invocation, how: Option<HowEnded>) {
        let Some(tick) = self.invocations.remove(&id) else { return };
        drop(tick);
        self.stage.forget(id);
        self.agenda.retain(|_, next| !matches!(next, Next::TimeOut(other) if *other == id));
        if let Some(how) = how {
            self.stage.note(Happened::Ended(id, how));
        }
    }

    fn incident(&mut self, place: usize) {
        let Some(incident) = self.case.incidents.get(place) else { return };
        let (world, now) = (&self.stage.world, self.stage.now());
        self.stage.note(Happened::Incident(incident.what.clone()));
        match &incident.what {
            What::Killed { after } => self.stage.put_kill(*after),
            What::Busy { instance, state, until } => {
                world.occupy(instance, state, *until);
                _ = self.stage.note_states(Whom::Aws);
            }
            What::Terminated { instance } => {
                if world.state(instance).is_some() {
                    world.set_state(instance, InstanceState::Gone);
                    self.put(now + GONE_FOR, Next::Vanish(instance.clone()));
                    self.tell_states();
                }
            }
            What::Launched { instance } => {
                let machine = self.case.machines.iter().find(|machine| machine.instance.key == *instance);
                if let Some(machine) = machine.filter(|_| world.state(instance).is_none()) {
                    world.put_machine(machine.clone());
                    self.tell_states();
                }
            }
            What::Retagged { instance, schedule_tag, group_tag } => {
                self.stage.retag(instance, schedule_tag, group_tag.as_ref());
            }
            What::Console { instance, action } => {
                _ = world.call(*action, instance);
                self.tell_states();
            }
            What::Extends { .. } | What::Orders { raised: true, .. } => self.ask(&incident.what),
            What::Orders { .. } | What::Writes { .. } | What::Edits { .. } | What::Deletes { .. } => {
                people::edit(self.stage, &incident.what);
                if incident.what.table() != Some(Table::Run) {
                    self.tell_change(now, Changed::Anything);
                }
            }
            held => {
                if let Some(until_at) = held.until() {
                    self.stage.put_fault(incident, until_at);
                }
            }
        }
    }

    /// A person's order goes to the desk, and takes its time there.
    fn ask(&mut self, what: &What) {
        self.asked += 1;
        let id = PEOPLE + self.asked;
        let seed = self.case.seed.rotate_left(29) ^ u64::from(self.asked);
        let function = Function::new(self.stage, id, seed, false);
        if let Some(asking) = people::ask(self.stage, function, what) {
            self.orders.insert(id, asking);
            self.attend(id);
        }
    }

    /// Lets an order go on until it waits again.
    fn attend(&mut self, id: Invocation) {
        let Some(asking) = self.orders.get_mut(&id) else { return };
        if asking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            self.orders.remove(&id);
        }
        if self.stage.take_orders() {
            self.tell_change(self.stage.now(), Changed::Anything);
        }
    }

    /// What a person has just done to an instance, EventBridge tells too.
    fn tell_states(&mut self) {
        for changed_at in self.stage.note_states(Whom::Person) {
            self.tell_change(changed_at, Changed::Instance);
        }
    }
}

#[cfg(test)]
mod tests;
