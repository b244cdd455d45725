//! Many instances: all pages, and how many calls it takes to start and stop them.

use std::collections::BTreeMap;

use lamplighter::model::{Action, InstanceKey, InstanceState};
use lamplighter::ports::Fleet as _;

use crate::fleet::{DEV, failures, fleet, minute, query, since};
use crate::support::moto::Moto;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_instances_and_a_hundred_and_fifty_databases_over_several_pages() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(&moto.patient());
    // Moto's pages are of reservations: one more than a page takes.
    let servers = moto.run_reservations(501, 2, &[DEV]).await;
    moto.run_reservations(1, 20, &[("ScheduleName", "Other")]).await;
    moto.create_databases("orders-", 150, &[DEV]).await;
    assert_eq!(servers.len(), 1_002);

    let found = fleet.inventory(&query(&["Dev"]), minute() * 10).await;
    assert_eq!(found.unreachable, BTreeMap::new());
    assert_eq!(found.instances.len(), 1_152);
    assert_eq!(since(&counts, &BTreeMap::from([("ec2", 0), ("rds", 0)])), (2, 3), "one call a page");

    let keys: Vec<InstanceKey> = found.instances.into_keys().collect();
    for (action, state, calls) in
        [(Action::Stop, InstanceState::Stopped, (6, 150)), (Action::Start, InstanceState::Running, (21, 150))]
    {
        let before = counts.snapshot();
        let outcomes = fleet.act(action, &keys, minute()).await;
        assert_eq!((outcomes.len(), failures(&outcomes)), (1_152, BTreeMap::new()));
        assert_eq!(since(&counts, &before), calls, "{action:?}");
        let found = fleet.inventory(&query(&["Dev"]), minute() * 10).await;
        assert!(found.instances.values().all(|seen| seen.state == state), "{action:?}");
    }
}
