//! The English words of each kind of notice.

use super::super::samples;
use super::*;

fn text(notice: &Notice) -> String {
    message(notice).to_text()
}

#[test]
fn a_warning_says_when_it_stops_and_what() {
    insta::assert_snapshot!(text(&samples::warning()), @"
    Development stops on Mon 23 Nov at 22:00 Asia/Seoul
    Group API:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    Group DB: dev-orders, mysql, ap-northeast-2a
    Without a group: i-0a1b2c3d4e5f60009, m5.large, ap-northeast-2a
    ");
}

#[test]
fn a_start_lists_what_was_started() {
    insta::assert_snapshot!(text(&samples::acted(Action::Start, Cause::Timetable, None)), @"
    Development: 2 instances of API are starting
    Instances:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    When: 09:30 Asia/Seoul, by the timetable
    ");
}

#[test]
fn a_stop_lists_what_was_stopped() {
    insta::assert_snapshot!(text(&samples::acted(Action::Stop, Cause::Enforce, None)), @"
    Development: 2 instances of API are stopping
    Instances:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    When: 22:00 Asia/Seoul, to hold the timetable, as `Enforce` asks
    ");
}

#[test]
fn a_forced_start_says_how_long_it_lasts() {
    let until = |until_at: Option<&str>| {
        let message = message(&samples::acted(Action::Start, Cause::Force, until_at));
        message.fields.iter().map(|field| format!("{}: {}", field.title, field.lines.join(" | "))).next_back().unwrap()
    };
    insta::assert_snapshot!(until(Some("2026-11-23T13:00:00Z")), @"Until: 22:00 Asia/Seoul, when the timetable stops it");
    insta::assert_snapshot!(until(Some("2026-11-30T13:00:00Z")), @"Until: Mon 30 Nov at 22:00 Asia/Seoul, when the timetable stops it");
    insta::assert_snapshot!(until(None), @"Until: nothing in the timetable stops it; `ForceStop` does");
}

#[test]
fn an_end_says_how_long_it_took() {
    insta::assert_snapshot!(text(&samples::run_done(5, 0)), @"
    Development has started: 5 instances in 14 min
    When: 09:44 Asia/Seoul, by the timetable
    ");
    insta::assert_snapshot!(text(&samples::run_done(4, 1)), @"
    Development has started: 4 instances in 14 min
    When: 09:44 Asia/Seoul, by the timetable
    Left as they are: 1 instance, since AWS refused; the reason was told at that time
    ");
    insta::assert_snapshot!(text(&samples::run_done(0, 2)), @"
    Development: the start is over, no instance was started
    When: 09:44 Asia/Seoul, by the timetable
    Left as they are: 2 instances, since AWS refused; the reason was told at that time
    ");
}

#[test]
fn notify_says_that_nothing_is_done() {
    insta::assert_snapshot!(text(&samples::would_act()), @"
    Development would stop on Mon 23 Nov at 22:00 Asia/Seoul
    Group API:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    Nothing is done: `Mode` is `notify`; with `act` it would be done.
    ");
}

#[test]
fn a_failure_says_what_can_be_done() {
    insta::assert_snapshot!(text(&samples::failed()), @"
    Development: 2 instances of API did not start
    Instances:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    AWS says: InsufficientInstanceCapacity: We currently do not have sufficient t3.small capacity in the Availability Zone you requested
    What to do: AWS has no room for this type in this zone now. If it lasts, change the type or the zone.
    What happens next: Tried again, less and less often. What depends on it waits.
    ");
}

#[test]
fn a_final_failure_says_that_it_is_final() {
    insta::assert_snapshot!(text(&samples::refused()), @"
    Development: 1 instance of API cannot be stopped
    Instances: api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
    AWS says: OperationNotPermitted: The instance 'i-0a1b2c3d4e5f60001' may not be stopped. Modify its 'disableApiStop' attribute
    What to do: If it should stop on schedule, take its stop protection off; if not, take the schedule's tag off.
    What happens next: Not tried again. Nothing waits for it.
    ");
}

#[test]
fn a_slow_group_says_who_waits_for_it() {
    insta::assert_snapshot!(text(&samples::slow()), @"
    Development: 1 instance of DB is not ready after 41 min
    Instances: dev-orders, mysql, ap-northeast-2a: starting
    Waiting for it: API, Batch
    What to do: If it lasts, look in the AWS console. What waits goes on by itself once it is there.
    ");
}

#[test]
fn an_extension_says_by_whom_without_an_address() {
    insta::assert_snapshot!(text(&samples::extended()), @"
    Development stops later: on Tue 24 Nov at 00:30 Asia/Seoul
    By: jane
    ");
}

#[test]
fn a_faulty_item_says_what_it_holds_and_what_is_allowed() {
    insta::assert_snapshot!(text(&samples::problems()), @"
    2 items need a look
    Schedule Development:
      DaysActive holds `weekdys`: `weekdys` is no day (did you mean `weekdays`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
      StopTime holds `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
      Until this is mended, Development is left as it is: nothing starts, nothing stops.
    Instance ec2/i-1 of schedule Development: it is a member of the Auto Scaling group `web`, which would replace it; it is left alone
    ");
    insta::assert_snapshot!(text(&samples::unreachable()), @"
    Region eu-west-1 needs a look
    What is wrong: could not be looked at, so what is there is left as it is, and groups elsewhere may wait for it: UnauthorizedOperation: you are not allowed to do this
    ");
}
