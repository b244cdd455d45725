//! The main job, with the scheduler at work: a warning, its link, a click, and the stop at the new time.

use super::*;
use crate::chat::{Answers, Language, choices};
use crate::model::Notice;

const FILE: &str = "
Schedule: {ScheduleName: Dev, TagValue: Dev, DaysActive: weekdays, Enabled: true, StartTime: '09:30', StopTime: '22:00'}
ServerGroups:
  - {GroupName: API, InstanceType: EC2}
";

#[test]
fn a_warned_person_clicks_and_the_servers_stop_at_the_new_time() {
    let mut stage = Stage::new();
    stage.town = Town::new(FILE, &["ec2/api API"], "2026-11-23 09:30");
    stage.town.run_until("2026-11-23 21:45");
    // The warning goes out; the log of the town would take it, so the ticks are made by hand.
    stage.town.world.advance_to(stage.town.at("2026-11-23 21:50"));
    stage.town.tick().unwrap();
    let messages = stage.town.world.take_messages();
    let warning = messages.iter().map(|(_, notice)| notice).find(|notice| matches!(notice, Notice::Warning { .. }));
    let address = "https://chat.example.org";
    let answers = Answers { signer: Some(stage.signer.clone()), address: Some(address.to_owned()), keyword: None };
    let offered = choices(warning.unwrap(), &answers, Language::En).unwrap();
    let page = offered.page.unwrap();
    let path = page.strip_prefix(address).unwrap();

    // Whoever fetches the link changes nothing.
    let before = stage.tables();
    for _ in 0..100 {
        for method in [Method::Get, Method::Head] {
            let looked = stage.send(&Request { method, ..request(path, "", "") });
            assert_eq!(looked.reply.status, 200);
        }
    }
    assert_eq!(stage.tables(), before);

    // The page offers what the message does.
    let shown = stage.send(&Request { method: Method::Get, ..request(path, "", "") }).reply.body;
    for offer in &offered.offers {
        assert!(shown.contains(&offer.label), "{} is not in {shown}", offer.label);
    }
    let token = path.trim_start_matches("/x/");
    let form = form_request(path, &encode(&[("token", token), ("minutes", "30")]));
    assert_eq!(stage.send(&form).reply.status, 200);
    let after = stage.settled();
    assert_eq!(stage.send(&form).reply.status, 200);
    assert_eq!(stage.settled(), after);

    let lines = stage.town.run_until("2026-11-23 22:40");
    let told: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.contains(" held ")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    21:50:00 warning stop_at=2026-11-23T13:00:00Z
    21:50:00 extended stop_at=2026-11-23T13:30:00Z by=somebody with the link
    21:50:00 chat: extended to Mon 22:30 by somebody with the link
    22:20:00 warning stop_at=2026-11-23T13:30:00Z
    22:20:00 chat: stops at Mon 22:30 (API: api)
    22:30:00 stop API ec2/api
    22:30:00 chat: stop API: api
    22:30:30 stopped API ec2/api
    22:30:30 run_done action=stop end=done took_seconds=30 instances=1
    22:30:30 chat: stop done, 1 in 30 s, 0 refused
    ");

    // The stop is over: the link says so, and brings nothing back.
    let late = stage.send(&form);
    assert_eq!(late.reply.status, 409, "{:?}", late.line);
    let shown = stage.send(&Request { method: Method::Get, ..request(path, "", "") }).reply.body;
    assert!(!shown.contains("<form"), "{shown}");
    assert_eq!(stage.town.run_and_find("2026-11-24 09:00", "start").len(), 0);
}
