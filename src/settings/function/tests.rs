//! What each variable may hold.

use super::*;
use crate::chat::Platform;
use crate::chat::send::Webhook;

fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let lookup = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Settings::read(lookup)
}

/// The faults of these variables, a line each.
#[track_caller]
fn check(variables: &[(&str, &str)], expected: &[&str]) {
    let faults = read(variables).err().map(|error| error.faults).unwrap_or_default();
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected);
}

#[test]
fn an_empty_environment_gives_the_defaults() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.tables, TableNames::default());
    assert_eq!(settings.defaults, Defaults::default());
    assert_eq!(settings.schedule_tag_key, "ScheduleName");
    assert_eq!(settings.group_tag_key, "ScheduleGroupName");
    assert_eq!(settings.webhooks, Webhooks::default());
    assert_eq!((settings.language, settings.role), (Language::En, Role::Scheduler));
    assert_eq!((settings.settle, settings.dispatching), (Duration::seconds(60), None));
    assert_eq!((settings.external_id, settings.tags_last_action), (None, true));
    assert!(settings.log_filter.contains("lamplighter=info"), "{}", settings.log_filter);
}

#[test]
fn empty_variables_count_as_not_set() {
    let names = [
        "SCHEDULE_TABLE",
        "DEFAULT_TIMEZONE",
        "SCHEDULE_TAG_KEY",
        "REGIONS",
        "ACCOUNTS",
        "EXTERNAL_ID",
        "TAG_LAST_ACTION",
        "WEBHOOK_URL",
        "WEBHOOK_PLATFORM",
        "OUTGOING_WEBHOOK_TOKEN",
        "STOP_ALERT_BEFORE_TIME_MINUTE",
        "MESSAGE_LANGUAGE",
        "CHAT_URL",
        "LINK_SECRET",
        "COMMAND_KEYWORD",
        "DISPATCH_QUEUE_URL",
        "SETTLE_SECONDS",
        "AWS_LAMBDA_LOG_LEVEL",
        "RUST_LOG",
    ];
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (*name, " ")).collect();
    assert_eq!(format!("{:?}", read(&empty)), format!("{:?}", read(&[])));
}

#[test]
fn everything_can_be_set() {
    let settings = read(&[
        ("SCHEDULE_TABLE", "team-Schedule"),
        ("SERVER_GROUP_TABLE", "arn:aws:dynamodb:eu-west-1:123456789012:table/Groups"),
        ("EXCEPTION_TABLE", "Exceptions.v2"),
        ("RUN_TABLE", "Runs_1"),
        ("DEFAULT_TIMEZONE", "Europe/Berlin"),
        ("SCHEDULE_TAG_KEY", "team:schedule"),
        ("GROUP_TAG_KEY", "team:group"),
        ("REGIONS", "us-east-1, eu-west-1"),
        ("ACCOUNTS", "own arn:aws:iam::123456789012:role/lamplighter"),
        ("EXTERNAL_ID", "team:1"),
        ("TAG_LAST_ACTION", "False"),
        ("WEBHOOK_URL", "https://chat.example.org/hook"),
        ("WEBHOOK_PLATFORM", "JANDI"),
        ("OUTGOING_WEBHOOK_TOKEN", "secret"),
        ("STOP_ALERT_BEFORE_TIME_MINUTE", "0"),
        ("MESSAGE_LANGUAGE", "KO"),
        ("FUNCTION_ROLE", "chat"),
        ("CHAT_URL", "https://chat.example.org/lamp"),
        ("LINK_SECRET", "a secret of no less than 32 bytes"),
        ("COMMAND_KEYWORD", "lamp"),
        ("DISPATCH_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/lamps"),
        ("SETTLE_SECONDS", "840"),
        ("AWS_LAMBDA_LOG_LEVEL", "DEBUG"),
    ])
    .unwrap();
    assert_eq!(settings.tables.server_group, "arn:aws:dynamodb:eu-west-1:123456789012:table/Groups");
    assert_eq!(settings.defaults.zone, chrono_tz::Tz::Europe__Berlin);
    assert_eq!(settings.defaults.warning_lead, Duration::zero());
    let scopes: Vec<String> = settings.defaults.places.scopes().iter().map(ToString::to_string).collect();
    let role = "role arn:aws:iam::123456789012:role/lamplighter, region";
    let expected = ["region eu-west-1", "region us-east-1", &format!("{role} eu-west-1"), &format!("{role} us-east-1")];
    assert_eq!(scopes, expected);
    assert_eq!(settings.external_id.as_deref(), Some("team:1"));
    assert!(!settings.tags_last_action);
    let platforms: Vec<Platform> = settings.webhooks.default.iter().map(Webhook::platform).collect();
    assert_eq!(platforms, [Platform::Jandi]);
    assert_eq!((settings.language, settings.role), (Language::Ko, Role::Chat));
    assert_eq!(settings.answering.prefix, "lamp");
    let Answers { signer, address, keyword } = settings.voice().answers;
    assert!(signer.is_some());
    assert_eq!(address.as_deref(), Some("https://chat.example.org/lamp"));
    assert_eq!(keyword.as_deref(), Some("lamp"));
    assert_eq!(settings.settle, Duration::seconds(840));
    assert_eq!(settings.dispatching.as_ref().map(Dispatching::queue_name), Some("lamps"));
    assert!(settings.log_filter.contains("lamplighter=debug"), "{}", settings.log_filter);
}

#[test]
fn a_fault_says_what_is_held_and_what_is_allowed() {
    check(&[("SETTLE_SECONDS", "841")], &["`SETTLE_SECONDS` holds `841`, allowed: whole seconds from 0 to 840"]);
    check(
        &[("STOP_ALERT_BEFORE_TIME_MINUTE", "ten")],
        &["`STOP_ALERT_BEFORE_TIME_MINUTE` holds `ten`, allowed: whole minutes from 0 to 1440"],
    );
    check(
        &[("DEFAULT_TIMEZONE", "Asia/Soul")],
        &[
            "`DEFAULT_TIMEZONE` holds `Asia/Soul`, allowed: the IANA name of a time zone such as `Asia/Seoul`, did you mean \
           `Asia/Seoul`?",
        ],
    );
    check(
        &[("WEBHOOK_PLATFORM", "irc")],
        &[
            "`WEBHOOK_PLATFORM` holds `irc`, allowed: `jandi`, `slack`, `discord`, `teams`, `google-chat`, `mattermost` or \
           `json`",
        ],
    );
    check(
        &[("REGIONS", "eu-west-1,Europe"), ("ACCOUNTS", "me")],
        &[
            "`ACCOUNTS` holds `me`, allowed: `own` for the function's own account, and for each other one the ARN of a role \
           such as `arn:aws:iam::123456789012:role/lamplighter`",
            "`REGIONS` holds `Europe`, allowed: names such as `eu-west-1`",
        ],
    );
    check(
        &[("EXTERNAL_ID", "a b"), ("TAG_LAST_ACTION", "yes")],
        &[
            "`EXTERNAL_ID` holds something else than what is allowed: 2 to 1224 of `a-z`, `A-Z`, `0-9`, `_+=,.@:/-`",
            "`TAG_LAST_ACTION` holds `yes`, allowed: `true` or `false`",
        ],
    );
    check(
        &[("DISPATCH_QUEUE_URL", "lamps")],
        &["`DISPATCH_QUEUE_URL` holds `lamps`, allowed: the URL of a standard SQS queue such as \
           `https://sqs.eu-west-1.amazonaws.com/123456789012/lamplighter`"],
    );
    check(&[("MESSAGE_LANGUAGE", "de")], &["`MESSAGE_LANGUAGE` holds `de`, allowed: `en` or `ko`"]);
    check(
        &[("LINK_SECRET", "short")],
        &["`LINK_SECRET` holds something else than what is allowed: a key of at least 32 bytes"],
    );
    check(
        &[("AWS_LAMBDA_LOG_LEVEL", "loud")],
        &["`AWS_LAMBDA_LOG_LEVEL` holds `loud`, allowed: `trace`, `debug`, `info`, `warn`, `error`, `off` or `fatal`"],
    );
    check(
        &[("RUST_LOG", "lamplighter=loud")],
        &["`RUST_LOG` holds `lamplighter=loud`, allowed: a level such as `info`, or directives such as \
           `lamplighter=debug`"],
    );
}

#[test]
fn names_that_aws_would_not_take_are_faults() {
    for name in ["ab", "no spaces", "arn:aws:dynamodb:eu-west-1:1:table", "arn:aws:dynamodb:eu-west-1:1:table/a"] {
        assert_eq!(read(&[("RUN_TABLE", name)]).unwrap_err().faults.len(), 1, "{name}");
    }
    let long = "k".repeat(129);
    for key in ["aws:autoscaling:groupName", &long] {
        assert_eq!(read(&[("GROUP_TAG_KEY", key)]).unwrap_err().faults.len(), 1, "{key}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let error = read(&[("RUN_TABLE", "?"), ("SETTLE_SECONDS", "-1"), ("WEBHOOK_URL", "secret")]).unwrap_err();
    let names: Vec<&str> = error.faults.iter().map(|fault| fault.name).collect();
    assert_eq!(names, ["RUN_TABLE", "SETTLE_SECONDS", "WEBHOOK_URL"]);
}

#[test]
fn secrets_are_never_shown() {
    check(
        &[("WEBHOOK_URL", "wh.jandi.com/secret")],
        &[
            "`WEBHOOK_URL` holds something else than what is allowed: addresses that begin with `https://` or `http://`, \
           separated by spaces or commas",
        ],
    );
    let settings = read(&[
        ("WEBHOOK_URL", "https://wh.jandi.com/connect-api/webhook/1/hidden"),
        ("OUTGOING_WEBHOOK_TOKEN", "hidden"),
        ("LINK_SECRET", "hidden: a secret of no less than 32 bytes"),
    ]);
    let shown = format!("{settings:?}");
    assert!(!shown.contains("hidden") && shown.contains("keys: Keys(…)"), "{shown}");
}

#[test]
fn what_knows_the_webhook_stays_quiet_in_the_log() {
    for (name, value) in [("AWS_LAMBDA_LOG_LEVEL", "TRACE"), ("RUST_LOG", "trace"), ("RUST_LOG", "trace,hyper=trace")] {
        let filter = EnvFilter::try_new(read(&[(name, value)]).unwrap().log_filter).unwrap().to_string();
        assert!(filter.contains("hyper=warn") && !filter.contains("hyper=trace"), "{filter}");
    }
}
