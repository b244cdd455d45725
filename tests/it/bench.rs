//! How long people wait for the chat function: cold and warm, under AWS's emulator of Lambda, with moto as DynamoDB.
//!
//! `LAMPLIGHTER_BOOTSTRAP=target/package/bootstrap.zip cargo bench --profile dev --bench answer` measures the zip that is deployed.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark may fail loudly, and prints what it has measured"
)]

#[allow(dead_code, reason = "the tests use more of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use lamplighter::aws::{CallCounts, DynamoStore, TableNames};
use lamplighter::ports::{Store as _, Table};
use serde_json::{Value, json};
use support::moto::Moto;
use support::rie::Lambda;
use tokio::time::Instant;

const TOKEN: &str = "YE1ronbbuoZkq7h3J5KMI4Tn";
/// Functions that are started anew.
const COLD: usize = 10;
/// Requests to one that is warm.
const WARM: usize = 200;

fn request(text: &str) -> Value {
    let body = json!({"token": TOKEN, "text": format!("/lamp {text}"), "keyword": "lamp", "writerName": "kim"});
    json!({
        "version": "2.0", "rawPath": "/jandi", "rawQueryString": "", "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": "POST", "path": "/jandi"}, "stage": "$default"},
        "body": body.to_string(), "isBase64Encoded": false,
    })
}

async fn start(moto: &Moto) -> Lambda {
    let mut env: BTreeMap<&str, &str> = moto.env().into();
    env.extend([("FUNCTION_ROLE", "chat"), ("OUTGOING_WEBHOOK_TOKEN", TOKEN)]);
    Lambda::start(&env.into_iter().collect::<Vec<_>>()).await
}

async fn ask(lambda: &Lambda, text: &str) -> Duration {
    let began = Instant::now();
    let (_, answer) = lambda.invoke(&request(text)).await;
    let took = began.elapsed();
    assert!(answer.contains("\"statusCode\":200"), "{answer}");
    took
}

/// Milliseconds at the middle, of ninety-nine in a hundred, and at most.
fn show(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() * part).div_ceil(100) - 1].as_secs_f64() * 1_000.0;
    println!("{what:<44} {:>8.1} {:>8.1} {:>8.1}", at(50), at(99), at(100));
}

/// What the emulator has measured of the start of the function.
fn init(lambda: &Lambda) -> Duration {
    let output = lambda.output();
    let number = output.split("INIT REPORT(durationMs: ").nth(1).and_then(|rest| rest.split(')').next());
    Duration::from_secs_f64(number.and_then(|number| number.parse::<f64>().ok()).expect("it was started") / 1_000.0)
}

/// The most memory that the function has had.
fn memory(lambda: &Lambda) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", lambda.function_ids()[0])).expect("it still runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says it");
    line.trim().to_owned()
}

#[tokio::main]
async fn main() {
    let moto = Moto::start().await;
    let store = DynamoStore::new(moto.config(), TableNames::default(), Arc::new(CallCounts::default()));
    store.create_tables().await.expect("moto makes tables");
    for number in 0..100 {
        let Value::Object(item) = json!({
            "ScheduleName": format!("Team-{number}"), "TagValue": format!("Team-{number}"), "DaysActive": "all",
            "Enabled": true, "StartTime": "00:10", "StopTime": "23:50", "ForceStart": false,
        }) else {
            return;
        };
        store.put(Table::Schedule, item).await.expect("moto takes items");
    }
    println!("{:<44} {:>8} {:>8} {:>8}", "100 schedules; milliseconds", "p50", "p99", "most");
    let (mut inits, mut firsts) = (Vec::new(), Vec::new());
    for _ in 0..COLD {
        let lambda = start(&moto).await;
        firsts.push(ask(&lambda, "Team-7 status").await);
        inits.push(init(&lambda));
    }
    show("start of the function", inits);
    show("first question, the start included", firsts);
    let lambda = start(&moto).await;
    for (what, text) in
        [("question: status", "Team-7 status"), ("order: exception set", "Team-{} exception set tomorrow stop 20:00")]
    {
        let mut times = Vec::new();
        for number in 0..WARM {
            // Each to another schedule, since the orders of a minute are bounded.
            let text =
                text.replace("{}", &(number % 100).to_string()).replace("20:00", &format!("20:{:02}", number / 100));
            times.push(ask(&lambda, &text).await);
        }
        show(what, times);
    }
    println!("memory at most: {}", memory(&lambda));
}
