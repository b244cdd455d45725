//! Whose credentials these are, and by how much this machine's clock differs from AWS's.

use std::collections::BTreeSet;

use chrono::Duration;

use super::{Check, Finding};
use crate::model::{Failure, RoleArn, Scope};

/// A clock that is off by so much makes times of messages and of runs wrong to the eye.
const WORTH_A_WORD: Duration = Duration::seconds(30);
/// AWS refuses signatures that are older, or from further ahead.
const REFUSED: Duration = Duration::minutes(5);

/// Who calls AWS, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account's number.
    pub account: String,
    /// The user or the session of a role.
    pub arn: String,
    /// The region that is called.
    pub region: String,
}

impl Caller {
    /// The ARN without the name of a session that is a person's address (rule S4).
    #[must_use]
    pub fn shown(&self) -> String {
        let parts = self.arn.split('/').map(|part| if part.contains('@') { "[…]" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub(super) fn partition(&self) -> &str {
        self.arn.split(':').nth(1).filter(|partition| !partition.is_empty()).unwrap_or("aws")
    }

    /// The account that a role leads into; without one the own.
    pub(super) fn account_of<'a>(&'a self, role: Option<&'a RoleArn>) -> &'a str {
        role.and_then(|role| role.as_str().split(':').nth(4)).unwrap_or(&self.account)
    }

    /// Whether these are the scheduler's own credentials: a session of a role with `scheduler` in its name, as our
    /// template and module make it. Others may be refused where the function is not.
    pub(super) fn is_scheduler(&self) -> bool {
        let role = self.arn.split_once(":assumed-role/").and_then(|(_, rest)| rest.split('/').next());
        role.is_some_and(|role| role.to_ascii_lowercase().contains("scheduler"))
    }

    /// The one name of a place: the own region may be named, or left open.
    #[must_use]
    pub fn one_name(&self, Scope { account, region }: Scope) -> Scope {
        Scope { account, region: region.filter(|region| region.as_str() != self.region) }
    }

    /// Places by their one name, each once.
    #[must_use]
    pub fn one_name_each(&self, scopes: Vec<Scope>) -> Vec<Scope> {
        let scopes: BTreeSet<Scope> = scopes.into_iter().map(|scope| self.one_name(scope)).collect();
        scopes.into_iter().collect()
    }
}

/// Whose credentials these are.
#[must_use]
pub fn credentials(caller: &Result<Caller, Failure>) -> Finding {
    match caller {
        Ok(caller) => {
            let Caller { account, region, .. } = caller;
            Finding::ok(Check::Credentials, format!("{}, account {account}, region {region}", caller.shown()))
        }
        Err(failure) => Finding::error(Check::Credentials, format!("AWS does not say whose they are: {failure}"))
            .hint("`aws sts get-caller-identity` asks the same")
            .hint("`aws sso login` or `AWS_PROFILE` for credentials, `AWS_REGION` for the region; `AWS_ENDPOINT_URL` leads elsewhere if it is set")
            .unanswered(true),
    }
}

/// How far this machine's clock is ahead of AWS's; negative: behind.
#[must_use]
pub fn clock(ahead: Option<Duration>) -> Finding {
    let Some(ahead) = ahead else {
        return Finding::left_out(Check::Clock, "no answer of AWS had the time in it");
    };
    let off = ahead.abs();
    let words = format!("{} {} AWS's", length(off), if ahead < Duration::zero() { "behind" } else { "ahead of" });
    let set = "set it by the network: `sudo timedatectl set-ntp true`, on macOS `sudo sntp -sS time.apple.com`";
    if off >= REFUSED {
        let what = format!("{words}: AWS refuses what is signed five minutes before or after its own time");
        return Finding::error(Check::Clock, what).hint(set);
    }
    if off >= WORTH_A_WORD {
        let what = format!("{words}: what runs here, such as `lamplighter tick`, decides by this clock");
        return Finding::warning(Check::Clock, what).hint(set);
    }
    // AWS tells whole seconds, some time before they are read.
    let what = if off < Duration::seconds(3) { "the same as AWS's".to_owned() } else { words };
    Finding::ok(Check::Clock, what)
}

/// A stretch of time in one or two units.
pub(super) fn length(of: Duration) -> String {
    let (days, hours, minutes) = (of.num_days(), of.num_hours() % 24, of.num_minutes() % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{} s", of.num_seconds()),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        (_, _, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Level, shown};
    use crate::model::{FailureKind, Region};

    #[test]
    fn a_caller_is_named_without_a_persons_address() {
        let caller = |arn: &str| {
            let (account, region) = ("123456789012".to_owned(), "eu-west-1".to_owned());
            Caller { account, arn: arn.to_owned(), region }
        };
        let session = caller("arn:aws-cn:sts::123456789012:assumed-role/dev/kim@example.com");
        assert_eq!(
            shown(&[credentials(&Ok(session.clone()))]),
            "ok credentials arn:aws-cn:sts::123456789012:assumed-role/dev/[…], account 123456789012, region eu-west-1"
        );
        assert_eq!(session.partition(), "aws-cn");
        let role = RoleArn::new("arn:aws:iam::222222222222:role/x").unwrap();
        assert_eq!((session.account_of(None), session.account_of(Some(&role))), ("123456789012", "222222222222"));
        let failure = Failure { kind: FailureKind::Denied, code: "ExpiredToken".to_owned(), message: String::new() };
        let finding = credentials(&Err(failure));
        assert!((finding.level, finding.is_unanswered) == (Level::Error, true), "{finding:?}");
    }

    #[test]
    fn the_scheduler_is_known_by_its_role() {
        for (arn, is_scheduler) in [
            ("arn:aws:sts::123456789012:assumed-role/lamplighter-SchedulerRole-1ABC/lamplighter-scheduler", true),
            ("arn:aws:sts::123456789012:assumed-role/lamplighter-scheduler-2026/x", true),
            ("arn:aws:sts::123456789012:assumed-role/dev/scheduler", false),
            ("arn:aws:iam::123456789012:user/scheduler", false),
        ] {
            let (account, region) = ("123456789012".to_owned(), "eu-west-1".to_owned());
            assert_eq!(Caller { account, arn: arn.to_owned(), region }.is_scheduler(), is_scheduler, "{arn}");
        }
    }

    #[test]
    fn the_own_region_has_one_name() {
        let (account, region) = ("123456789012".to_owned(), "eu-west-1".to_owned());
        let caller = Caller { account, arn: "arn:aws:iam::123456789012:user/x".to_owned(), region };
        let scope = |account: &str, region: &str| Scope {
            account: RoleArn::new(account).ok(),
            region: Region::new(region).ok(),
        };
        let role = "arn:aws:iam::222222222222:role/x";
        let all = vec![scope("", "eu-west-1"), scope("", ""), scope(role, "eu-west-1"), scope("", "eu-west-3")];
        let expected = [scope("", ""), scope("", "eu-west-3"), scope(role, "")];
        assert_eq!(caller.one_name_each(all), expected);
    }

    #[test]
    fn a_clock_is_judged_by_what_it_harms() {
        let cases = [
            (0, Level::Ok, "the same as AWS's"),
            (-2, Level::Ok, "the same as AWS's"),
            (29, Level::Ok, "29 s ahead of AWS's"),
            (30, Level::Warning, "30 s ahead of AWS's: what runs here"),
            (-299, Level::Warning, "4 min behind AWS's"),
            (300, Level::Error, "5 min ahead of AWS's: AWS refuses"),
            (-7_260, Level::Error, "2 h 1 min behind AWS's: AWS refuses"),
        ];
        for (seconds, level, words) in cases {
            let Finding { level: seen, what, hints, .. } = clock(Some(Duration::seconds(seconds)));
            assert!(seen == level && what.starts_with(words), "{seconds}: {what}");
            assert_eq!(hints.is_empty(), level == Level::Ok, "{seconds}");
        }
        assert_eq!(clock(None).level, Level::LeftOut);
    }

    #[test]
    fn a_stretch_of_time_has_two_units_at_most() {
        for (seconds, words) in
            [(59, "59 s"), (60, "1 min"), (3_600, "1 h"), (3_660, "1 h 1 min"), (86_400, "1 d"), (90_000, "1 d 1 h")]
        {
            assert_eq!(length(Duration::seconds(seconds)), words);
        }
    }
}
