//! What ticks cost: calls for so many instances, and ten thousand in twenty account-regions at once, with moto as AWS.
//!
//! `cargo bench --bench scale`; how long it takes is moto's affair for the most part.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark may fail loudly, and prints what it has measured"
)]

#[allow(dead_code, reason = "the tests use more of it")]
mod estate;
#[allow(dead_code, reason = "the tests use more of it")]
mod support;

use std::fs;
use std::time::Duration;

use estate::{Estate, Ticked};
use serde_json::json;
use support::moto::{self, Moto};
use tokio::time::Instant;

const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
const REGIONS: [&str; 10] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
];
/// Instances in each account-region.
const EACH: i32 = 500;

/// A line of the table.
fn show(what: &str, ticked: &Ticked) {
    let calls = |service| ticked.calls[service];
    let [dynamodb, ec2, rds, sts, tagging] = ["dynamodb", "ec2", "rds", "sts", "tagging"].map(calls);
    let report = ticked.result.as_ref().expect("the tick is complete");
    let (acted, passes) = (report.started + report.stopped, report.passes);
    println!(
        "| {what:<58} | {acted:>6} | {passes:>6} | {dynamodb:>8} | {ec2:>4} | {rds:>4} | {sts:>4} | {tagging:>7} | {:>5} |",
        ticked.total()
    );
}

/// So many instances of one schedule in one region: the tick that stops them, and an idle one.
async fn one_schedule(servers: usize, databases: usize) {
    let moto = Moto::start().await;
    let tag = [("ScheduleName", "Dev")];
    moto.run_instances(servers, &tag).await;
    for n in 0..databases {
        moto.create_database(&format!("db-{n:03}"), &tag).await;
    }
    let estate = Estate::new(moto.config()).await;
    // A schedule without instances would wait for some.
    let has_instances = servers + databases > 0;
    estate.put_schedule("Dev", &json!({"Enabled": has_instances})).await;
    if has_instances {
        estate.tick("09:00").await.result.expect("everything runs already");
        let what = if databases == 0 { format!("{servers} EC2 instances") } else { format!("{databases} databases") };
        show(&format!("{what} are stopped"), &estate.tick("18:00").await);
    }
    // Two hours later: stopped databases are looked at once an hour (rule T12).
    let what = if databases == 0 { "nothing is due" } else { "nothing is due, and databases are looked at" };
    show(what, &estate.tick("20:00").await);
}

/// A line of `/proc/self/status`.
fn memory(name: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux says it");
    line.trim_start_matches(':').trim().to_owned()
}

/// Ten thousand instances in twenty account-regions, a schedule each.
async fn many_places() -> Duration {
    let moto = Moto::start().await;
    let estate = Estate::new(moto.config()).await;
    for account in ACCOUNTS {
        for region in REGIONS {
            let place = moto.place(Some(account), region).await;
            let name = format!("{account}-{region}");
            moto::run_instances(&place, (1, EACH), &[("ScheduleName", &name)]).await;
            let role = format!("arn:aws:iam::{account}:role/lamplighter");
            estate.put_schedule(&name, &json!({"Regions": [region], "Accounts": [role]})).await;
        }
    }
    estate.tick("09:00").await.result.expect("everything runs already");
    // The mark of the most memory is set back to what is held now.
    fs::write("/proc/self/clear_refs", "5").expect("Linux lets a process do so");
    let before = memory("VmRSS");
    let began = Instant::now();
    let ticked = estate.tick("18:00").await;
    let took = began.elapsed();
    show("10000 EC2 instances in 20 account-regions are stopped", &ticked);
    println!("memory at most: {}, of which {before} were held before", memory("VmHWM"));
    took
}

#[tokio::main]
async fn main() {
    println!(
        "| tick                                                       |  acted | passes | DynamoDB |  EC2 |  RDS |  STS | tagging |   all |"
    );
    println!(
        "| ---------------------------------------------------------- | -----: | -----: | -------: | ---: | ---: | ---: | ------: | ----: |"
    );
    for (servers, databases) in [(0, 0), (100, 0), (1_000, 0), (0, 100)] {
        one_schedule(servers, databases).await;
    }
    let took = many_places().await;
    println!("it took {} s", took.as_secs());
}
