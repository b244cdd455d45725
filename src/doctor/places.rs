//! The accounts and regions in which schedules look: whether they can be entered and looked at.

use std::collections::BTreeMap;

use super::{Caller, Check, Finding, counted, listed, or_ok, policy, quoted};
use crate::model::{Failure, FailureKind, Inventory, RoleArn, ScheduleName, Scope};

/// What is wrong with the places, each with the schedules that look there; `has_external_id`: the setting is there.
#[must_use]
pub fn places(
    places: &BTreeMap<Scope, Vec<ScheduleName>>,
    inventory: &Inventory,
    caller: &Caller,
    has_external_id: bool,
) -> Vec<Finding> {
    let closed = inventory.closed.iter().map(|(role, failure)| {
        let lookers =
            places.iter().filter(|(scope, _)| scope.account.as_ref() == Some(role)).flat_map(|(_, names)| names);
        closed(role, failure, caller, has_external_id).at(format!("role {role}")).hint(lookers_hint(lookers))
    });
    let dark = inventory.unreachable.iter().map(|(scope, failure)| {
        let lookers = places.get(scope).into_iter().flatten();
        dark(scope, failure, caller).at(scope.to_string()).hint(lookers_hint(lookers))
    });
    or_ok(closed.chain(dark).chain(twice(places, caller)).collect(), || {
        let names = listed(places.keys().map(ToString::to_string));
        Finding::ok(Check::Places, format!("{} looked at: {names}", counted(places.len(), "place")))
    })
}

/// Roles that lead into the own account, where schedules look without them too.
fn twice(places: &BTreeMap<Scope, Vec<ScheduleName>>, caller: &Caller) -> Vec<Finding> {
    let mut found = BTreeMap::<&RoleArn, Vec<&ScheduleName>>::new();
    for (scope, names) in places {
        let role = scope.account.as_ref().filter(|role| caller.account_of(Some(*role)) == caller.account);
        let own = places.get(&Scope { account: None, region: scope.region.clone() });
        if let (Some(role), Some([_, ..])) = (role, own.map(Vec::as_slice)) {
            found.entry(role).or_default().extend(names);
        }
    }
    let finding = |(role, names): (&RoleArn, Vec<&ScheduleName>)| {
        let what = "leads into the own account, which is looked at as `own` too: the same instances are found twice";
        Finding::warning(Check::Places, what)
            .at(format!("role {role}"))
            .hint("take the role out of `Accounts` or `ACCOUNTS`, and name the own account `own` there")
            .hint(lookers_hint(names.into_iter()))
    };
    found.into_iter().filter(|(_, names)| !names.is_empty()).map(finding).collect()
}

fn lookers_hint<'a>(names: impl Iterator<Item = &'a ScheduleName>) -> String {
    let mut names: Vec<&ScheduleName> = names.collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        "no schedule names it: it is from the settings".to_owned()
    } else {
        format!("schedules that look there: {}", quoted(names))
    }
}

/// An account that does not let itself be entered. What is refused to others says nothing of the function: spokes trust its
/// role alone.
fn closed(role: &RoleArn, failure: &Failure, caller: &Caller, has_external_id: bool) -> Finding {
    let what = format!("cannot be assumed by these credentials: {failure}");
    if matches!(failure.kind, FailureKind::Unreachable | FailureKind::Throttled) {
        let hint = "run this command again; STS did not answer";
        return Finding::error(Check::Places, what).hint(hint).unanswered(true);
    }
    let finding = if failure.kind == FailureKind::Denied && !caller.is_scheduler() {
        Finding::warning(Check::Places, what)
            .hint(format!("`infra/spoke.yaml` trusts the function's role alone: {PROOF}"))
    } else {
        Finding::error(Check::Places, what)
    };
    let id = if has_external_id {
        "`EXTERNAL_ID` has to be what that role's trust policy asks for"
    } else {
        "if that role's trust policy asks for an external id, `EXTERNAL_ID` has to hold it"
    };
    finding
        .hint(
            policy::statement(&["sts:AssumeRole"], &[role.to_string()], None)
                .replace("allow it", "allow the caller (stack parameter `AssumableRoleArns`)"),
        )
        .hint(format!(
            "`infra/spoke.yaml` in account {} makes the role, with the function's role as `HubRoleArn`",
            caller.account_of(Some(role)),
        ))
        .hint(id)
}

/// What tells whether the function may what these credentials may not.
const PROOF: &str = "whether it may, only its own words tell. If it may not, chat and the log say that the role \"could not be assumed\", once: \
                     `aws logs tail /aws/lambda/lamplighter-scheduler --since 30d --filter-pattern '\"could not be assumed\"'` \
                     (the name of the stack stands before `-scheduler`)";

/// A place that could be entered and not looked at.
fn dark(scope: &Scope, failure: &Failure, caller: &Caller) -> Finding {
    let finding = Finding::error(Check::Places, format!("cannot be looked at: {failure}"));
    match failure.kind {
        FailureKind::Denied if failure.code == "OptInRequired" => {
            let account = caller.account_of(scope.account.as_ref());
            finding.hint(format!("turn the region on in account {account}, or take it out of `Regions` or `REGIONS`"))
        }
        FailureKind::Denied => {
            let (of, account) = (caller.partition(), caller.account_of(scope.account.as_ref()));
            let databases = ["db", "cluster"].map(|kind| format!("arn:{of}:rds:*:{account}:{kind}:*"));
            let servers = ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus"];
            finding
                .hint(policy::statement(&servers, &["*".to_owned()], None))
                .hint(policy::statement(&["rds:DescribeDBInstances", "rds:DescribeDBClusters"], &databases, None))
        }
        _ => finding
            .hint("is there such a region? It is named in `Regions` of a schedule, or `REGIONS`; `aws ec2 describe-regions` lists them")
            .unanswered(matches!(failure.kind, FailureKind::Unreachable | FailureKind::Throttled)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::shown;
    use crate::model::Region;

    const ROLE: &str = "arn:aws:iam::222222222222:role/LamplighterSpoke";

    fn scope(role: Option<&str>, region: &str) -> Scope {
        Scope { account: role.and_then(|role| RoleArn::new(role).ok()), region: Region::new(region).ok() }
    }

    fn judged(inventory: &Inventory) -> String {
        judged_by("arn:aws:iam::123456789012:user/x", inventory)
    }

    fn judged_by(arn: &str, inventory: &Inventory) -> String {
        let (account, region) = ("123456789012".to_owned(), "eu-west-1".to_owned());
        let caller = Caller { account, arn: arn.to_owned(), region };
        let dev = vec![ScheduleName::new("Dev").unwrap()];
        let all = [scope(None, "eu-west-1"), scope(Some(ROLE), "eu-west-1"), scope(Some(ROLE), "eu-west-3")];
        shown(&places(&all.into_iter().map(|scope| (scope, dev.clone())).collect(), inventory, &caller, false))
    }

    fn failure(kind: FailureKind, code: &str) -> Failure {
        Failure { kind, code: code.to_owned(), message: "no".to_owned() }
    }

    #[test]
    fn the_own_account_is_named_in_one_way() {
        let (account, region) = ("222222222222".to_owned(), "eu-west-2".to_owned());
        let caller = Caller { account, arn: "arn:aws:iam::222222222222:user/x".to_owned(), region };
        let of = |all: &[(Scope, &str)]| {
            let all = all.iter().map(|(scope, names)| {
                (scope.clone(), names.split_terminator(' ').map(|name| ScheduleName::new(name).unwrap()).collect())
            });
            shown(&places(&all.collect(), &Inventory::default(), &caller, false))
        };
        let own = scope(None, "eu-west-1");
        insta::assert_snapshot!(of(&[(own.clone(), "Dev"), (scope(Some(ROLE), "eu-west-1"), "Dev Ops")]), @r"
warning places role arn:aws:iam::222222222222:role/LamplighterSpoke: leads into the own account, which is looked at as `own` too: the same instances are found twice
  take the role out of `Accounts` or `ACCOUNTS`, and name the own account `own` there
  schedules that look there: `Dev`, `Ops`
        ");
        let other = ROLE.replace("2222", "3333");
        for (own, role, names) in [(&own, ROLE, ""), (&scope(None, "eu-west-3"), ROLE, "Dev"), (&own, &other, "Dev")] {
            let seen = of(&[(own.clone(), "Dev"), (scope(Some(role), "eu-west-1"), names)]);
            assert!(seen.starts_with("ok places 2 places"), "{own} {role} {names}: {seen}");
        }
        assert!(of(&[(own, ""), (scope(Some(ROLE), "eu-west-1"), "Dev")]).starts_with("ok"), "nobody looks at the own");
    }

    #[test]
    fn an_account_that_cannot_be_entered_names_role_and_cause() {
        let closed =
            |failure| Inventory { closed: [(RoleArn::new(ROLE).unwrap(), failure)].into(), ..Inventory::default() };
        insta::assert_snapshot!(judged(&closed(failure(FailureKind::Denied, "AccessDenied"))), @r#"
warning places role arn:aws:iam::222222222222:role/LamplighterSpoke: cannot be assumed by these credentials: AccessDenied: no
  `infra/spoke.yaml` trusts the function's role alone: whether it may, only its own words tell. If it may not, chat and the log say that the role "could not be assumed", once: `aws logs tail /aws/lambda/lamplighter-scheduler --since 30d --filter-pattern '"could not be assumed"'` (the name of the stack stands before `-scheduler`)
  allow the caller (stack parameter `AssumableRoleArns`): {"Action":["sts:AssumeRole"],"Effect":"Allow","Resource":["arn:aws:iam::222222222222:role/LamplighterSpoke"]}
  `infra/spoke.yaml` in account 222222222222 makes the role, with the function's role as `HubRoleArn`
  if that role's trust policy asks for an external id, `EXTERNAL_ID` has to hold it
  schedules that look there: `Dev`
        "#);
        let scheduler = "arn:aws:sts::123456789012:assumed-role/lamplighter-SchedulerRole-1/lamplighter-scheduler";
        let of_function = judged_by(scheduler, &closed(failure(FailureKind::Denied, "AccessDenied")));
        assert!(of_function.starts_with("error places role") && !of_function.contains("own words"), "{of_function}");
        let other = judged(&closed(failure(FailureKind::Other, "ValidationError")));
        assert!(other.starts_with("error places role"), "{other}");
        let silent = judged(&closed(failure(FailureKind::Unreachable, "NoAnswer")));
        assert!(silent.contains("(unanswered)"), "{silent}");
    }

    #[test]
    fn a_place_that_cannot_be_looked_at_says_what_is_missing() {
        let dark =
            |failure| Inventory { unreachable: [(scope(None, "eu-west-1"), failure)].into(), ..Inventory::default() };
        assert!(judged(&Inventory::default()).starts_with("ok places 3 places looked at: region eu-west-1, role arn"));
        insta::assert_snapshot!(judged(&dark(failure(FailureKind::Denied, "UnauthorizedOperation"))), @r#"
error places region eu-west-1: cannot be looked at: UnauthorizedOperation: no
  allow it: {"Action":["ec2:DescribeInstances","ec2:DescribeInstanceStatus"],"Effect":"Allow","Resource":["*"]}
  allow it: {"Action":["rds:DescribeDBInstances","rds:DescribeDBClusters"],"Effect":"Allow","Resource":["arn:aws:rds:*:123456789012:db:*","arn:aws:rds:*:123456789012:cluster:*"]}
  schedules that look there: `Dev`
        "#);
        let closed = judged(&dark(failure(FailureKind::Denied, "OptInRequired")));
        assert!(closed.contains("turn the region on in account 123456789012"), "{closed}");
        let silent = judged(&dark(failure(FailureKind::Unreachable, "NoAnswer")));
        assert!(silent.contains("(unanswered)") && silent.contains("is there such a region?"), "{silent}");
    }
}
