//! `lamplighter doctor` over a made-up account: one that is well, and some in which much is wrong at once.

use std::process::{Command, Output};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stage::{create_table, now};
use crate::support::gate;
use crate::support::moto::{Moto, REGION};

const ROLE: &str = "arn:aws:iam::222222222222:role/LamplighterSpoke";

fn lamplighter(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lamplighter"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

/// What was printed, the verdict on the error output last, with these texts in the place of others.
fn shown(output: &Output, instead: &[(&str, &str)]) -> String {
    let text = [&output.stdout, &output.stderr].map(|part| String::from_utf8(part.clone()).unwrap()).concat();
    instead.iter().fold(text, |text, (seen, shown)| text.replace(seen, shown))
}

/// Writes a schedule file and applies it; the tables are made.
fn apply(env: &[(&str, &str)], files: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.yaml")), text).unwrap();
    }
    let path = folder.path().to_str().unwrap();
    let done = lamplighter(&["apply", path, "--create-tables", "--yes"], env);
    assert!(done.status.success(), "{}", shown(&done, &[]));
}

const OFFICE: &str = "
Schedule: {ScheduleName: Office, TagValue: Office, DaysActive: all, Enabled: true, StartTime: None, StopTime: None}
ServerGroups:
  - {GroupName: Database, InstanceType: RDS}
  - {GroupName: API, InstanceType: EC2, Dependency: [Database]}
";
const RESTING: &str = "Schedule: {ScheduleName: Resting, TagValue: Resting, DaysActive: all, Enabled: false, StartTime: 9:00, StopTime: 18:00}";

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_well() {
    let moto = Moto::start().await;
    let chat = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&chat).await;
    let webhook = format!("{}/secret-path", chat.uri());
    let env = [&moto.env()[..], &[("WEBHOOK_URL", webhook.as_str()), ("MESSAGE_LANGUAGE", "ko")]].concat();
    apply(&env, &[OFFICE, RESTING]);
    let tags = |group| [("ScheduleName", "Office"), ("ScheduleGroupName", group)];
    moto.create_database("orders", &tags("Database")).await;
    let api = moto.run_instances(2, &tags("API")).await;
    moto.run_instances(1, &[("Name", "not ours")]).await;

    let output = lamplighter(&["doctor"], &env);
    insta::assert_snapshot!(shown(&output, &[]), @r#"
ok        credentials  arn:aws:sts::123456789012:user/moto, account 123456789012, region ap-northeast-2
ok        clock        the same as AWS's
ok        settings     those of this terminal can be read
ok        tables       4 tables: Schedule, ScheduleServerGroup, ScheduleException, ScheduleRun
ok        items        2 schedules, no fault
ok        places       1 place looked at: the own account and region
ok        rights       these credentials may write into the tables (tried with writes that change nothing)
ok        rights       allowed on EC2 instances (tried with dry runs): ec2:StartInstances, ec2:StopInstances, ec2:CreateTags in the own account and region
left out  rights       starting and stopping of databases: RDS has no dry run, so nothing is tried
          hint: needed: {"Action":["rds:StartDBInstance","rds:StopDBInstance","rds:StartDBCluster","rds:StopDBCluster"],"Condition":{"Null":{"aws:ResourceTag/ScheduleName":"false"}},"Effect":"Allow","Resource":["arn:aws:rds:*:123456789012:db:*","arn:aws:rds:*:123456789012:cluster:*"]}
          hint: needed for the tag, with `tag:TagResources` on `*`: {"Action":["rds:AddTagsToResource"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"lamplighter:last-action"},"Null":{"aws:ResourceTag/ScheduleName":"false","aws:TagKeys":"false"}},"Effect":"Allow","Resource":["arn:aws:rds:*:123456789012:db:*","arn:aws:rds:*:123456789012:cluster:*"]}
ok        schedules    1 schedule with instances; disabled or switched off, and not asked for any: `Resting`
ok        instances    3 instances with the tag `ScheduleName`, each of a schedule
ok        groups       2 groups, each with instances
ok        ticks        nothing is overdue; no tick has left a sign yet (one without work leaves none)
left out  webhooks     1 webhook not tried: WEBHOOK_URL (json)
          hint: `lamplighter doctor --chat` sends each of them a message that says that it is a test
ok        chat         `CHAT_URL` is not set: warnings carry no link, and nobody answers commands

nothing is wrong
    "#);
    assert_eq!(output.status.code(), Some(0));
    // Whatever was tried has changed nothing.
    for id in &api {
        assert_eq!(moto.instance_state(id).await, "running");
    }
    for table in ["Schedule", "ScheduleServerGroup", "ScheduleException", "ScheduleRun"] {
        let items = moto.dynamodb().scan().table_name(table).send().await.unwrap();
        let items = items.items().iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join("\n");
        assert!(!items.contains("doctor"), "{table}: {items}");
    }
    let tags = moto.ec2().describe_tags().send().await.unwrap();
    assert!(tags.tags().iter().all(|tag| tag.key() != Some("lamplighter:last-action")), "{tags:?}");
    assert_eq!(chat.received_requests().await.unwrap().len(), 0, "nothing is sent unless it is asked for");

    let output = lamplighter(&["doctor", "--chat", "--format", "json"], &env);
    let object: Value = serde_json::from_str(&shown(&output, &[])).unwrap();
    assert_eq!((&object["errors"], &object["warnings"]), (&json!(0), &json!(0)), "{object}");
    let findings = object["findings"].as_array().unwrap();
    let webhook = findings.iter().find(|finding| finding["check"] == "webhooks").unwrap();
    let expected = json!({
        "check": "webhooks", "level": "ok", "where": "WEBHOOK_URL (json)",
        "what": "has taken a test message (HTTP 200)", "what_to_do": [],
    });
    assert_eq!(webhook, &expected);
    let sent = chat.received_requests().await.unwrap();
    let sent: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert_eq!((&sent["event"], &sent["language"]), (&json!("test"), &json!("ko")), "{sent}");
    assert!(!shown(&output, &[]).contains("secret-path"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_as_nobody_should_make_them() {
    let moto = Moto::start().await;
    create_table(&moto.dynamodb(), "Schedule", &["ScheduleName", "Id"]).await;
    create_table(&moto.dynamodb(), "ScheduleException", &["ExceptionUuid"]).await;
    create_table(&moto.dynamodb(), "Runs", &["ScheduleName", "RunId"]).await;
    let output = lamplighter(&["doctor", "--read-only"], &moto.env());
    insta::assert_snapshot!(shown(&output, &[]), @r#"
ok        credentials  arn:aws:sts::123456789012:user/moto, account 123456789012, region ap-northeast-2
ok        clock        the same as AWS's
ok        settings     those of this terminal can be read
error     tables       Schedule: is keyed by `ScheduleName` and `Id`, and has to be by `ScheduleName`, as text
          hint: a key cannot be changed: name a new table in `SCHEDULE_TABLE`, make it with `lamplighter apply DIR --create-tables`, and delete this one
error     tables       ScheduleServerGroup: there is no such table in ap-northeast-2
          hint: `lamplighter apply DIR --create-tables` makes it; if it has another name, say so in `SERVER_GROUP_TABLE`, and if it is in another region, in `AWS_REGION`
warning   tables       ScheduleException: has no time to live on `ExpiresAt`: what is old is kept for ever, and read at a price
          hint: `aws dynamodb update-time-to-live --table-name ScheduleException --time-to-live-specification Enabled=true,AttributeName=ExpiresAt`
error     tables       ScheduleRun: there is no such table in ap-northeast-2
          hint: `lamplighter apply DIR --create-tables` makes it; if it has another name, say so in `RUN_TABLE`, and if it is in another region, in `AWS_REGION`
left out  items        schedules, instances and ticks: nothing is known of them as long as the tables cannot be read
left out  rights       writing, starting and stopping: nothing is tried with `--read-only`
warning   webhooks     there is no webhook in this terminal's settings
          hint: this takes over the settings of the function: `eval "$(aws lambda get-function-configuration --function-name lamplighter-scheduler --query Environment.Variables --output json | jq -r 'to_entries[] | "export \(.key)=\(.value|@sh)"')"` (the name of the stack stands before `-scheduler`)
          hint: if the function has none either, nobody is warned before a stop: `WEBHOOK_URL` holds the address of an incoming webhook, or the ARN of a secret that holds it
ok        chat         `CHAT_URL` is not set: warnings carry no link, and nobody answers commands
error: 3 errors, 2 warnings
    "#);
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_predecessors_tables_are_fine() {
    let moto = Moto::start().await;
    for (table, key) in
        [("Schedule", "ScheduleName"), ("ScheduleServerGroup", "GroupName"), ("ScheduleException", "ExceptionUuid")]
    {
        create_table(&moto.dynamodb(), table, &[key]).await;
    }
    apply(&moto.env(), &[OFFICE]);
    let text = shown(&lamplighter(&["doctor", "--read-only"], &moto.env()), &[]);
    // The time to live of the exceptions is all that the predecessor did not have.
    assert!(text.contains("warning   tables       ScheduleException: has no time to live"), "{text}");
    assert!(!text.contains("error") && !text.contains("ScheduleServerGroup:"), "{text}");
}

/// What is denied, by the body of a call.
fn denied(body: &str) -> Option<ResponseTemplate> {
    let words = |action: &str| format!("User: x is not authorized to perform: {action}");
    let dry_run = |call: &str| body.contains(&format!("Action={call}&")) && body.contains("DryRun=true");
    for call in ["StopInstances", "CreateTags"] {
        if dry_run(call) {
            return Some(gate::error(403, "UnauthorizedOperation", &words(&format!("ec2:{call}")), true));
        }
    }
    if body.contains("Action=AssumeRole&") {
        return Some(gate::error(403, "AccessDenied", &words("sts:AssumeRole"), false));
    }
    // A trial of `DeleteItem`; those of `PutItem` and `UpdateItem` have an item or an update in them.
    let is_other = ["\"Item\"", "UpdateExpression"].iter().any(|part| body.contains(part));
    let is_delete = body.contains("@lamplighter-doctor") && body.contains("ConditionExpression") && !is_other;
    is_delete.then(|| {
        let kind = "com.amazon.coral.service#AccessDeniedException";
        let error = json!({"__type": kind, "Message": words("dynamodb:DeleteItem")});
        ResponseTemplate::new(400).set_body_json(error)
    })
}

/// A schedule that nobody can understand, as written in the console.
async fn put_faulty(moto: &Moto) {
    let put = moto.dynamodb().put_item().table_name("Schedule").item("Enabled", AttributeValue::Bool(true));
    let texts = [
        ("ScheduleName", "Faulty"),
        ("TagValue", "Faulty"),
        ("DaysActive", "weekdys"),
        ("StartTime", "9:00"),
        ("StopTime", "25:99"),
    ];
    let put = texts.into_iter().fold(put, |put, (name, text)| put.item(name, AttributeValue::S(text.to_owned())));
    put.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn much_that_is_wrong_at_once() {
    let moto = Moto::start().await;
    let gate = gate::before(&moto, denied).await;
    let chat = MockServer::start().await;
    Mock::given(body_string_contains("test")).respond_with(ResponseTemplate::new(404)).mount(&chat).await;
    let (uri, webhook) = (gate.uri(), format!("slack+{}/secret-path", chat.uri()));
    let env = [
        ("AWS_ENDPOINT_URL", uri.as_str()),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("DEFAULT_TIMEZONE", "UTC"),
        ("WEBHOOK_URL", webhook.as_str()),
        ("CHAT_URL", "https://127.0.0.1:9/"),
        ("LINK_SECRET", "a secret of no less than 32 bytes"),
    ];
    let began = now();
    let time = |minutes: i64| (began + Duration::minutes(minutes)).format("%H:%M").to_string();
    let office = |stop: &str| {
        let start = time(-120);
        format!(
            "{}, StartTime: '{start}', StopTime: '{stop}', StopWarningMinutes: 0, Channels: [ops]}}{}",
            "Schedule: {ScheduleName: Office, TagValue: Office, DaysActive: all, Enabled: true",
            OFFICE.split_once("StopTime: None}").unwrap().1
        )
    };
    apply(
        &env,
        &[
            &office(&time(120)),
            "Schedule: {ScheduleName: Empty, TagValue: Produktion, DaysActive: all, Enabled: true, StartTime: None, StopTime: None}",
            &format!(
                "Schedule: {{ScheduleName: Far, TagValue: Far, DaysActive: all, Enabled: true, StartTime: None, StopTime: None, Accounts: ['{ROLE}']}}"
            ),
        ],
    );
    let tags = |group| [("ScheduleName", "Office"), ("ScheduleGroupName", group)];
    let api = moto.run_instances(1, &tags("API")).await.remove(0);
    let stray = moto.run_instances(1, &tags("AIP")).await.remove(0);
    let other = moto.run_instances(1, &[("ScheduleName", "Production")]).await.remove(0);
    // A tick has taken up the start; the stop that is due since comes to nothing, as when the rule is switched off.
    lamplighter(&["tick"], &env);
    apply(&env, &[&office(&time(-25))]);
    put_faulty(&moto).await;

    let output = lamplighter(&["doctor", "--chat"], &env);
    let stop = (began - Duration::minutes(25)).format("%a %d %b %H:%M").to_string();
    let instead = [
        (api.as_str(), "i-API"),
        (stray.as_str(), "i-STRAY"),
        (other.as_str(), "i-OTHER"),
        (stop.as_str(), "STOP"),
        ("due 26 min ago", "due 25 min ago"),
        // Either may be the one that is tried.
        ("rights       ec2/i-STRAY", "rights       ec2/i-API"),
        // As Linux says it.
        (": error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)", ""),
    ];
    insta::assert_snapshot!(shown(&output, &instead), @r#"
ok        credentials  arn:aws:sts::123456789012:user/moto, account 123456789012, region ap-northeast-2
ok        clock        the same as AWS's
ok        settings     those of this terminal can be read
ok        tables       4 tables: Schedule, ScheduleServerGroup, ScheduleException, ScheduleRun
error     items        Schedule Faulty: DaysActive = `weekdys`: `weekdys` is no day (did you mean `weekdays`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
          hint: until that is mended, `Faulty` and its instances are left exactly as they are
error     items        Schedule Faulty: StopTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
          hint: until that is mended, `Faulty` and its instances are left exactly as they are
warning   places       role arn:aws:iam::222222222222:role/LamplighterSpoke: cannot be assumed by these credentials: AccessDenied: User: x is not authorized to perform: sts:AssumeRole
          hint: `infra/spoke.yaml` trusts the function's role alone: whether it may, only its own words tell. If it may not, chat and the log say that the role "could not be assumed", once: `aws logs tail /aws/lambda/lamplighter-scheduler --since 30d --filter-pattern '"could not be assumed"'` (the name of the stack stands before `-scheduler`)
          hint: allow the caller (stack parameter `AssumableRoleArns`): {"Action":["sts:AssumeRole"],"Effect":"Allow","Resource":["arn:aws:iam::222222222222:role/LamplighterSpoke"]}
          hint: `infra/spoke.yaml` in account 222222222222 makes the role, with the function's role as `HubRoleArn`
          hint: if that role's trust policy asks for an external id, `EXTERNAL_ID` has to hold it
          hint: schedules that look there: `Far`
error     rights       ScheduleException: these credentials may not `dynamodb:DeleteItem`: AccessDeniedException: User: x is not authorized to perform: dynamodb:DeleteItem
          hint: allow it: {"Action":["dynamodb:DeleteItem"],"Effect":"Allow","Resource":["arn:aws:dynamodb:ap-northeast-2:123456789012:table/ScheduleException"]}
          hint: what for: people take an exception back
error     rights       ec2/i-API: these credentials may not `ec2:StopInstances`: UnauthorizedOperation: User: x is not authorized to perform: ec2:StopInstances
          hint: allow it: {"Action":["ec2:StopInstances"],"Condition":{"Null":{"aws:ResourceTag/ScheduleName":"false"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:123456789012:instance/*"]}
warning   rights       ec2/i-API: these credentials may not `ec2:CreateTags`: UnauthorizedOperation: User: x is not authorized to perform: ec2:CreateTags
          hint: allow it: {"Action":["ec2:CreateTags"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"lamplighter:last-action"},"Null":{"aws:ResourceTag/ScheduleName":"false","aws:TagKeys":"false"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:123456789012:instance/*"]}
          hint: or do without the tag: `TAG_LAST_ACTION=false`
warning   schedules    schedule Empty: no instance carries `ScheduleName` = `Produktion` in the own account and region
          hint: instances carry `Production`: is that what is meant?
left out  schedules    `Far`: not all of the places in which it looks could be looked at
warning   instances    `ScheduleName` = `Production` is the TagValue of no schedule: ec2/i-OTHER
          hint: did you mean `Produktion`? `aws ec2 create-tags --resources i-OTHER --tags Key=ScheduleName,Value='Produktion'`
warning   groups       schedule Office: `ScheduleGroupName` = `AIP` is none of its groups, so that nothing waits for ec2/i-STRAY
          hint: did you mean `API`? `aws ec2 create-tags --resources i-STRAY --tags Key=ScheduleGroupName,Value='API'`
warning   groups       schedule Office: no instance is in `Database`, which counts as ready
          hint: tag its instances with `ScheduleGroupName`, or delete the group from the table
error     ticks        the stop of `Office` at STOP (UTC) was due 25 min ago and no tick has taken it up
          hint: is the rule on that calls the function every five minutes? `aws events list-rules --query 'Rules[?ScheduleExpression].[Name,State,ScheduleExpression]'`
          hint: what do ticks say? `aws logs tail /aws/lambda/lamplighter-scheduler --since 1h` (the name of the stack stands before `-scheduler`)
          hint: are these its tables? `aws lambda get-function-configuration --function-name lamplighter-scheduler --query Environment`
          hint: `lamplighter tick --dry-run` says what a tick from here would do
warning   webhooks     there is no `WEBHOOK_URL_OPS`: what channel `OPS` of `Office` is to be told goes to `WEBHOOK_URL`
          hint: set `WEBHOOK_URL_OPS`, or take the channel out of `Channels`
error     webhooks     WEBHOOK_URL (slack): has not taken a test message: there is no such webhook any more: put a new address into `WEBHOOK_URL` (HTTP 404)
          hint: make a new webhook where the old one was, and put its address into `WEBHOOK_URL`
error     chat         CHAT_URL: nobody answers there
          hint: is the address right, and does this network let through to it?
error: 7 errors, 7 warnings
    "#);
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_region_may_be_named() {
    let moto = Moto::start().await;
    let schedule = |name: &str, more: &str| {
        format!(
            "Schedule: {{ScheduleName: {name}, TagValue: {name}, DaysActive: all, Enabled: true, StartTime: None, StopTime: None{more}}}"
        )
    };
    let (named, open) = (schedule("Named", &format!(", Regions: [{REGION}]")), schedule("Open", ""));
    let both = schedule("Both", &format!(", Regions: [{REGION}, eu-west-3]"));
    apply(&moto.env(), &[&named, &open, &both]);
    for name in ["Named", "Open", "Both"] {
        moto.run_instances(1, &[("ScheduleName", name)]).await;
    }
    let output = lamplighter(&["doctor"], &moto.env());
    let text = shown(&output, &[]);
    for line in [
        "ok        places       2 places looked at: the own account and region, region eu-west-3\n",
        "ec2:StopInstances, ec2:CreateTags in the own account and region\n",
        "there is none of a schedule to try it on in region eu-west-3\n",
        "ok        schedules    3 schedules with instances\n",
        "ok        instances    3 instances with the tag `ScheduleName`, each of a schedule\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_read_are_findings() {
    let moto = Moto::start().await;
    apply(&moto.env(), &[OFFICE]);
    let missing = format!("arn:aws:ssm:{REGION}:123456789012:parameter/missing");
    let secret = format!("arn:aws:secretsmanager:{REGION}:123456789012:secret:missing-AbCdEf");
    let set = [
        ("WEBHOOK_URL", missing.as_str()),
        ("WEBHOOK_URL_DEV", "ftp://hidden"),
        ("LINK_SECRET", secret.as_str()),
        ("CHAT_URL", "https://127.0.0.1:9/"),
        ("DEFAULT_TIMEZONE", "Asia/Seol"),
    ];
    let output = lamplighter(&["doctor", "--read-only"], &[&moto.env()[..], &set].concat());
    let text = shown(&output, &[(missing.as_str(), "PARAMETER"), (secret.as_str(), "SECRET")]);
    let lines = |of: &str| text.lines().filter(|line| line.contains(of)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(lines("settings  "), @r"
error     settings     LINK_SECRET: refers to `SECRET`, which cannot be read: AWS answers `ResourceNotFoundException`: Secrets Manager can't find the specified secret.
error     settings     WEBHOOK_URL: refers to `PARAMETER`, which cannot be read: AWS answers `ParameterNotFound`: Parameter PARAMETER not found.
error     settings     DEFAULT_TIMEZONE: holds `Asia/Seol`; allowed: the IANA name of a time zone such as `Asia/Seoul`, did you mean `Asia/Seoul`?
error     settings     WEBHOOK_URL_DEV: holds something else than what is allowed: addresses that begin with `https://` or `http://`, separated by spaces or commas
    ");
    insta::assert_snapshot!(lines("left out "), @r"
left out  rights       writing, starting and stopping: nothing is tried with `--read-only`
left out  groups       2 groups of schedules that are without instances: `Office`
left out  webhooks     the setting that holds their addresses cannot be read
left out  chat         the settings of the function that answers people cannot be read
    ");
    assert!(text.contains("ok        items        1 schedule, no fault"), "{text}");
    assert!(text.contains("\nerror: 4 errors") && !text.contains("hidden"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_tried_where_dry_runs_are_not_heeded() {
    let moto = Moto::start().await;
    // As some emulators do.
    let gate = gate::before(&moto, |body| {
        let is_probe = body.contains("Action=DescribeInstances&") && body.contains("DryRun=true");
        let nothing = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
        let is_act = body.contains("Action=StartInstances&") || body.contains("Action=StopInstances&");
        assert!(!is_act, "{body}");
        is_probe.then(|| ResponseTemplate::new(200).set_body_string(nothing))
    })
    .await;
    let uri = gate.uri();
    let env: Vec<(&str, &str)> = moto.env().into_iter().filter(|(name, _)| *name != "AWS_ENDPOINT_URL").collect();
    let env = [&env[..], &[("AWS_ENDPOINT_URL", uri.as_str())]].concat();
    apply(
        &env,
        &["Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: None, StopTime: None}"],
    );
    let id = moto.run_instances(1, &[("ScheduleName", "S")]).await.remove(0);
    let text = shown(&lamplighter(&["doctor"], &env), &[(id.as_str(), "i-1")]);
    let expected = "left out  rights       ec2/i-1: starting and stopping of EC2 instances: what answers here takes no notice of `DryRun`";
    assert!(text.contains(expected) && !text.contains("error"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_answers_is_exit_code_3() {
    let env = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_REGION", "us-east-2"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "hidden"),
        ("WEBHOOK_URL", "arn:aws:ssm:us-east-2:123456789012:parameter/webhook"),
    ];
    let output = lamplighter(&["doctor"], &env);
    assert_eq!(output.status.code(), Some(3));
    let text = shown(&output, &[]);
    assert!(text.starts_with("error     credentials  AWS does not say whose they are: NoAnswer"), "{text}");
    assert!(text.contains("error     settings     WEBHOOK_URL: refers to `arn:aws:ssm:"), "{text}");
    assert!(text.contains("left out  tables       tables, permissions") && !text.contains("hidden"), "{text}");
}
