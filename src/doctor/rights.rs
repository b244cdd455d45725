//! What may be written, started and stopped: from tries that change nothing.

use std::collections::BTreeMap;

use super::{Caller, Check, Finding, listed, or_ok, policy, tables};
use crate::model::{Failure, FailureKind, InstanceKey, InstanceKind, RoleArn, Scope};
use crate::ports::{StoreError, Table};

/// What AWS answers to a dry run of what is allowed.
pub const DRY_RUN: &str = "DryRunOperation";
/// Our word for an AWS that takes no notice of `DryRun`, such as an emulator: nothing may be tried there.
pub const DRY_RUN_IGNORED: &str = "DryRunIgnored";

/// A way to write into a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// `UpdateItem`.
    Update,
    /// `PutItem`.
    Put,
    /// `DeleteItem`.
    Delete,
}

impl Write {
    /// The writes of a tick and of people's orders; what `apply` writes besides, no function does.
    pub const OF_TABLES: [(Table, &'static [Self]); 3] = [
        (Table::Schedule, &[Self::Update]),
        (Table::Exception, &[Self::Put, Self::Delete]),
        (Table::Run, &[Self::Put]),
    ];

    /// IAM's name of the action.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Update => "dynamodb:UpdateItem",
            Self::Put => "dynamodb:PutItem",
            Self::Delete => "dynamodb:DeleteItem",
        }
    }

    /// Who needs it.
    const fn purpose(self, table: Table) -> &'static str {
        match (table, self) {
            (Table::Schedule, _) => "the scheduler lowers `ForceStart` and `ForceStop`, people raise them",
            (Table::Exception, Self::Delete) => "people take an exception back",
            (Table::Exception, _) => "people move and skip stops",
            _ => "the scheduler remembers what it has done",
        }
    }
}

/// A write under a condition that never holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteTry {
    /// Into which table.
    pub table: Table,
    /// The table's name.
    pub name: String,
    /// How.
    pub write: Write,
    /// `Ok`: the condition did not hold, so that it is allowed.
    pub outcome: Result<(), StoreError>,
}

/// What may not be written.
#[must_use]
pub fn writes(tries: &[WriteTry], caller: &Caller) -> Vec<Finding> {
    let findings = tries.iter().filter_map(|of| {
        let (error, action) = (of.outcome.as_ref().err()?, of.write.action());
        let finding = match error {
            StoreError::Denied { message, .. } => {
                let what = format!("these credentials may not `{action}`: {message}");
                let arn = tables::arn(caller, &of.name);
                Finding::error(Check::Rights, what)
                    .hint(policy::statement(&[action], &[arn], None))
                    .hint(format!("what for: {}", of.write.purpose(of.table)))
            }
            error => Finding::warning(Check::Rights, format!("whether `{action}` is allowed cannot be told: {error}"))
                .hint("run this command again"),
        };
        Some(finding.at(&of.name))
    });
    or_ok(findings.collect(), || {
        Finding::ok(
            Check::Rights,
            "these credentials may write into the tables (tried with writes that change nothing)",
        )
    })
}

/// A call on an instance that AWS was only asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// On which.
    pub instance: InstanceKey,
    /// IAM's name of the action.
    pub action: &'static str,
    /// `Ok`: it is allowed.
    pub outcome: Result<(), Failure>,
}

/// What may not be done to EC2 instances; `tag_key` is that of the schedule, `mark` the tag that is written. `untried` are the
/// places without an EC2 instance to try on.
#[must_use]
pub fn dry_runs(runs: &[DryRun], untried: &[Scope], caller: &Caller, (tag_key, mark): (&str, &str)) -> Vec<Finding> {
    let failed: Vec<&DryRun> = runs.iter().filter(|run| run.outcome.is_err()).collect();
    let mut findings: Vec<Finding> = failed.iter().filter_map(|run| dry_run(run, caller, (tag_key, mark))).collect();
    let tried: BTreeMap<&Scope, Vec<&str>> = runs.iter().filter(|run| run.outcome.is_ok()).fold(
        BTreeMap::new(),
        |mut tried: BTreeMap<&Scope, Vec<&str>>, run| {
            tried.entry(&run.instance.scope).or_default().push(run.action);
            tried
        },
    );
    if failed.is_empty() && !tried.is_empty() {
        let actions = tried.values().next().map(|actions| actions.join(", ")).unwrap_or_default();
        let places = listed(tried.keys());
        findings.push(Finding::ok(
            Check::Rights,
            format!("allowed on EC2 instances (tried with dry runs): {actions} in {places}"),
        ));
    }
    if !untried.is_empty() {
        let what = format!(
            "starting and stopping of EC2 instances: there is none of a schedule to try it on in {}",
            listed(untried)
        );
        findings.push(Finding::left_out(Check::Rights, what));
    }
    findings
}

fn dry_run(run: &DryRun, caller: &Caller, (tag_key, mark): (&str, &str)) -> Option<Finding> {
    let (failure, action) = (run.outcome.as_ref().err()?, run.action);
    let place = run.instance.to_string();
    if failure.code == DRY_RUN_IGNORED {
        let what = "starting and stopping of EC2 instances: what answers here takes no notice of `DryRun`";
        return Some(Finding::left_out(Check::Rights, what).at(place));
    }
    if failure.kind != FailureKind::Denied {
        let what = format!("whether `{action}` is allowed cannot be told: {failure}");
        return Some(Finding::warning(Check::Rights, what).at(place).hint("run this command again"));
    }
    let account = caller.account_of(run.instance.scope.account.as_ref());
    let resource = format!("arn:{}:ec2:*:{account}:instance/*", caller.partition());
    let who = who(run.instance.scope.account.as_ref());
    let what = format!("{who} may not `{action}`: {failure}");
    if action == "ec2:CreateTags" {
        // A courtesy, which holds nobody.
        let statement = policy::statement(&[action], &[resource], Some(policy::carries_and_writes(tag_key, mark)));
        let finding = Finding::warning(Check::Rights, what).at(place).hint(statement);
        return Some(finding.hint("or do without the tag: `TAG_LAST_ACTION=false`"));
    }
    let statement = policy::statement(&[action], &[resource], Some(policy::carries(tag_key)));
    Some(Finding::error(Check::Rights, what).at(place).hint(statement))
}

/// Whose rights they are.
fn who(role: Option<&RoleArn>) -> String {
    role.map_or_else(|| "these credentials".to_owned(), |role| format!("role {role}"))
}

/// What is left out for databases, which have no dry run; nothing where there are none. `mark`: the tag that is written, if one is.
#[must_use]
pub fn databases<'a>(
    databases: impl IntoIterator<Item = &'a InstanceKey>,
    caller: &Caller,
    tag_key: &str,
    mark: Option<&str>,
) -> Option<Finding> {
    let mut roles: Vec<Option<&RoleArn>> = Vec::new();
    let mut count = 0;
    for key in databases.into_iter().filter(|key| key.kind != InstanceKind::Ec2) {
        count += 1;
        if !roles.contains(&key.scope.account.as_ref()) {
            roles.push(key.scope.account.as_ref());
        }
    }
    if count == 0 {
        return None;
    }
    let resources: Vec<String> = roles
        .iter()
        .flat_map(|role| {
            let (of, account) = (caller.partition(), caller.account_of(*role));
            ["db", "cluster"].map(|kind| format!("arn:{of}:rds:*:{account}:{kind}:*"))
        })
        .collect();
    let actions = ["rds:StartDBInstance", "rds:StopDBInstance", "rds:StartDBCluster", "rds:StopDBCluster"];
    let what = "starting and stopping of databases: RDS has no dry run, so nothing is tried";
    let finding = Finding::left_out(Check::Rights, what)
        .hint(policy::statement(&actions, &resources, Some(policy::carries(tag_key))).replace("allow it", "needed"));
    let Some(mark) = mark else { return Some(finding) };
    let tags =
        policy::statement(&["rds:AddTagsToResource"], &resources, Some(policy::carries_and_writes(tag_key, mark)));
    Some(finding.hint(tags.replace("allow it", "needed for the tag, with `tag:TagResources` on `*`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::shown;

    const TAGS: (&str, &str) = ("ScheduleName", "lamplighter:last-action");

    fn caller() -> Caller {
        let (account, region) = ("123456789012".to_owned(), "eu-west-1".to_owned());
        Caller { account, arn: "arn:aws:iam::123456789012:user/x".to_owned(), region }
    }

    #[test]
    fn a_condition_that_does_not_hold_is_a_right() {
        let of = |outcome| WriteTry { table: Table::Run, name: "Runs".to_owned(), write: Write::Put, outcome };
        assert!(shown(&writes(&[of(Ok(()))], &caller())).starts_with("ok rights these credentials may write"));
        let denied = StoreError::Denied { table: "Runs".to_owned(), message: "AccessDeniedException: no".to_owned() };
        insta::assert_snapshot!(shown(&writes(&[of(Ok(())), of(Err(denied))], &caller())), @r#"
error rights Runs: these credentials may not `dynamodb:PutItem`: AccessDeniedException: no
  allow it: {"Action":["dynamodb:PutItem"],"Effect":"Allow","Resource":["arn:aws:dynamodb:eu-west-1:123456789012:table/Runs"]}
  what for: the scheduler remembers what it has done
        "#);
        let silent = StoreError::Unavailable { table: "Runs".to_owned(), message: "later".to_owned() };
        assert!(shown(&writes(&[of(Err(silent))], &caller())).starts_with("warning rights Runs: whether"));
    }

    fn run(key: &str, action: &'static str, refused: Option<(&str, FailureKind)>) -> DryRun {
        let failure = |(code, kind): (&str, _)| Failure { kind, code: code.to_owned(), message: "no".to_owned() };
        DryRun { instance: key.parse().unwrap(), action, outcome: refused.map(failure).map_or(Ok(()), Err) }
    }

    fn judged(runs: &[DryRun], untried: &[Scope]) -> String {
        shown(&dry_runs(runs, untried, &caller(), TAGS))
    }

    #[test]
    fn what_a_dry_run_refuses_is_named_with_its_statement() {
        let denied = Some(("UnauthorizedOperation", FailureKind::Denied));
        let far = "arn:aws:iam::222222222222:role/x|eu-west-1|ec2/i-2";
        let all = [
            run("ec2/i-1", "ec2:StartInstances", None),
            run("ec2/i-1", "ec2:CreateTags", denied),
            run(far, "ec2:StopInstances", denied),
            run(far, "ec2:StartInstances", Some(("InternalError", FailureKind::Unreachable))),
        ];
        insta::assert_snapshot!(judged(&all, &[]), @r#"
warning rights ec2/i-1: these credentials may not `ec2:CreateTags`: UnauthorizedOperation: no
  allow it: {"Action":["ec2:CreateTags"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"lamplighter:last-action"},"Null":{"aws:ResourceTag/ScheduleName":"false","aws:TagKeys":"false"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:123456789012:instance/*"]}
  or do without the tag: `TAG_LAST_ACTION=false`
error rights arn:aws:iam::222222222222:role/x|eu-west-1|ec2/i-2: role arn:aws:iam::222222222222:role/x may not `ec2:StopInstances`: UnauthorizedOperation: no
  allow it: {"Action":["ec2:StopInstances"],"Condition":{"Null":{"aws:ResourceTag/ScheduleName":"false"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:222222222222:instance/*"]}
warning rights arn:aws:iam::222222222222:role/x|eu-west-1|ec2/i-2: whether `ec2:StartInstances` is allowed cannot be told: InternalError: no
  run this command again
        "#);
    }

    #[test]
    fn what_is_allowed_is_one_line_and_what_was_not_tried_another() {
        let all = [run("ec2/i-1", "ec2:StartInstances", None), run("ec2/i-1", "ec2:StopInstances", None)];
        let elsewhere: InstanceKey = "eu-west-3|ec2/i-1".parse().unwrap();
        insta::assert_snapshot!(judged(&all, &[elsewhere.scope]), @r"
ok rights allowed on EC2 instances (tried with dry runs): ec2:StartInstances, ec2:StopInstances in the own account and region
left out rights starting and stopping of EC2 instances: there is none of a schedule to try it on in region eu-west-3
        ");
        assert_eq!(judged(&[], &[]), "");
        let ignored = [run("ec2/i-1", "ec2:StartInstances", Some((DRY_RUN_IGNORED, FailureKind::Other)))];
        assert!(judged(&ignored, &[]).starts_with("left out rights ec2/i-1: starting"), "{}", judged(&ignored, &[]));
    }

    #[test]
    fn databases_are_left_out_with_what_they_need() {
        let keys = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<InstanceKey>>();
        assert_eq!(databases(&keys(&["ec2/i-1"]), &caller(), TAGS.0, None), None);
        let all = keys(&["rds/a", "cluster/b", "arn:aws:iam::222222222222:role/x||rds/c"]);
        let finding = databases(&all, &caller(), TAGS.0, Some(TAGS.1)).unwrap();
        insta::assert_snapshot!(shown(&[finding]), @r#"
left out rights starting and stopping of databases: RDS has no dry run, so nothing is tried
  needed: {"Action":["rds:StartDBInstance","rds:StopDBInstance","rds:StartDBCluster","rds:StopDBCluster"],"Condition":{"Null":{"aws:ResourceTag/ScheduleName":"false"}},"Effect":"Allow","Resource":["arn:aws:rds:*:123456789012:db:*","arn:aws:rds:*:123456789012:cluster:*","arn:aws:rds:*:222222222222:db:*","arn:aws:rds:*:222222222222:cluster:*"]}
  needed for the tag, with `tag:TagResources` on `*`: {"Action":["rds:AddTagsToResource"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"lamplighter:last-action"},"Null":{"aws:ResourceTag/ScheduleName":"false","aws:TagKeys":"false"}},"Effect":"Allow","Resource":["arn:aws:rds:*:123456789012:db:*","arn:aws:rds:*:123456789012:cluster:*","arn:aws:rds:*:222222222222:db:*","arn:aws:rds:*:222222222222:cluster:*"]}
        "#);
    }
}
