//! Settings that cannot be read, and secrets that they refer to: each is a fault of its own, and counts as not set for what is
//! looked at besides. Which settings there are is not known here.

use super::{Check, Finding, or_ok, policy};
use crate::model::{FailureKind, kind_of};

/// A setting that counts as not set, since it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The variable.
    pub name: String,
    /// Why not.
    pub why: Unreadable,
}

/// Why a setting cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It holds something else than what is allowed.
    Form {
        /// What it holds; `None`: a secret.
        holds: Option<String>,
        /// What is allowed.
        allowed: String,
    },
    /// It refers to a secret that cannot be read.
    Secret {
        /// Where that is.
        arn: String,
        /// AWS's code, if it is AWS that says no.
        code: Option<String>,
        /// Why not, in words.
        error: String,
    },
}

/// What is wrong with the settings.
#[must_use]
pub fn settings(unread: &[Unread]) -> Vec<Finding> {
    or_ok(unread.iter().map(finding).collect(), || Finding::ok(Check::Settings, "those of this terminal can be read"))
}

fn finding(Unread { name, why }: &Unread) -> Finding {
    match why {
        Unreadable::Form { holds, allowed } => {
            let holds =
                holds.as_ref().map_or_else(|| "something else than what is".to_owned(), |holds| format!("`{holds}`;"));
            Finding::error(Check::Settings, format!("holds {holds} allowed: {allowed}"))
                .at(name)
                .hint("a function with this setting fails whenever it is called; here the default counts for all that follows")
        }
        Unreadable::Secret { arn, code, error } => {
            let kind = code.as_deref().map(|code| kind_of(code, 0));
            let is_unanswered = matches!(kind, Some(FailureKind::Unreachable | FailureKind::Throttled));
            let found =
                Finding::error(Check::Settings, format!("refers to `{arn}`, which cannot be read: {error}")).at(name);
            let found = match kind {
                _ if is_unanswered => found.hint("run this command again"),
                Some(FailureKind::Denied) => {
                    found.hint(policy::statement(&[action(arn)], std::slice::from_ref(arn), None))
                }
                _ => found.hint("is it there, in that region and account, and is the ARN all of it?"),
            };
            found.hint("here the setting counts as not set for all that follows").unanswered(is_unanswered)
        }
    }
}

/// What it takes to read a secret.
fn action(arn: &str) -> &'static str {
    if arn.contains(":ssm:") { "ssm:GetParameter" } else { "secretsmanager:GetSecretValue" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::shown;

    const ARN: &str = "arn:aws:ssm:eu-west-1:123456789012:parameter/lamp/webhook";

    #[test]
    fn each_setting_is_a_finding() {
        assert_eq!(shown(&settings(&[])), "ok settings those of this terminal can be read");
        let form = |name: &str, holds: Option<&str>| Unread {
            name: name.to_owned(),
            why: Unreadable::Form { holds: holds.map(str::to_owned), allowed: "a zone".to_owned() },
        };
        insta::assert_snapshot!(shown(&settings(&[form("DEFAULT_TIMEZONE", Some("Asia/Seol")), form("EXTERNAL_ID", None)])), @r"
error settings DEFAULT_TIMEZONE: holds `Asia/Seol`; allowed: a zone
  a function with this setting fails whenever it is called; here the default counts for all that follows
error settings EXTERNAL_ID: holds something else than what is allowed: a zone
  a function with this setting fails whenever it is called; here the default counts for all that follows
        ");
    }

    #[test]
    fn a_secret_says_why_it_cannot_be_read() {
        let of = |code: Option<&str>| {
            let (arn, code, error) = (ARN.to_owned(), code.map(str::to_owned), "AWS says no".to_owned());
            shown(&settings(&[Unread { name: "WEBHOOK_URL".to_owned(), why: Unreadable::Secret { arn, code, error } }]))
        };
        insta::assert_snapshot!(of(Some("AccessDeniedException")), @r#"
error settings WEBHOOK_URL: refers to `arn:aws:ssm:eu-west-1:123456789012:parameter/lamp/webhook`, which cannot be read: AWS says no
  allow it: {"Action":["ssm:GetParameter"],"Effect":"Allow","Resource":["arn:aws:ssm:eu-west-1:123456789012:parameter/lamp/webhook"]}
  here the setting counts as not set for all that follows
        "#);
        for code in [None, Some("ParameterNotFound")] {
            assert!(of(code).contains("\n  is it there, in that region"), "{}", of(code));
        }
        for code in ["NoAnswer", "SlowDown", "InternalError"] {
            assert!(of(Some(code)).starts_with("error settings (unanswered)"), "{}", of(Some(code)));
        }
    }
}
