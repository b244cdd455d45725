//! The tables: whether they are there, keyed as they have to be, and cleared of what is old; and the items in them.

use super::{Caller, Check, Finding, counted, or_ok, policy, quoted};
use crate::model::{Problem, ScheduleName};
use crate::ports::{EXPIRES_AT, StoreError, Table};

/// How a table was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The attributes of its key in order, and whether each is text.
    pub key: Vec<(String, bool)>,
    /// The attributes of the key that it should have.
    pub ours: Vec<&'static str>,
    /// Whether it can be used, rather than being made or deleted.
    pub is_active: bool,
}

impl Described {
    fn names(&self) -> Vec<&str> {
        self.key.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The predecessor's server groups are keyed by their name alone, which works.
    fn is_predecessors(&self, table: Table) -> bool {
        table == Table::ServerGroup && self.names() == ["GroupName"]
    }

    /// Whether items can be found by their key.
    #[must_use]
    pub fn is_keyed_rightly(&self, table: Table) -> bool {
        (self.names() == self.ours || self.is_predecessors(table)) && self.key.iter().all(|(_, is_text)| *is_text)
    }
}

/// What was seen of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLook {
    /// Which one.
    pub table: Table,
    /// Its name, or its ARN.
    pub name: String,
    /// The setting that names it.
    pub setting: &'static str,
    /// How it was made.
    pub described: Result<Described, StoreError>,
    /// The attribute by which items are deleted; `None`: nothing in it is to be deleted, or it was not looked at.
    pub expiry: Option<Result<Option<String>, StoreError>>,
    /// Whether it could be read.
    pub read: Result<(), StoreError>,
}

impl TableLook {
    /// The ARN of the table.
    pub(super) fn arn(&self, caller: &Caller) -> String {
        arn(caller, &self.name)
    }
}

/// The ARN of a table.
pub(super) fn arn(caller: &Caller, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let Caller { account, region, .. } = caller;
    format!("arn:{}:dynamodb:{region}:{account}:table/{name}", caller.partition())
}

/// What is wrong with the tables.
#[must_use]
pub fn tables(looks: &[TableLook], caller: &Caller) -> Vec<Finding> {
    let findings = looks.iter().flat_map(|look| table(look, caller)).collect();
    or_ok(findings, || {
        let mut what = format!("{}: {}", counted(looks.len(), "table"), names(looks));
        let is_predecessors =
            |look: &TableLook| look.described.as_ref().is_ok_and(|described| described.is_predecessors(look.table));
        if let Some(look) = looks.iter().find(|look| is_predecessors(look)) {
            let words = "keyed by `GroupName` alone, which works as long as no two schedules have a group of one name";
            what = format!("{what}; {} is {words}", look.name);
        }
        Finding::ok(Check::Tables, what)
    })
}

fn names(looks: &[TableLook]) -> String {
    looks.iter().map(|look| look.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn table(look: &TableLook, caller: &Caller) -> Vec<Finding> {
    // To read it is what every tick does; to describe it, only this command and `apply`.
    let read = look.read.as_ref().err().map(|error| failed(look, error, caller));
    let described = match &look.described {
        Ok(described) => key(look, described),
        Err(StoreError::Denied { .. }) if look.read.is_ok() => {
            Some(undescribed(look, "its key", "DescribeTable", caller))
        }
        Err(error) if look.read.is_ok() => Some(failed(look, error, caller)),
        Err(_) => None,
    };
    let expiry =
        look.expiry.as_ref().filter(|_| look.read.is_ok()).and_then(|expiry| time_to_live(look, expiry, caller));
    read.into_iter().chain(described).chain(expiry).collect()
}

/// What cannot be seen of a table that works.
fn undescribed(look: &TableLook, what: &str, action: &str, caller: &Caller) -> Finding {
    let action = format!("dynamodb:{action}");
    Finding::left_out(
        Check::Tables,
        format!("{what}: these credentials may not `{action}`, which the function does not need"),
    )
    .at(&look.name)
    .hint(policy::statement(&[&action], &[look.arn(caller)], None))
}

/// A table that is not there, or does not let itself be used.
fn failed(look: &TableLook, error: &StoreError, caller: &Caller) -> Finding {
    let TableLook { name, setting, .. } = look;
    let (what, hint, is_unanswered) = match error {
        StoreError::MissingTable(..) => {
            let what = format!("there is no such table in {}", caller.region);
            let hint = format!(
                "`lamplighter apply DIR --create-tables` makes it; if it has another name, say so in `{setting}`, and if it is in another region, in `AWS_REGION`"
            );
            (what, hint, false)
        }
        StoreError::Denied { message, .. } => {
            let action = if look.table == Table::Run { "dynamodb:BatchGetItem" } else { "dynamodb:Scan" };
            (format!("may not be read: {message}"), policy::statement(&[action], &[look.arn(caller)], None), false)
        }
        StoreError::Unavailable { message, .. } => (
            format!("did not answer: {message}"),
            "run this command again; a tick tries again by itself".to_owned(),
            true,
        ),
        StoreError::Conflict | StoreError::Other { .. } => {
            let hint = format!("look at the table in the console, and at what `{setting}` names");
            (error.to_string(), hint, false)
        }
    };
    Finding::error(Check::Tables, what).at(name).hint(hint).unanswered(is_unanswered)
}

fn key(look: &TableLook, described: &Described) -> Option<Finding> {
    let TableLook { table, name, setting, .. } = look;
    if !described.is_keyed_rightly(*table) {
        let shown = |(name, is_text): &(String, bool)| format!("`{name}`{}", if *is_text { "" } else { " (no text)" });
        let is = described.key.iter().map(shown).collect::<Vec<_>>().join(" and ");
        let ours = described.ours.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let hint = format!(
            "a key cannot be changed: name a new table in `{setting}`, make it with `lamplighter apply DIR --create-tables`, and delete this one"
        );
        let what = format!("is keyed by {is}, and has to be by {ours}, as text");
        return Some(Finding::error(Check::Tables, what).at(name).hint(hint));
    }
    let hint = "wait until it is made; one that is being deleted has to be made again";
    (!described.is_active).then(|| Finding::warning(Check::Tables, "is being made or deleted").at(name).hint(hint))
}

fn time_to_live(look: &TableLook, expiry: &Result<Option<String>, StoreError>, caller: &Caller) -> Option<Finding> {
    let TableLook { name, .. } = look;
    let ours = format!("Enabled=true,AttributeName={EXPIRES_AT}");
    let command = |spec: &str| {
        format!("`aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification {spec}`")
    };
    match expiry {
        Ok(Some(attribute)) if attribute == EXPIRES_AT => None,
        Ok(Some(other)) => {
            let what = format!("deletes items by `{other}`, not by `{EXPIRES_AT}`: what is old is kept for ever");
            let off = command(&format!("Enabled=false,AttributeName={other}"));
            let hint = format!("{off}, and when that is done, which takes up to an hour, {}", command(&ours));
            Some(Finding::warning(Check::Tables, what).at(name).hint(hint))
        }
        Ok(None) => {
            let what =
                format!("has no time to live on `{EXPIRES_AT}`: what is old is kept for ever, and read at a price");
            Some(Finding::warning(Check::Tables, what).at(name).hint(command(&ours)))
        }
        Err(StoreError::Denied { .. }) => Some(undescribed(look, "its time to live", "DescribeTimeToLive", caller)),
        Err(error) => Some(failed(look, error, caller)),
    }
}

/// What is wrong with the items, a finding each, but no more than people read.
#[must_use]
pub fn items(items: usize, problems: &[Problem]) -> Vec<Finding> {
    let (grave, slight): (Vec<&Problem>, Vec<&Problem>) = problems.iter().partition(|problem| problem.stops_schedule);
    let mut findings = faults(&grave, Finding::error);
    findings.extend(faults(&slight, Finding::warning));
    if items == 0 {
        let hint =
            "`lamplighter apply DIR` writes schedule files into the tables; `schedules` of the repository has examples";
        findings.push(
            Finding::warning(Check::Items, "there is no schedule: nothing is ever started or stopped").hint(hint),
        );
    }
    or_ok(findings, || Finding::ok(Check::Items, format!("{}, no fault", counted(items, "schedule"))))
}

/// The first faults, and how many more there are.
fn faults(problems: &[&Problem], finding: fn(Check, String) -> Finding) -> Vec<Finding> {
    /// The rest is the affair of a command that looks at nothing else.
    const MOST: usize = 5;
    let mut findings: Vec<Finding> = problems.iter().take(MOST).map(|problem| fault(problem, finding)).collect();
    let more = problems.get(MOST..).unwrap_or_default();
    if !more.is_empty() {
        let mut names: Vec<&ScheduleName> = more.iter().filter_map(|problem| problem.schedule.as_ref()).collect();
        names.sort();
        names.dedup();
        let of = if names.is_empty() { String::new() } else { format!(": {}", quoted(names)) };
        findings.push(finding(Check::Items, format!("and {}{of}", counted(more.len(), "more fault"))).hint(
            "`lamplighter plan` shows all below the plan; `lamplighter validate DIR` those of files, with their lines",
        ));
    }
    findings
}

fn fault(problem: &Problem, finding: fn(Check, String) -> Finding) -> Finding {
    let found = finding(Check::Items, problem.words()).at(&problem.item);
    match &problem.schedule {
        Some(name) if problem.stops_schedule => {
            found.hint(format!("until that is mended, `{name}` and its instances are left exactly as they are"))
        }
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::shown;
    use crate::model::Source;

    fn caller() -> Caller {
        let (account, region) = ("123456789012".to_owned(), "eu-west-1".to_owned());
        Caller { account, arn: "arn:aws:iam::123456789012:user/x".to_owned(), region }
    }

    fn look(table: Table, key: &[&str], ours: &[&'static str]) -> TableLook {
        TableLook {
            table,
            name: table.as_str().to_owned(),
            setting: "SOME_TABLE",
            described: Ok(Described {
                key: key.iter().map(|name| (name.trim_end_matches(" N").to_owned(), !name.ends_with(" N"))).collect(),
                ours: ours.to_vec(),
                is_active: true,
            }),
            expiry: None,
            read: Ok(()),
        }
    }

    fn judged(look: TableLook) -> String {
        shown(&tables(&[look], &caller()))
    }

    #[test]
    fn keys_have_to_be_ours_but_for_the_predecessors_groups() {
        let ours = ["ScheduleName", "GroupName"];
        let wrong = "error tables ScheduleServerGroup: is keyed by ";
        let cases: [(&[&str], &str); 6] = [
            (&["ScheduleName", "GroupName"], "ok tables 1 table: ScheduleServerGroup"),
            (
                &["GroupName"],
                "ok tables 1 table: ScheduleServerGroup; ScheduleServerGroup is keyed by `GroupName` alone",
            ),
            (
                &["GroupName", "ScheduleName"],
                &format!(
                    "{wrong}`GroupName` and `ScheduleName`, and has to be by `ScheduleName` and `GroupName`, as text"
                ),
            ),
            (&["Id"], &format!("{wrong}`Id`, and")),
            (&["ScheduleName", "GroupName N"], &format!("{wrong}`ScheduleName` and `GroupName` (no text), and")),
            (&["GroupName N"], &format!("{wrong}`GroupName` (no text), and")),
        ];
        for (key, words) in cases {
            let seen = judged(look(Table::ServerGroup, key, &ours));
            assert!(seen.starts_with(words), "{key:?}: {seen}");
        }
        let run = judged(look(Table::Run, &["GroupName"], &["ScheduleName", "RunId"]));
        assert!(run.starts_with("error tables ScheduleRun: is keyed by `GroupName`"), "{run}");
    }

    #[test]
    fn what_is_old_has_to_be_deleted() {
        let of = |expiry| TableLook { expiry: Some(expiry), ..look(Table::Run, &["R"], &["R"]) };
        assert_eq!(judged(of(Ok(Some(EXPIRES_AT.to_owned())))), "ok tables 1 table: ScheduleRun");
        insta::assert_snapshot!(judged(of(Ok(None))), @r"
warning tables ScheduleRun: has no time to live on `ExpiresAt`: what is old is kept for ever, and read at a price
  `aws dynamodb update-time-to-live --table-name ScheduleRun --time-to-live-specification Enabled=true,AttributeName=ExpiresAt`
        ");
        insta::assert_snapshot!(judged(of(Ok(Some("Ttl".to_owned())))), @r"
warning tables ScheduleRun: deletes items by `Ttl`, not by `ExpiresAt`: what is old is kept for ever
  `aws dynamodb update-time-to-live --table-name ScheduleRun --time-to-live-specification Enabled=false,AttributeName=Ttl`, and when that is done, which takes up to an hour, `aws dynamodb update-time-to-live --table-name ScheduleRun --time-to-live-specification Enabled=true,AttributeName=ExpiresAt`
        ");
        insta::assert_snapshot!(judged(of(Err(StoreError::Denied { table: "T".to_owned(), message: "no".to_owned() }))), @r#"
left out tables ScheduleRun: its time to live: these credentials may not `dynamodb:DescribeTimeToLive`, which the function does not need
  allow it: {"Action":["dynamodb:DescribeTimeToLive"],"Effect":"Allow","Resource":["arn:aws:dynamodb:eu-west-1:123456789012:table/ScheduleRun"]}
        "#);
    }

    #[test]
    fn a_table_that_cannot_be_used_says_what_to_do() {
        let (table, message) = ("T".to_owned(), "why".to_owned());
        let of = |error: StoreError| {
            let broken =
                TableLook { read: Err(error.clone()), described: Err(error), ..look(Table::Schedule, &[], &[]) };
            judged(broken)
        };
        insta::assert_snapshot!(of(StoreError::MissingTable(table.clone(), "SCHEDULE_TABLE")), @r"
error tables Schedule: there is no such table in eu-west-1
  `lamplighter apply DIR --create-tables` makes it; if it has another name, say so in `SOME_TABLE`, and if it is in another region, in `AWS_REGION`
        ");
        insta::assert_snapshot!(of(StoreError::Denied { table: table.clone(), message: message.clone() }), @r#"
error tables Schedule: may not be read: why
  allow it: {"Action":["dynamodb:Scan"],"Effect":"Allow","Resource":["arn:aws:dynamodb:eu-west-1:123456789012:table/Schedule"]}
        "#);
        insta::assert_snapshot!(of(StoreError::Unavailable { table: table.clone(), message: message.clone() }), @r"
error tables (unanswered) Schedule: did not answer: why
  run this command again; a tick tries again by itself
        ");
        // Only describing it is denied, which no tick does.
        let denied = StoreError::Denied { table, message };
        let seen = judged(TableLook { described: Err(denied), ..look(Table::Schedule, &[], &[]) });
        assert!(seen.starts_with("left out tables Schedule: its key"), "{seen}");
    }

    #[test]
    fn faults_of_items_are_shown_up_to_a_number() {
        let problem = |schedule: &str, attribute: &str, stops_schedule| Problem {
            source: Source::Tables,
            schedule: ScheduleName::new(schedule).ok(),
            item: format!("Schedule {schedule}"),
            attribute: attribute.to_owned(),
            holds: Some("x".to_owned()),
            message: "is wrong; allowed: y".to_owned(),
            stops_schedule,
        };
        assert_eq!(shown(&items(2, &[])), "ok items 2 schedules, no fault");
        let all = [problem("A", "StopTime", true), problem("A", "DaysActive", true), problem("C", "Colour", false)];
        insta::assert_snapshot!(shown(&items(3, &all)), @r"
error items Schedule A: StopTime = `x`: is wrong; allowed: y
  until that is mended, `A` and its instances are left exactly as they are
error items Schedule A: DaysActive = `x`: is wrong; allowed: y
  until that is mended, `A` and its instances are left exactly as they are
warning items Schedule C: Colour = `x`: is wrong; allowed: y
        ");
        let many: Vec<Problem> = ["A", "B", "C", "D", "E", "F", "F", "G"].map(|name| problem(name, "", true)).to_vec();
        let seen = shown(&items(8, &many));
        assert_eq!(seen.matches("error items Schedule").count(), 5, "{seen}");
        assert!(seen.contains("error items and 3 more faults: `F`, `G`\n  `lamplighter plan` shows all"), "{seen}");
        assert!(!shown(&items(5, &many[..5])).contains("more"));
        assert!(shown(&items(0, &[])).starts_with("warning items there is no schedule"));
    }
}
