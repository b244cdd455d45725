//! Whether messages arrive, and whether the function that answers people is there. Addresses are secrets and not known here.

use std::collections::BTreeMap;

use super::{Check, Finding, counted, listed, quoted};
use crate::model::{Channel, ScheduleName};

/// How a test message fared at one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The setting that its address is from.
    pub setting: String,
    /// Who receives it.
    pub platform: &'static str,
    /// The status of the answer; or what went wrong, and whether it may work later.
    pub outcome: Result<u16, (String, bool)>,
}

/// What is wrong with the webhooks: each with its setting and its platform. `tries` is `None` where nothing was sent;
/// `lost` are the channels that schedules name and that have no webhook of their own.
#[must_use]
pub fn webhooks(
    webhooks: &[(String, &'static str)],
    tries: Option<&[Try]>,
    lost: &BTreeMap<&Channel, Vec<&ScheduleName>>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = lost.iter().map(|(channel, names)| lost_channel(channel, names)).collect();
    match tries {
        _ if webhooks.is_empty() => findings.push(
            Finding::warning(Check::Webhooks, "there is no webhook in this terminal's settings")
                .hint(format!("this takes over the settings of the function: {TAKE_OVER}"))
                .hint("if the function has none either, nobody is warned before a stop: `WEBHOOK_URL` holds the address of an incoming webhook, or the ARN of a secret that holds it"),
        ),
        None => {
            let names = listed(webhooks.iter().map(|(setting, platform)| format!("{setting} ({platform})")));
            let what = format!("{} not tried: {names}", counted(webhooks.len(), "webhook"));
            let hint = "`lamplighter doctor --chat` sends each of them a message that says that it is a test";
            findings.push(Finding::left_out(Check::Webhooks, what).hint(hint));
        }
        Some(tries) => findings.extend(tries.iter().map(tried)),
    }
    findings
}

/// What makes the settings of the function those of a shell; the README has it too.
const TAKE_OVER: &str = r#"`eval "$(aws lambda get-function-configuration --function-name lamplighter-scheduler --query Environment.Variables --output json | jq -r 'to_entries[] | "export \(.key)=\(.value|@sh)"')"` (the name of the stack stands before `-scheduler`)"#;

fn lost_channel(channel: &Channel, names: &[&ScheduleName]) -> Finding {
    let setting = format!("WEBHOOK_URL_{channel}");
    let what = format!(
        "there is no `{setting}`: what channel `{channel}` of {} is to be told goes to `WEBHOOK_URL`",
        quoted(names)
    );
    Finding::warning(Check::Webhooks, what).hint(format!("set `{setting}`, or take the channel out of `Channels`"))
}

fn tried(of: &Try) -> Finding {
    let place = format!("{} ({})", of.setting, of.platform);
    match &of.outcome {
        Ok(status) => Finding::ok(Check::Webhooks, format!("has taken a test message (HTTP {status})")).at(place),
        Err((what, is_unanswered)) => Finding::error(Check::Webhooks, format!("has not taken a test message: {what}"))
            .at(place)
            .hint(if *is_unanswered {
                "is the server up, and does this network let through to it?".to_owned()
            } else {
                format!("make a new webhook where the old one was, and put its address into `{}`", of.setting)
            })
            .unanswered(*is_unanswered),
    }
}

/// What the function that answers people has said to `GET CHAT_URL/health`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Whether it is what our function says.
    pub is_ours: bool,
}

/// Whether the function that answers people is there; `answer` is `None` where it was not asked.
#[must_use]
pub fn chat_function(is_set: bool, answer: Option<&Result<Answer, String>>) -> Finding {
    if !is_set {
        return Finding::ok(Check::Chat, "`CHAT_URL` is not set: warnings carry no link, and nobody answers commands");
    }
    let Some(answer) = answer else {
        return Finding::left_out(Check::Chat, "the function behind `CHAT_URL` was not asked")
            .hint("`lamplighter doctor --chat` asks it whether it is there");
    };
    let finding = |what: String| Finding::error(Check::Chat, what).at("CHAT_URL");
    match answer {
        Ok(Answer { is_ours: true, .. }) => Finding::ok(Check::Chat, "the function behind `CHAT_URL` is there"),
        Ok(Answer { status: status @ 200..=299, .. }) => finding(format!("something else answers there (HTTP {status})"))
            .hint("`CHAT_URL` is the output `ChatUrl` of the stack, or the address of the function URL, with its path if it has one"),
        Ok(Answer { status: 403, .. }) => finding("nobody is let through to the function (HTTP 403)".to_owned())
            .hint("a function URL needs the auth type `NONE` and two permissions, `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`: see \"Without the stack\" in infra/README.md"),
        Ok(Answer { status: 404, .. }) => finding("there is no such path (HTTP 404)".to_owned())
            .hint("`CHAT_URL` has to be the same for both functions, with the path that stands before `/health` there"),
        Ok(Answer { status, .. }) => finding(format!("the function fails (HTTP {status})"))
            .hint("what does it say? `aws logs tail /aws/lambda/lamplighter-chat --since 1h` (the name of the stack stands before `-chat`)"),
        Err(why) => finding(format!("nobody answers there: {why}"))
            .hint("is the address right, and does this network let through to it?")
            .unanswered(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Level, shown};

    fn two() -> Vec<(String, &'static str)> {
        vec![("WEBHOOK_URL".to_owned(), "slack"), ("WEBHOOK_URL_DEV".to_owned(), "jandi")]
    }

    #[test]
    fn webhooks_are_tried_only_on_request() {
        insta::assert_snapshot!(shown(&webhooks(&two(), None, &BTreeMap::new())), @r"
left out webhooks 2 webhooks not tried: WEBHOOK_URL (slack), WEBHOOK_URL_DEV (jandi)
  `lamplighter doctor --chat` sends each of them a message that says that it is a test
        ");
        let none = shown(&webhooks(&[], Some(&[]), &BTreeMap::new()));
        // The function may have some all the same.
        assert!(none.starts_with("warning webhooks there is no webhook in this terminal's settings\n"), "{none}");
        let command = TAKE_OVER.split('`').nth(1).unwrap();
        assert!(none.contains(command) && include_str!("../../README.md").contains(command), "{command}");
    }

    #[test]
    fn the_status_of_each_is_told() {
        let of = |platform, outcome| Try { setting: "WEBHOOK_URL".to_owned(), platform, outcome };
        let refused = Err(("there is no such webhook any more (HTTP 404)".to_owned(), false));
        let silent = Err(("it did not answer in time".to_owned(), true));
        let tries = [of("slack", Ok(200)), of("jandi", refused), of("json", silent)];
        insta::assert_snapshot!(shown(&webhooks(&two(), Some(&tries), &BTreeMap::new())), @r"
ok webhooks WEBHOOK_URL (slack): has taken a test message (HTTP 200)
error webhooks WEBHOOK_URL (jandi): has not taken a test message: there is no such webhook any more (HTTP 404)
  make a new webhook where the old one was, and put its address into `WEBHOOK_URL`
error webhooks (unanswered) WEBHOOK_URL (json): has not taken a test message: it did not answer in time
  is the server up, and does this network let through to it?
        ");
    }

    #[test]
    fn a_channel_without_a_webhook_is_told() {
        let (channel, name) = (Channel::new("ops").unwrap(), ScheduleName::new("Dev").unwrap());
        let found = shown(&webhooks(&two(), None, &[(&channel, vec![&name])].into()));
        assert!(
            found.starts_with("warning webhooks there is no `WEBHOOK_URL_OPS`: what channel `OPS` of `Dev`"),
            "{found}"
        );
    }

    #[test]
    fn the_chat_function_is_known_by_its_answer() {
        let of = |status, is_ours| Ok(Answer { status, is_ours });
        let cases = [
            (Some(of(200, true)), Level::Ok, "is there"),
            (Some(of(200, false)), Level::Error, "something else"),
            (Some(of(403, false)), Level::Error, "let through"),
            (Some(of(404, false)), Level::Error, "no such path"),
            (Some(of(502, false)), Level::Error, "fails (HTTP 502)"),
            (Some(Err("refused".to_owned())), Level::Error, "nobody answers"),
            (None, Level::LeftOut, "not asked"),
        ];
        for (answer, level, words) in cases {
            let finding = chat_function(true, answer.as_ref());
            assert!(finding.level == level && finding.what.contains(words), "{answer:?}: {finding:?}");
            assert_eq!(finding.hints.is_empty(), level == Level::Ok);
            assert_eq!(finding.is_unanswered, matches!(answer, Some(Err(_))));
        }
        assert_eq!(chat_function(false, None).level, Level::Ok);
    }
}
