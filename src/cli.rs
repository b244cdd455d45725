//! The command line: one file a subcommand. Talks to the user; decides nothing about instances.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

#[cfg(feature = "live")]
mod apply;
mod chat;
mod demo;
#[cfg(feature = "live")]
mod doctor;
mod explain;
mod holidays;
mod import;
#[cfg(feature = "live")]
mod live;
mod moment;
#[cfg(any(feature = "live", test))]
mod order;
mod plan;
mod simulate;
mod source;
#[cfg(feature = "live")]
mod tick;
mod validate;
mod write;

/// Starts and stops tagged EC2 and RDS instances on a schedule, in dependency order, with a warning in chat.
#[derive(Debug, Parser)]
#[command(name = "lamplighter", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Validate(validate::Arguments),
    Explain(explain::Arguments),
    Plan(plan::Arguments),
    Simulate(Box<simulate::Arguments>),
    Holidays(holidays::Arguments),
    Import(import::Arguments),
    Chat(chat::Arguments),
    #[cfg(feature = "live")]
    Apply(apply::Arguments),
    #[cfg(feature = "live")]
    Extend(order::Extend),
    #[cfg(feature = "live")]
    Skip(order::Skip),
    #[cfg(feature = "live")]
    Start(order::Start),
    #[cfg(feature = "live")]
    Stop(order::Stop),
    #[cfg(feature = "live")]
    Cancel(order::Cancel),
    #[cfg(feature = "live")]
    Tick(tick::Arguments),
    #[cfg(feature = "live")]
    Doctor(doctor::Arguments),
}

/// How a listing is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people: aligned, coloured on a terminal.
    #[default]
    Text,
    /// For programs: JSON.
    Json,
}

/// Why a command did not do what it was asked for; the kind decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ErrorKind {
    /// The input is at fault: exit code 1.
    Input,
    /// Options that do not go together: exit code 2, as for those that are not known.
    Usage,
    /// Whoever read the output has had enough, as with `| head`: exit code 0, without a word.
    Closed,
    /// The same, of a listing that says that the input is at fault: exit code 1, without a word.
    ClosedAtFaults,
    /// AWS or chat could not be reached: exit code 3.
    #[cfg(any(feature = "live", test))]
    Unreachable,
    /// Some of it was done: exit code 4.
    Partly,
    /// Somebody pressed ctrl-c: exit code 130, as shells have it.
    Interrupted,
}

/// What went wrong, and what would be right.
#[derive(Debug)]
struct Error {
    kind: ErrorKind,
    /// Lower case, no full stop.
    message: String,
    /// What else is wrong.
    others: Vec<String>,
    hints: Vec<String>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), others: Vec::new(), hints: Vec::new() }
    }

    fn also(mut self, message: impl Into<String>) -> Self {
        self.others.push(message.into());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Closed => 0,
            ErrorKind::Input | ErrorKind::ClosedAtFaults => 1,
            ErrorKind::Usage => 2,
            #[cfg(any(feature = "live", test))]
            ErrorKind::Unreachable => 3,
            ErrorKind::Partly => 4,
            ErrorKind::Interrupted => 130,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let kind = if error.kind() == std::io::ErrorKind::BrokenPipe { ErrorKind::Closed } else { ErrorKind::Input };
        Self::new(kind, format!("the output could not be written: {error}"))
    }
}

/// Runs the command line; exit code 0: done, 1: the input is at fault, 2: wrong usage, 3: AWS or chat could not be
/// reached, 4: partly done, 130: interrupted.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Holidays(arguments) => holidays::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Chat(arguments) => chat::run(&arguments),
        #[cfg(feature = "live")]
        Command::Apply(arguments) => apply::run(&arguments),
        #[cfg(feature = "live")]
        Command::Extend(arguments) => order::run(&arguments),
        #[cfg(feature = "live")]
        Command::Skip(arguments) => order::run(&arguments),
        #[cfg(feature = "live")]
        Command::Start(arguments) => order::run(&arguments),
        #[cfg(feature = "live")]
        Command::Stop(arguments) => order::run(&arguments),
        #[cfg(feature = "live")]
        Command::Cancel(arguments) => order::run(&arguments),
        #[cfg(feature = "live")]
        Command::Tick(arguments) => tick::run(&arguments),
        #[cfg(feature = "live")]
        Command::Doctor(arguments) => doctor::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if matches!(error.kind, ErrorKind::Closed | ErrorKind::ClosedAtFaults) => {
            ExitCode::from(error.exit_code())
        }
        Err(error) => {
            let mut out = anstream::stderr().lock();
            // There is nobody left to tell if this fails.
            for message in std::iter::once(&error.message).chain(&error.others) {
                _ = writeln!(out, "{BAD}error:{BAD:#} {message}");
            }
            for hint in &error.hints {
                _ = writeln!(out, "{HINT}hint:{HINT:#} {hint}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const FAINT: anstyle::Style = anstyle::Style::new().dimmed();
const BAD: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
const HINT: anstyle::Style = anstyle::AnsiColor::Cyan.on_default();
