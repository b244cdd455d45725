//! Made-up worlds, many of them, on all cores: the first in which a promise was broken, cut down to what is needed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use chrono_tz::Tz;
use serde_json::json;

use super::interrupt::Interrupt;
use super::progress::Progress;
use super::report::{broken, concerning, counted, grouped};
use super::{Arguments, Level, day, ended, folder, json, report};
use crate::cli::{BAD, BOLD, Error, ErrorKind, FAINT, Format};
use crate::document::Defaults;
use crate::simulation::check::{self, Settled, Violation};
use crate::simulation::counts::Counts;
use crate::simulation::file::{self, Kept};
use crate::simulation::{Case, Happened, random, run as life, shrink};

/// Which worlds are lived through.
#[derive(Debug, Clone, Copy)]
struct Worlds {
    first_seed: u64,
    count: u64,
    level: Level,
    goes_on: bool,
}

/// What came of a seed.
#[derive(Debug, Default)]
struct Outcome {
    counts: Counts,
    invocations: u64,
    steps: u64,
    settled: Settled,
    violations: Vec<Violation>,
    has_panicked: bool,
}

impl Outcome {
    fn fails(&self) -> bool {
        self.has_panicked || !self.violations.is_empty()
    }
}

/// What came of all seeds up to the first failing one, or of all.
#[derive(Debug, Default)]
pub(super) struct Total {
    pub(super) worlds: u64,
    counts: Counts,
    pub(super) invocations: u64,
    pub(super) steps: u64,
    settled_after: Option<u32>,
    unsettled: Unsettled,
    failing: Vec<(u64, Outcome)>,
}

/// Of how many worlds the figure of how soon all is quiet does not speak, or not of all in them.
#[derive(Debug, Default)]
struct Unsettled {
    disturbed: u64,
    at_work: u64,
    incomplete: u64,
}

impl Unsettled {
    fn add(&mut self, outcome: &Outcome) {
        let Settled { after, is_disturbed, is_incomplete } = outcome.settled;
        if outcome.has_panicked {
            return;
        }
        match after {
            None if is_disturbed => self.disturbed += 1,
            None => self.at_work += 1,
            Some(_) => self.incomplete += u64::from(is_incomplete),
        }
    }

    fn words(&self) -> String {
        let kinds = [
            (self.disturbed, "left out: something came in the last half hour"),
            (self.at_work, "left out: still at work in the last half hour"),
            (self.incomplete, "with something that never comes to what is wanted, which is not counted"),
        ];
        let mut text = String::new();
        for (count, why) in kinds.into_iter().filter(|(count, _)| *count > 0) {
            text += &format!("  {} {why}\n", counted_worlds(count));
        }
        text
    }
}

/// Lives through made-up worlds.
pub(super) fn run(arguments: &Arguments, count: u64) -> Result<(), Error> {
    if let Some(path) = &arguments.keep {
        folder::check(path)?;
    }
    let first_seed = arguments.seed.unwrap_or(1);
    let level = arguments.faults.unwrap_or(Level::All);
    let worlds = Worlds { first_seed, count, level, goes_on: arguments.all };
    let began_at = crate::clock::now();
    let mut progress = Progress::new(began_at, count);
    let mut total = Total::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let live = |seed| of_seed(seed, level);
    let interrupt = Interrupt::listen();
    hunt(worlds, cores, (&live, &|| interrupt.is_pressed()), &mut |seed, outcome| {
        total.add(seed, outcome);
        progress.show(&total);
    });
    let is_cut_short = interrupt.take() && total.worlds < count && (worlds.goes_on || total.failing.is_empty());
    progress.end(&total);
    let printed = print(arguments, worlds, &total);
    // Whoever stopped reading may still wait for the folder.
    let goes_on = printed.is_ok() || arguments.keep.is_some();
    let (printed_day, not_kept) = match total.failing.first() {
        // One that panics cannot be judged, and so not be cut down.
        Some((seed, outcome)) if goes_on && !worlds.goes_on && !outcome.has_panicked => {
            cut_down(arguments, worlds, *seed, outcome)
        }
        _ => (Ok(()), None),
    };
    let broken = total.failing.first().map(|(seed, _)| broken_in(level, *seed, &total));
    let error = if is_cut_short { Some(interrupted(count, &total, broken)) } else { broken };
    let error = error.map(|error| {
        not_kept
            .into_iter()
            .fold(error, |error, fault| error.hint(format!("the world was not kept: {}", fault.message)))
    });
    ended(printed.and(printed_day), error)
}

fn broken_in(level: Level, seed: u64, total: &Total) -> Error {
    let of = format!("{} of {}", grouped(total.failing.len() as u64), counted_worlds(total.worlds));
    Error::new(ErrorKind::Input, format!("a promise was broken in {of}")).hint(format!(
        "this runs it again: `lamplighter simulate --random 1 --seed {seed} --faults {}`",
        level.as_str()
    ))
}

/// The end of a hunt by ctrl-c, with what else there is to say.
fn interrupted(count: u64, total: &Total, broken: Option<Error>) -> Error {
    let message = format!("interrupted after {} of {}", grouped(total.worlds), counted_worlds(count));
    match broken {
        None => Error::new(ErrorKind::Interrupted, message),
        Some(broken) => {
            Error { kind: ErrorKind::Interrupted, message: format!("{message}: {}", broken.message), ..broken }
        }
    }
}

impl Total {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.worlds += 1;
        self.counts += &outcome.counts;
        self.invocations += outcome.invocations;
        self.steps += outcome.steps;
        self.settled_after = self.settled_after.max(outcome.settled.after);
        self.unsettled.add(&outcome);
        if outcome.fails() {
            self.failing.push((seed, outcome));
        }
    }
}

fn of_case(case: &Case) -> Outcome {
    let history = life::run(case);
    let invocations = history.iter().filter(|entry| matches!(entry.what, Happened::Began(_))).count();
    Outcome {
        counts: Counts::of(&history),
        invocations: invocations as u64,
        steps: history.len() as u64,
        settled: check::settled(case, &history),
        violations: check::check(case, &history),
        has_panicked: false,
    }
}

fn of_seed(seed: u64, level: Level) -> Outcome {
    judged(|| of_case(&random::case(seed, level.faults())))
}

/// What came of a life, also if it panicked.
fn judged(live: impl FnOnce() -> Outcome) -> Outcome {
    // Nothing panics, says clippy; should something do it all the same, its seed is what is needed.
    let outcome = catch_unwind(AssertUnwindSafe(live));
    outcome.unwrap_or_else(|_| Outcome { has_panicked: true, ..Outcome::default() })
}

/// Lives through a seed's world, and says whether no further one is to be begun.
type Life<'a> = (&'a (dyn Fn(u64) -> Outcome + Sync), &'a (dyn Fn() -> bool + Sync));

/// Lives through the worlds on so many cores and hands over what came of each in the order of seeds, up to the first that
/// fails; what is handed over is the same for any number of cores, if nothing ends it before.
fn hunt(worlds: Worlds, cores: usize, (live, is_over): Life<'_>, take: &mut dyn FnMut(u64, Outcome)) {
    let Worlds { first_seed, count, goes_on, .. } = worlds;
    let (next, end) = (AtomicU64::new(0), AtomicU64::new(count));
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            let (sender, next, end) = (sender.clone(), &next, &end);
            scope.spawn(move || {
                while !is_over() {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= end.load(Ordering::Relaxed) {
                        break;
                    }
                    let outcome = live(first_seed.wrapping_add(place));
                    if outcome.fails() && !goes_on {
                        // Those with lower seeds are finished: the lowest failing one counts.
                        end.fetch_min(place + 1, Ordering::Relaxed);
                    }
                    if sender.send((place, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let (mut waiting, mut expected) = (BTreeMap::new(), 0);
        for (place, outcome) in receiver {
            waiting.insert(place, outcome);
            while let Some(outcome) = waiting.remove(&expected).filter(|_| expected < end.load(Ordering::Relaxed)) {
                take(first_seed.wrapping_add(expected), outcome);
                expected += 1;
            }
        }
    });
}

/// Prints what came of the worlds: before anything is cut down, which takes its time.
fn print(arguments: &Arguments, worlds: Worlds, total: &Total) -> Result<(), Error> {
    let mut text = match arguments.format {
        Format::Text => summary(worlds, total),
        Format::Json => String::new(),
    };
    for (seed, outcome) in &total.failing {
        text += &match arguments.format {
            Format::Text => failing(*seed, outcome),
            Format::Json => failing_json(*seed, outcome),
        };
    }
    if arguments.format == Format::Json {
        text += &summary_json(worlds, total);
    }
    show(&text)
}

fn show(text: &str) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// What came up how often, and whether a promise was broken.
fn summary(worlds: Worlds, total: &Total) -> String {
    let last = worlds.first_seed.wrapping_add(total.worlds.saturating_sub(1));
    let seeds =
        if total.worlds == 1 { format!("seed {last}") } else { format!("seeds {} to {last}", worlds.first_seed) };
    let mut text =
        format!("{BOLD}{}{BOLD:#}: {seeds}, faults: {}\n\n", counted_worlds(total.worlds), worlds.level.as_str());
    text += &table(&total.counts);
    if let Some(ticks) = total.settled_after {
        text += &format!("\nat most {} until everything was quiet\n", counted(ticks as usize, "tick"));
    }
    text += &total.unsettled.words();
    let judged = if total.failing.is_empty() { "no promise broken" } else { "a promise was broken" };
    format!("{text}{judged}\n")
}

/// The counts, with what stands before the colon as a heading.
fn table(counts: &Counts) -> String {
    let rows = counts.0.iter().map(|(name, count)| (name.split_once(": ").unwrap_or(("", name)), grouped(*count)));
    let width = rows.clone().map(|((_, name), _)| name.chars().count()).max().unwrap_or_default();
    let (mut text, mut before) = (String::new(), None);
    for ((group, name), count) in rows {
        if before != Some(group) {
            before = Some(group);
            text += &format!("{BOLD}{group}{BOLD:#}\n");
        }
        text += &format!("  {name:width$}  {count:>13}\n");
    }
    text
}

fn failing(seed: u64, outcome: &Outcome) -> String {
    let more = outcome.violations.len().saturating_sub(1);
    let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    let first = outcome.violations.first().map(|first| broken(std::slice::from_ref(first), Tz::UTC));
    let first = first.unwrap_or_else(|| format!("{BAD}panicked{BAD:#}\n"));
    format!("{BOLD}seed {seed}{BOLD:#}{more}  {first}")
}

fn failing_json(seed: u64, outcome: &Outcome) -> String {
    if outcome.has_panicked {
        return format!("{}\n", json!({"event": "panic", "seed": seed}));
    }
    let lines = outcome.violations.iter().map(|violation| {
        let mut object = json::violation(violation);
        object.insert("seed".to_owned(), json!(seed));
        format!("{}\n", serde_json::Value::Object(object))
    });
    lines.collect()
}

fn summary_json(worlds: Worlds, total: &Total) -> String {
    let failing: Vec<u64> = total.failing.iter().map(|(seed, _)| *seed).collect();
    let summary = json!({
        "event": "summary",
        "worlds": total.worlds,
        "first_seed": worlds.first_seed,
        "faults": worlds.level.as_str(),
        "counts": total.counts.0,
        "settled_after": total.settled_after,
        "unsettled": {
            "disturbed": total.unsettled.disturbed,
            "at_work": total.unsettled.at_work,
            "incomplete": total.unsettled.incomplete,
        },
        "failing": failing,
    });
    format!("{summary}\n")
}

/// Cuts the case of a seed down to what breaks the same promise and prints it as a day; then keeps it, if that is asked
/// for. Whether it was printed, and why it was not kept.
fn cut_down(arguments: &Arguments, worlds: Worlds, seed: u64, outcome: &Outcome) -> (Result<(), Error>, Option<Error>) {
    // There is nobody left to tell if this fails.
    _ = writeln!(anstream::stderr().lock(), "{FAINT}cutting the world of seed {seed} down to what is needed{FAINT:#}");
    let command = format!("simulate --random 1 --seed {seed} --faults {}", worlds.level.as_str());
    let case = random::case(seed, worlds.level.faults());
    let (kept, zone) = shrunk(case, &command, outcome, &|case| judged(|| of_case(case)));
    let printed = show(&day_of(&kept.case, zone, arguments.format));
    let Some(path) = &arguments.keep else { return (printed, None) };
    if let Err(fault) = folder::keep(path, &kept) {
        return (printed, Some(fault));
    }
    let command = folder::command(path, &kept);
    let told = match arguments.format {
        Format::Text => format!("\nkept; this runs it: {command}\n"),
        Format::Json => format!("{}\n", json!({"event": "kept", "command": command})),
    };
    (printed.and_then(|()| show(&told)), None)
}

/// A case cut down to what breaks the same promise, or makes it panic, and the zone of its day. `live` says what comes of a
/// case, `command` where it is from.
fn shrunk(case: Case, command: &str, outcome: &Outcome, live: &dyn Fn(&Case) -> Outcome) -> (Kept, Tz) {
    let promise = outcome.violations.first().map(|violation| violation.promise);
    let still_fails = |case: &Case| {
        let outcome = live(case);
        outcome.has_panicked || outcome.violations.iter().any(|violation| Some(violation.promise) == promise)
    };
    let shrunk = shrink::shrink(case, still_fails);
    let zone = zone(&shrunk);
    let remark = format!("Breaks promise {}: cut down from `{command}`.", promise.unwrap_or_default());
    let kept = file::keep(&shrunk, zone, &remark);
    // The rows stand in another order there, on which the outcome may hang.
    let kept = if still_fails(&kept.case) { kept } else { file::keep_rows(&shrunk, zone, &remark) };
    (kept, zone)
}

/// What happens to the schedule of the first broken promise.
fn day_of(case: &Case, zone: Tz, format: Format) -> String {
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let history = life::run(case);
        let violations = check::check(case, &history);
        (history, violations)
    }));
    let Ok((history, violations)) = lived else {
        return match format {
            Format::Json => format!("{}\n", json!({"event": "panic"})),
            Format::Text => {
                format!("\ncut down to what is needed:\n{}\n{BAD}panicked{BAD:#}\n", report::head(case, zone))
            }
        };
    };
    let schedule = violations.iter().find_map(|violation| violation.schedule.as_ref());
    let history = concerning(case, &history, schedule);
    match format {
        Format::Json => json::lines(history, &violations),
        Format::Text => {
            let (head, broken) = (report::head(case, zone), broken(&violations, zone));
            format!("\ncut down to what is needed:\n{head}\n{}\n{broken}", day::text(history, zone))
        }
    }
}

/// The zone of the first schedule, in which its day is told.
fn zone(case: &Case) -> Tz {
    let zone = case.tables.schedules.first().and_then(|item| item.get("Timezone")?.as_str()?.parse().ok());
    zone.unwrap_or(Defaults::default().zone)
}

pub(super) fn counted_worlds(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "world" } else { "worlds" })
}

#[cfg(test)]
mod tests;
