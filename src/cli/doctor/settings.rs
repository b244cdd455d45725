//! The settings as far as they can be read. Whoever asks what is wrong is not sent away for the first thing that is.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use crate::aws::{self, SecretError};
use crate::cli::{Error, ErrorKind};
use crate::doctor::{Unread, Unreadable};
use crate::live::joined;
use crate::settings::{self, Fault, Reference, Settings};

/// The settings, those that cannot be read as if they were not set; and which those are.
///
/// # Errors
/// Where the settings cannot be read even without them.
pub(super) fn read() -> Result<(Settings, Vec<Unread>), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(as_far_as_possible())
}

async fn as_far_as_possible() -> Result<(Settings, Vec<Unread>), Error> {
    let (mut unread, mut instead) = (Vec::new(), BTreeMap::new());
    let are_references_read = match settings::references() {
        Ok(references) => {
            (instead, unread) = fetched(references).await;
            true
        }
        Err(error) => {
            unread.extend(error.faults.iter().map(of_form));
            false
        }
    };
    let secrets: BTreeSet<String> = unread.iter().map(|unread| unread.name.clone()).collect();
    let faults = match Settings::from_env(&instead) {
        Ok(settings) if secrets.is_empty() => return Ok((settings, unread)),
        Ok(_) => Vec::new(),
        Err(error) => error.faults,
    };
    // An ARN that stands where a secret should is no second fault.
    let is_fault = |fault: &&Fault| {
        let is_unfetched = fault.holds.is_none() && !are_references_read;
        !is_unfetched && !secrets.contains(variable(fault))
    };
    unread.extend(faults.iter().filter(is_fault).map(of_form));
    let unset: Vec<String> =
        secrets.iter().cloned().chain(faults.iter().map(|fault| variable(fault).to_owned())).collect();
    Ok((without(unset, instead)?, unread))
}

/// The settings without these, and without those that are no good without them.
fn without(mut unset: Vec<String>, mut instead: BTreeMap<String, String>) -> Result<Settings, Error> {
    loop {
        let before = instead.clone();
        instead.extend(unset.into_iter().map(|name| (name, String::new())));
        match Settings::from_env(&instead) {
            Ok(settings) => return Ok(settings),
            Err(error) if instead == before => return Err(Error::new(ErrorKind::Input, error.to_string())),
            Err(error) => unset = error.faults.iter().map(|fault| variable(fault).to_owned()).collect(),
        }
    }
}

/// What variables refer to, and those whose secrets cannot be read.
async fn fetched(references: BTreeMap<String, Vec<Reference>>) -> (BTreeMap<String, String>, Vec<Unread>) {
    let (mut texts, mut unread) = (BTreeMap::new(), Vec::new());
    if references.is_empty() {
        return (texts, unread);
    }
    let config = aws::load_config().await;
    let answers = references.into_iter().map(async |(name, of)| {
        let fetched = aws::fetch_secrets(&config, of.iter().cloned().collect()).await;
        (name, of, fetched)
    });
    for (name, of, fetched) in join_all(answers).await {
        match fetched {
            Ok(fetched) => {
                texts.insert(name, joined(&of, &fetched));
            }
            Err((reference, error)) => {
                let code = match &error {
                    SecretError::Aws { code, .. } => Some(code.clone()),
                    SecretError::Bytes | SecretError::NoObject(_) | SecretError::NoKey(_) => None,
                };
                let (arn, error) = (reference.arn().to_owned(), error.to_string());
                unread.push(Unread { name, why: Unreadable::Secret { arn, code, error } });
            }
        }
    }
    (texts, unread)
}

fn of_form(fault: &Fault) -> Unread {
    let (name, allowed) = parts(fault);
    Unread { name: name.to_owned(), why: Unreadable::Form { holds: fault.holds.clone(), allowed: allowed.to_owned() } }
}

fn variable(fault: &Fault) -> &str {
    parts(fault).0
}

/// The variable that a fault is about, and what is allowed: the variables of channels have one name together, and stand behind
/// what is allowed.
fn parts(fault: &Fault) -> (&str, &str) {
    let of_channel =
        fault.allowed.rsplit_once(" (in `").and_then(|(allowed, rest)| Some((rest.strip_suffix("`)")?, allowed)));
    of_channel.filter(|_| fault.name.contains('<')).unwrap_or((fault.name, &fault.allowed))
}
