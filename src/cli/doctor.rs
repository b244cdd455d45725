//! `lamplighter doctor`: what is wrong with an installed system, and what to do about it.

use std::io::Write as _;

use super::live::block_on;
use super::{Error, ErrorKind, Format};
use crate::aws;
use crate::doctor::{self, Check, Finding, Level, Unread};
use crate::live::Live;
use crate::settings::Settings;

mod look;
mod settings;
mod show;

/// Check an installed system: credentials, tables, permissions, clock, schedules and their instances, ticks, chat.
///
/// Says of each finding what to do about it. Nothing is changed, started or stopped. Settings, credentials and clock are those of
/// this terminal. Exit code 1 if something does not work, 3 if that is only because AWS or chat did not answer; warnings alone
/// are 0.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Send a test message to every webhook, and ask the function behind `CHAT_URL` whether it is there.
    #[arg(long)]
    chat: bool,

    /// Try no permissions: only read. For credentials that may not do what the function may.
    #[arg(long)]
    read_only: bool,

    /// How to print the findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let (settings, unread) = settings::read()?;
    let findings = block_on(&settings, async |live| Ok(all(arguments, &settings, &unread, live).await))?;
    let mut out = anstream::stdout().lock();
    let printed = match arguments.format {
        Format::Text => out.write_all(show::text(&findings).as_bytes()),
        Format::Json => writeln!(out, "{}", show::object(&findings)),
    };
    match (printed, verdict(&findings)) {
        (Ok(()), verdict) => verdict,
        (Err(error), Ok(())) => Err(error.into()),
        (Err(error), Err(verdict)) => match Error::from(error) {
            // Who reads no further must not take errors for none.
            error if error.kind == ErrorKind::Closed && verdict.kind == ErrorKind::Input => {
                Err(Error { kind: ErrorKind::ClosedAtFaults, ..error })
            }
            error => Err(error),
        },
    }
}

async fn all(arguments: &Arguments, settings: &Settings, unread: &[Unread], live: &Live) -> Vec<Finding> {
    let (caller, ahead) = aws::caller(&aws::load_config().await, live.calls.clone()).await;
    let mut findings = doctor::settings(unread);
    findings.push(doctor::credentials(&caller));
    let mut schedules = Vec::new();
    if let Ok(caller) = &caller {
        findings.push(doctor::clock(ahead));
        let look = look::Look { settings, live, caller, is_read_only: arguments.read_only };
        let (found, read) = look.all().await;
        findings.extend(found);
        schedules = read;
    } else {
        // A clock that is far off may be the reason.
        findings.extend(ahead.map(|ahead| doctor::clock(Some(ahead))));
        let what = "tables, permissions, schedules, instances and ticks: nothing is seen of them without credentials";
        findings.push(Finding::left_out(Check::Tables, what));
    }
    findings.extend(look::chat(arguments.chat, (settings, unread), live, &schedules).await);
    // What belongs together is seen at several moments.
    findings.sort_by_key(|finding| finding.check);
    findings
}

/// What the exit code says.
fn verdict(findings: &[Finding]) -> Result<(), Error> {
    let errors = || findings.iter().filter(|finding| finding.level == Level::Error);
    if errors().next().is_none() {
        return Ok(());
    }
    let is_unanswered = errors().all(|finding| finding.is_unanswered);
    let kind = if is_unanswered { ErrorKind::Unreachable } else { ErrorKind::Input };
    Err(Error::new(kind, show::counts(findings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_faults_from_silence() {
        let finding = |level, is_unanswered| {
            let finding = Finding::ok(Check::Tables, "what");
            Finding { level, is_unanswered, ..finding }
        };
        let code = |findings: &[Finding]| verdict(findings).map_or_else(|error| error.exit_code(), |()| 0);
        let (warning, fault, silence) =
            (finding(Level::Warning, false), finding(Level::Error, false), finding(Level::Error, true));
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[warning.clone(), finding(Level::LeftOut, false)]), 0);
        assert_eq!(code(&[warning, fault.clone()]), 1);
        assert_eq!(code(std::slice::from_ref(&silence)), 3);
        assert_eq!(code(&[silence, fault]), 1);
    }
}
