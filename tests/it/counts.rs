//! What a tick costs in calls, counted where they go out: retries are calls too.

use serde_json::json;

use crate::estate::{Estate, Ticked};
use crate::support::moto::Moto;

const TAG: (&str, &str) = ("ScheduleName", "Dev");

/// The calls of a tick to others than the tables.
fn outside(ticked: &Ticked) -> u64 {
    ticked.total() - ticked.calls["dynamodb"]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_tick_reads_the_tables_and_nothing_else() {
    let moto = Moto::start().await;
    let estate = Estate::new(moto.config()).await;
    for n in 0..250 {
        // Without instances: what is due would be waited for.
        estate.put_schedule(&format!("S{n:03}"), &json!({"Enabled": false})).await;
    }
    let ticked = estate.tick("12:00").await;
    assert_eq!(ticked.result.as_ref().unwrap().schedules, 250);
    assert_eq!(outside(&ticked), 0, "{:?}", ticked.calls);
    assert!(ticked.calls["dynamodb"] <= 3 + 3, "{:?}", ticked.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_that_stops_a_thousand_instances() {
    let moto = Moto::start().await;
    moto.run_instances(1_000, &[TAG]).await;
    let estate = Estate::new(moto.config()).await;
    estate.put_schedule("Dev", &json!({})).await;
    let started = estate.tick("09:00").await;
    assert_eq!(started.result.unwrap().failures, 0);
    let ticked = estate.tick("18:00").await;
    assert_eq!(ticked.result.as_ref().unwrap().stopped, 1_000);
    assert!(ticked.total() <= 40, "{:?}", ticked.calls);
    let idle = estate.tick("18:05").await;
    assert_eq!((outside(&idle), idle.calls["dynamodb"]), (0, 4), "{:?}", idle.calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_that_stops_a_hundred_databases() {
    let moto = Moto::start().await;
    for n in 0..100 {
        moto.create_database(&format!("db-{n:03}"), &[TAG]).await;
    }
    let estate = Estate::new(moto.config()).await;
    estate.put_schedule("Dev", &json!({})).await;
    estate.tick("09:00").await.result.unwrap();
    let ticked = estate.tick("18:00").await;
    assert_eq!(ticked.result.as_ref().unwrap().stopped, 100);
    // Of three passes: one announces the stop, one stops, one reads back what became of it.
    assert_eq!(ticked.result.as_ref().unwrap().passes, 3);
    assert!(outside(&ticked) <= 100 + 12, "{:?}", ticked.calls);
    assert!(ticked.calls["dynamodb"] <= 18, "{:?}", ticked.calls);
}
