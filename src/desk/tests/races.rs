//! Two at the same time, interleaved at every call of the tables: one goes so many calls ahead, the other so many, then the
//! first to its end, then the second.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::model::Later;
use crate::ports::{Ports, Store, StoreError};
use crate::testing::Town;
use crate::tick;

/// The tables, of which every call waits once before it takes effect, and once before it answers.
struct Stepped<'a>(&'a World);

/// Ready when it is asked a second time.
#[derive(Default)]
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Stepped<'_> {
    async fn step<T>(&self, call: impl Future<Output = T>) -> T {
        Once::default().await;
        let answer = call.await;
        Once::default().await;
        answer
    }
}

impl Store for Stepped<'_> {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        self.step(self.0.scan(table)).await
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        self.step(self.0.runs(keys)).await
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        self.step(self.0.put_run(item, expected_version)).await
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.step(self.0.lower_flag(schedule, flag)).await
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.step(self.0.raise_flag(schedule, flag)).await
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        self.step(self.0.put_exception(item, expected)).await
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        self.step(self.0.delete_exception(item)).await
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        self.step(self.0.put(table, item)).await
    }
}

/// More calls than any of these makes.
const MOST: usize = 10_000;

/// Somebody on the way.
struct Walker<'a, T>(Pin<Box<dyn Future<Output = T> + 'a>>, Option<T>);

impl<'a, T> Walker<'a, T> {
    fn new(future: impl Future<Output = T> + 'a) -> Self {
        Self(Box::pin(future), None)
    }

    /// Goes so many steps; how many it took until it was over.
    fn walk(&mut self, steps: usize) -> usize {
        for step in 0..steps {
            if self.1.is_some() {
                return step;
            }
            if let Poll::Ready(result) = self.0.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                self.1 = Some(result);
            }
        }
        steps
    }

    fn end(mut self) -> T {
        assert!(self.walk(MOST) < MOST, "it never ends");
        self.1.unwrap()
    }
}

/// Every way in which two orders can meet; the world after it and what was answered.
fn meet(now: &str, orders: [&str; 2], judge: impl Fn(&World, [String; 2], &str)) {
    let mut ways = 0;
    for first in 0..60 {
        for second in 0..60 {
            let world = office(now, &json!({}));
            remember(&world, started);
            let store = Stepped(&world);
            let desk = Desk::new(&store, &world, Defaults::default(), Duration::seconds(2));
            let orders = orders.map(|text| match parse(text) {
                Ok(Command::For { schedule, order }) => (schedule, order),
                other => panic!("{text}: {other:?}"),
            });
            let [people, others] = [by("jane"), by("kim")];
            let mut jane = Walker::new(desk.order(&people, &orders[0].0, &orders[0].1));
            let mut kim = Walker::new(desk.order(&others, &orders[1].0, &orders[1].1));
            let is_over = (jane.walk(first) < first, kim.walk(second) < second);
            if is_over.0 || is_over.1 {
                break;
            }
            let (jane, kim) = (told(jane.end()), told(kim.end()));
            ways += 1;
            judge(&world, [jane, kim], &format!("{first} steps, then {second}"));
        }
    }
    assert!(ways > 30, "{ways} ways");
}

const EVENING: &str = "2026-11-23 21:55";

#[test]
fn of_two_who_extend_at_once_the_later_counts() {
    // A length counts from the stop as it is when it is first looked at, whatever others do after that.
    meet(EVENING, ["Dev extend 1h", "Dev extend 22:30"], |world, answers, way| {
        let rows = rows(world);
        let expected =
            ["23:00", "23:30"].map(|stop| (format!("2026-11-23 stop {stop} jane"), format!("to Mon {stop} by jane")));
        let is_one = |(row, answer): &(String, String)| rows == [row.clone()] && answers[0].contains(answer);
        assert!(expected.iter().any(is_one), "{way}: {rows:?} {answers:?}");
    });
    for orders in [["Dev extend 23:00", "Dev extend 22:30"], ["Dev extend 22:30", "Dev extend 23:00"]] {
        meet(EVENING, orders, |world, answers, way| {
            let rows = rows(world);
            assert_eq!(rows.len(), 1, "{way}: {rows:?}");
            assert!(rows[0].starts_with("2026-11-23 stop 23:00"), "{way}: {rows:?} {answers:?}");
            assert!(answers.iter().all(|answer| answer.contains("extended from")), "{way}: {answers:?}");
        });
    }
}

#[test]
fn two_clicks_are_one() {
    meet(EVENING, ["Dev extend 23:00", "Dev extend 23:00"], |world, answers, way| {
        assert_eq!(rows(world).len(), 1, "{way}");
        let new = answers.iter().filter(|answer| answer.starts_with("extended")).count();
        assert_eq!(new, 1, "{way}: {answers:?}");
        let item = &world.items(Table::Exception)[0];
        assert_eq!(item.get("Replaces"), None, "{way}");
    });
}

#[test]
fn who_leaves_the_stop_out_wins_over_who_moves_it() {
    meet(EVENING, ["Dev skip", "Dev extend 1h"], |world, answers, way| {
        let rows = rows(world);
        assert_eq!(rows, ["2026-11-23 stop None jane"], "{way}: {answers:?}");
    });
}

#[test]
fn a_cancel_takes_back_what_is_there_and_nothing_else() {
    meet(EVENING, ["Dev extend 1h", "Dev cancel"], |world, [extended, cancelled], way| {
        let rows = rows(world);
        match cancelled.as_str() {
            "no: NothingToCancel" => assert_eq!(rows, ["2026-11-23 stop 23:00 jane"], "{way}"),
            "cancelled jane's extension to Mon 23:00, stops Mon 22:00" => assert!(rows.is_empty(), "{way}: {rows:?}"),
            other => panic!("{way}: {other}"),
        }
        assert!(extended.starts_with("extended"), "{way}: {extended}");
    });
}

#[test]
fn of_two_flags_one_is_up() {
    meet("2026-11-23 12:00", ["Dev force_start", "Dev force_stop"], |world, answers, way| {
        let schedule = &world.items(Table::Schedule)[0];
        let flags = ["ForceStart", "ForceStop"].map(|flag| schedule.get(flag) == Some(&Value::Bool(true)));
        assert_eq!(flags.iter().filter(|flag| **flag).count(), 1, "{way}: {answers:?}");
    });
}

#[test]
fn two_who_set_an_exception_leave_one() {
    let orders = ["Dev exception set fri stop 20:00", "Dev exception set fri stop 21:00"];
    meet("2026-11-23 12:00", orders, |world, answers, way| {
        let rows = rows(world);
        assert_eq!(rows.len(), 1, "{way}: {rows:?}");
        assert!(answers.iter().all(|answer| answer.contains("set 2026-11-27")), "{way}: {answers:?}");
    });
}

const FILE: &str = "
Schedule: {ScheduleName: Dev, TagValue: S, DaysActive: weekdays, Enabled: true, StartTime: '9:30', StopTime: '22:00'}
ServerGroups: [{GroupName: A, InstanceType: EC2, Dependency: []}]
";

/// A world on Monday at 22:00, warned of the stop, with one server that runs.
fn warned() -> Town {
    let town = Town::new(FILE, &["ec2/i-1 A"], "2026-11-23 09:30");
    town.run_until("2026-11-23 21:57");
    town.world.advance_to(town.at("2026-11-23 22:00"));
    assert_eq!(town.state("ec2/i-1"), "running");
    _ = town.world.take_asked();
    town
}

#[test]
fn a_click_and_a_stop_in_the_same_second() {
    let hour = Order::Extend(Later::At(at("2026-11-23 23:00")));
    let mut seen = std::collections::BTreeSet::new();
    let mut ways = 0;
    for click_first in [true, false] {
        for first in 0..40 {
            for second in 0..40 {
                let town = warned();
                let store = Stepped(&town.world);
                let world = &town.world;
                let desk = Desk::new(&store, world, Defaults::default(), Duration::seconds(2));
                let jane = by("jane");
                let mut click = Walker::new(desk.order_for(&jane, "Dev", Some(at("2026-11-23 22:00")), &hour));
                let ports = Ports { store: &store, fleet: world, chat: world, clock: world, journal: world };
                let options = tick::Options { settle: Duration::zero(), ..town.options("tick") };
                let mut stop = Walker::new(async { tick::run(&ports, &options).await.unwrap() });
                let is_over = if click_first {
                    click.walk(first) < first || stop.walk(second) < second
                } else {
                    stop.walk(first) < first || click.walk(second) < second
                };
                if is_over {
                    break;
                }
                ways += 1;
                let answer = if click_first {
                    let answer = click.end();
                    _ = stop.end();
                    answer
                } else {
                    _ = stop.end();
                    click.end()
                };
                let way = format!("click first: {click_first}, {first}, {second}");
                judge(&town, answer, &way, &mut seen);
            }
        }
    }
    assert!(ways > 100, "{ways} ways");
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["extended", "has begun", "may have begun"]);
}

/// A granted extension holds, and one that is not granted leaves nothing behind.
fn judge(town: &Town, answer: Result<Answer, Refusal>, way: &str, seen: &mut std::collections::BTreeSet<&'static str>) {
    let world = &town.world;
    match answer.map_err(|refusal| refusal.why) {
        Ok(answer) => {
            assert!(matches!(answer.done, Done::Extended { is_new: true, .. }), "{way}: {answer:?}");
            seen.insert("extended");
            town.run_until("2026-11-23 22:55");
            assert!(world.take_asked().is_empty(), "{way}");
            town.run_until("2026-11-23 23:05");
            assert_eq!(world.take_asked().len(), 1, "{way}");
        }
        Err(why @ (Why::HasBegun | Why::MayHaveBegun)) => {
            seen.insert(if why == Why::HasBegun { "has begun" } else { "may have begun" });
            assert!(rows(world).is_empty(), "{way}: {:?}", rows(world));
            town.run_until("2026-11-23 22:30");
            assert_eq!(world.take_asked().len(), 1, "{way}");
        }
        Err(why) => panic!("{way}: {why:?}"),
    }
}

#[test]
fn an_order_is_answered_in_time_whatever_the_tables_do() {
    let world = office("2026-11-23 21:50", &json!({}));
    let store = Stepped(&world);
    // This clock's time passes as soon as a table does not answer at once.
    let desk = Desk::new(&store, &world, Defaults::default(), Duration::seconds(2));
    let desk = Desk { time_limit: Some(Duration::milliseconds(1_700)), ..desk };
    for (order, changes) in [(Order::Skip, true), (Order::Status, false)] {
        let refusal = pollster::block_on(desk.order(&by("jane"), "Dev", &order)).unwrap_err();
        let Why::Store { may_be_done, .. } = refusal.why else { panic!("{refusal:?}") };
        assert_eq!((may_be_done, refusal.schedule.as_str()), (changes, "Dev"));
    }
}

#[test]
fn two_of_the_same_request_are_one() {
    for (first, second) in (0..12).flat_map(|first| (0..12).map(move |second| (first, second))) {
        let world = office("2026-11-23 12:00", &json!({}));
        let store = Stepped(&world);
        let desk = Desk::new(&store, &world, Defaults::default(), Duration::seconds(2));
        let desk = |owner| Desk { orders_a_minute: Some(30), request: Some("the same"), owner, ..desk };
        let (jane, stop) = (by("jane"), Order::Force { action: Action::Stop, lasts: None });
        let desks = [desk("a"), desk("b")];
        let [mut one, mut other] = [&desks[0], &desks[1]].map(|desk| Walker::new(desk.order(&jane, "Dev", &stop)));
        one.walk(first);
        other.walk(second);
        let answers = [one.end(), other.end()];
        let again = answers.iter().filter(|answer| answer.as_ref().is_err_and(|refusal| refusal.why == Why::Again));
        assert_eq!(again.count(), 1, "{first} {second}: {answers:?}");
    }
}

#[test]
fn what_is_started_for_some_time_has_its_end_though_it_was_cancelled_in_the_same_second() {
    let mut seen = std::collections::BTreeSet::new();
    for first in 0..40 {
        let town = Town::new(FILE, &["ec2/i-1 A"], "2026-11-27 21:30");
        town.run_until("2026-11-27 22:30");
        town.world.advance_to(town.at("2026-11-28 12:05"));
        let world = &town.world;
        assert_eq!(say(world, "jane", "Dev force_start for 2h"), "force start until Sat 14:05");
        let store = Stepped(world);
        let desk = Desk::new(&store, world, Defaults::default(), Duration::seconds(2));
        let kim = by("kim");
        let mut cancel = Walker::new(desk.order(&kim, "Dev", &Order::Cancel));
        if cancel.walk(first) < first {
            break;
        }
        town.tick().unwrap();
        _ = cancel.end();
        let has_started = town.state("ec2/i-1") != "stopped";
        seen.insert(has_started);
        assert_eq!(rows(world).len(), usize::from(has_started), "{first}: {:?}", rows(world));
    }
    assert_eq!(seen.len(), 2, "one way only");
}
