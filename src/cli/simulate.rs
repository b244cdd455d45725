//! `lamplighter simulate`: the real tick over an embedded world, given in a file or made up from seeds, and a checker
//! that judges what happened by the promises.

use std::path::PathBuf;

use clap::{ArgGroup, ValueEnum};

use super::moment::Moment;
use super::{Error, ErrorKind, Format};
use crate::simulation::random::Faults;

mod day;
mod files;
mod folder;
mod given;
mod hunt;
mod interrupt;
mod json;
mod progress;
mod reference;
mod report;
mod words;

/// Live through a world: the tick that runs in Lambda, over embedded tables, instances and chat, with everything that
/// goes wrong in them; a checker judges what happened. Needs no AWS account.
///
/// With `--world`, schedule files over the instances and incidents of a world file, which is described below; exit code 1
/// if a promise was broken, or anything is wrong with a file.
/// With `--random`, so many made-up worlds with the seeds S, S+1, …, up to the first in which a promise was broken: that
/// one is shown, cut down to what is needed. Ctrl-c ends it with the counts up to then and exit code 130.
///
/// T is a time such as `2026-11-23T09:00:00+09:00` (RFC 3339), a local time such as `2026-11-23T09:00`, or a date.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what").required(true).args(["world", "random"]), after_long_help = reference::text())]
pub(super) struct Arguments {
    /// Schedule files, or folders of them (`*.yaml`, `*.yml`, `*.json`); by default those beside the world file.
    ///
    /// Worlds among them are left out: a world is told apart by its keys, of which it has at least one (`Instances`,
    /// `Incidents`, `Rows`, `From`, `To`, `Cron`, `OnChange`, `Seed`), and no `Schedule`.
    #[arg(value_name = "PATH", conflicts_with = "random")]
    paths: Vec<PathBuf>,

    /// The world: instances, incidents, how far apart the ticks are; `--help` says what it may hold.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// When it begins; by default what the world file says in `From`.
    #[arg(long, value_name = "T", conflicts_with = "random")]
    from: Option<Moment>,

    /// When it ends; by default what the world file says in `To`.
    #[arg(long, value_name = "T", conflicts_with = "random")]
    to: Option<Moment>,

    /// What the small print is drawn from, by default what the world file says in `Seed`; with `--random` the first seed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// Make up so many worlds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    random: Option<u64>,

    /// What goes wrong in made-up worlds; by default everything.
    #[arg(long, value_enum, value_name = "FAULTS", conflicts_with = "world")]
    faults: Option<Level>,

    /// Go on after a broken promise, and list every seed with one.
    #[arg(long, conflicts_with_all = ["world", "keep"])]
    all: bool,

    /// Write the world that broke a promise, cut down, into this folder: schedule files and `world.yaml`.
    #[arg(long, value_name = "DIR", conflicts_with = "world")]
    keep: Option<PathBuf>,

    /// How to print what happened; JSON is one object a line.
    ///
    /// The field `event` says what it is: what ticks note (`warning`, `start`, `ready`, `stop`, `stopped`, `failed`, `held`,
    /// `extended`, `problem`, `run_done`, `untold`), what is seen of the world (`state` of an instance, `message` in chat,
    /// `incident`, `answered`, `fault`, `tick_killed`), and what came of it (`violation`, `panic`, `kept`, `summary`).
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How much goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Nothing: only people do what people do.
    None,
    /// What happens every week: throttling, errors, outages.
    Some,
    /// Everything, also crashes, doubled ticks and lost answers.
    All,
}

impl Level {
    fn faults(self) -> Faults {
        match self {
            Self::None => Faults::None,
            Self::Some => Faults::Some,
            Self::All => Faults::All,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some => "some",
            Self::All => "all",
        }
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    match (arguments.random, &arguments.world) {
        (Some(worlds), _) => hunt::run(arguments, worlds),
        (None, Some(world)) => given::run(arguments, world),
        (None, None) => Err(Error::new(ErrorKind::Usage, "`--world FILE` or `--random N` is missing")),
    }
}

/// The end of a command whose worlds were printed: an error if a promise was broken, also where nobody read so far.
fn ended(printed: Result<(), Error>, broken: Option<Error>) -> Result<(), Error> {
    match (printed, broken) {
        (printed, None) => printed,
        (Ok(()), Some(broken)) => Err(broken),
        (Err(error), Some(_)) if error.kind == ErrorKind::Closed => {
            Err(Error { kind: ErrorKind::ClosedAtFaults, ..error })
        }
        (Err(error), Some(_)) => Err(error),
    }
}
