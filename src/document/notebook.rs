//! The problems of which chat has been told, as an item of the `ScheduleRun` table.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::state::{StateError, instant, lease, object, time, version};
use crate::model::{Notebook, Region, RoleArn, ScheduleName, Scope, Source, Told};
use crate::ports::Item;

/// The key of the item that holds the notebook.
pub const NOTEBOOK_KEY: (&str, &str) = (Notebook::KEY, "@told");

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NotebookItem {
    schedule_name: String,
    run_id: String,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    was_damaged: bool,
    #[serde(default)]
    told: Vec<ToldItem>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ToldItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    written_at: Option<String>,
    problems: Vec<String>,
}

/// The item that holds the notebook.
#[must_use]
pub fn notebook_item(notebook: &Notebook) -> Item {
    let told = |(source, told): (&Source, &Told)| {
        let (mut schedule, mut scope, mut account) = (None, None, None);
        match source {
            Source::Tables => {}
            Source::Instances(of) => schedule = Some(of.to_string()),
            Source::Scope(of) => {
                let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
                let role = text(of.account.as_ref().map(RoleArn::as_str));
                scope = Some((role, text(of.region.as_ref().map(Region::as_str))));
            }
            Source::Account(role) => account = Some(role.to_string()),
        }
        let problems = told.problems.iter().map(ToString::to_string).collect();
        ToldItem { schedule, scope, account, written_at: told.written_at.map(time), problems }
    };
    let item = NotebookItem {
        schedule_name: NOTEBOOK_KEY.0.to_owned(),
        run_id: NOTEBOOK_KEY.1.to_owned(),
        version: notebook.version,
        lease_owner: notebook.lease.as_ref().map(|lease| lease.owner.clone()),
        lease_until: notebook.lease.as_ref().map(|lease| time(lease.until_at)),
        was_damaged: notebook.was_damaged,
        told: notebook.told.iter().map(told).collect(),
    };
    object(serde_json::to_value(item).unwrap_or_default())
}

/// Reads the notebook back.
///
/// # Errors
/// When the item is not as it was written.
pub fn notebook(item: &Item) -> Result<Notebook, StateError> {
    let item: NotebookItem = serde_json::from_value(Value::Object(item.clone())).map_err(StateError::Shape)?;
    let lease = lease(item.lease_owner, item.lease_until)?;
    let mut told = BTreeMap::new();
    for line in item.told {
        let source = match (line.schedule, line.scope, line.account) {
            (Some(name), ..) => Source::Instances(ScheduleName::new(&name).map_err(|_| StateError::Word(name))?),
            (None, Some((account, region)), _) => {
                Source::Scope(Scope { account: RoleArn::new(&account).ok(), region: Region::new(&region).ok() })
            }
            (None, None, Some(role)) => Source::Account(RoleArn::new(&role).map_err(|_| StateError::Word(role))?),
            (None, None, None) => Source::Tables,
        };
        let problems = line.problems.iter().map(|text| text.parse::<Uuid>());
        let problems: Result<BTreeSet<Uuid>, _> = problems.collect();
        let problems = problems.map_err(|_| StateError::Word("a problem".to_owned()))?;
        told.insert(source, Told { problems, written_at: line.written_at.as_deref().map(instant).transpose()? });
    }
    let was_damaged = item.was_damaged;
    Ok(Notebook { version: version(item.version)?, lease, was_damaged, told })
}

/// The notebook that is left of an item which cannot be read: it is written anew, on its version if that can be read.
#[must_use]
pub fn damaged_notebook(item: &Item) -> Notebook {
    let known = item.get("Version").and_then(Value::as_u64).and_then(|known| version(known).ok());
    Notebook { version: known.unwrap_or_default(), was_damaged: true, ..Notebook::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lease;

    #[test]
    fn the_notebook_is_read_back_as_it_was_written() {
        let problems = BTreeSet::from([Uuid::NAMESPACE_OID]);
        let far = Scope { account: RoleArn::new("arn").ok(), region: Region::new("eu-west-1").ok() };
        let sources = [
            Source::Tables,
            Source::Instances(ScheduleName::new("S").unwrap()),
            Source::Scope(far),
            Source::Scope(Scope::default()),
            Source::Account(RoleArn::new("arn").unwrap()),
        ];
        let written_at = Some("2026-11-23T12:59:00Z".parse().unwrap());
        let told = |source| (source, Told { problems: problems.clone(), written_at });
        let mut told: BTreeMap<Source, Told> = sources.into_iter().map(told).collect();
        told.insert(Source::Instances(ScheduleName::new("T").unwrap()), Told::default());
        let lease = Some(Lease { owner: "me".to_owned(), until_at: "2026-11-23T13:00:00Z".parse().unwrap() });
        let was_damaged = true;
        let notebook = Notebook { version: 3, lease, was_damaged, told };
        let mut item = notebook_item(&notebook);
        assert_eq!(super::notebook(&item).unwrap(), notebook);
        // Spoilt by hand, with and without a version that can be read.
        item.insert("Told".to_owned(), "all".into());
        assert!(super::notebook(&item).is_err());
        for (version, left) in [(Value::from(3), 3), (Value::from(0), 0), (Value::from("3"), 0), (u64::MAX.into(), 0)] {
            item.insert("Version".to_owned(), version);
            assert_eq!(damaged_notebook(&item), Notebook { version: left, was_damaged: true, ..Notebook::default() });
        }
    }
}
