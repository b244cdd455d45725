//! Promise 1: nothing starts before what it depends on is ready, nothing stops while what depends on it runs.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::thing::Thing;
use super::{Ask, Finding, World, time};
use crate::model::{Action, GroupName, Instance, InstanceKey};

/// A look tells how things are for so long.
const LOOK_HOLDS: Duration = Duration::minutes(3);

pub(super) fn judge(world: &World<'_>, ask: &Ask<'_, '_>) -> Option<Finding> {
    let (looked_at, shown) = ask.call.shown?;
    if ask.at - looked_at > LOOK_HOLDS {
        let message = format!("{} on the strength of a look at {}", ask.words(), time(looked_at));
        return Some(Finding { promise: 1, message });
    }
    let own = &ask.instance.key.scope;
    if !shown.seen.contains(own) {
        let message = format!("{} though {own} could not be looked at", ask.words());
        return Some(Finding { promise: 1, message });
    }
    let (group, _) = ask.rules.group_of(ask.instance)?;
    let mut open = ask.rules.waits_for(group, ask.action);
    if open.is_empty() {
        return None;
    }
    // What it waits for may be where nobody could look (rule A6).
    if let Some(scope) = ask.rules.scopes.iter().find(|scope| !shown.seen.contains(scope)) {
        let message = format!("{} though {scope} could not be looked at, and it waits for others", ask.words());
        return Some(Finding { promise: 1, message });
    }
    let mut seen: BTreeSet<&GroupName> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        let is_member = |instance: &&Instance| ask.rules.group_of(instance).is_some_and(|(of, _)| of == name);
        let holds_others = |key: &InstanceKey| {
            let is_refused = |thing: &Thing<'_>| is_refused(ask, thing);
            ask.action == Action::Start || !world.things.get(key).is_some_and(is_refused)
        };
        let mut members = ask.rules.counted(shown).filter(is_member).filter(|one| holds_others(&one.key)).peekable();
        if members.peek().is_none() {
            // A group without instances is ready, and lets through to those behind it (rule O5).
            open.extend(ask.rules.waits_for(name, ask.action));
        }
        if let Some(late) = members.find(|instance| !ask.rules.is_there(instance, ask.action)) {
            let checks = if late.state.serves() { " without passed checks" } else { "" };
            let message = format!(
                "{} while {} of group {name}, which group {group} waits for, was {}{checks} in the look at {}",
                ask.words(),
                late.key,
                late.state.as_str(),
                time(looked_at)
            );
            return Some(Finding { promise: 1, message });
        }
    }
    None
}

/// Whether AWS has refused to stop it in this stretch, and has not been asked again: then it holds nobody (rule O6).
fn is_refused(ask: &Ask<'_, '_>, thing: &Thing<'_>) -> bool {
    let Some(refused_at) = thing.refused_at.get(&Action::Stop) else { return false };
    let is_after = |at: Option<&DateTime<Utc>>| at.is_some_and(|at| at > refused_at);
    let started_at = ask.rules.last_of(Action::Start, ask.call.decides.0);
    !is_after(thing.asked_at.get(&Action::Stop))
        && !is_after(thing.left.get(&Action::Stop))
        && !is_after(started_at.as_ref())
}
