//! Asks AWS for a batch of instances and, when one of them spoils it, for the others (rule A2). Knows no service: the call
//! is an argument.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;

use crate::model::{Failure, FailureKind, InstanceId};
use crate::ports::Outcome;

use super::failure::is_about_an_instance;

/// So many refusals in a row, all for one cause that names no instance and with nothing accepted, and the cause is taken to
/// be everybody's: by then a batch of 50 has been asked for in parts of six, one of 200 in parts of 25.
const HOPELESS_AFTER: usize = 15;

/// So often a denial that names instances is taken for theirs: a tag or a policy may keep a few from us. Where a permission is
/// missing altogether AWS names an instance too, a different one each time.
const DENIED_APART: usize = 3;

/// Asks for all of `ids` in as few calls as it takes; one outcome for each.
///
/// A refusal that names instances of the batch is theirs, and the others are asked for again; one that names none is looked
/// for by halves. A refusal that is about the caller (throttled, denied, quota, no answer) is everybody's, and ends the asking;
/// but a few denials that name instances are theirs.
pub(super) async fn isolate<C, F>(ids: Vec<InstanceId>, call: C) -> Vec<(InstanceId, Outcome)>
where
    C: Fn(Vec<InstanceId>) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    isolate_by(ids, |_| (), call).await
}

/// The same, where capacity is one thing for all of a `kind`: a batch for which there is none is parted by kinds first, and
/// by halves only within them.
pub(super) async fn isolate_by<K, C, F>(
    ids: Vec<InstanceId>,
    kind: impl Fn(&InstanceId) -> K,
    call: C,
) -> Vec<(InstanceId, Outcome)>
where
    K: Ord + Clone,
    C: Fn(Vec<InstanceId>) -> F,
    F: Future<Output = Result<(), Failure>>,
{
    let mut outcomes = Vec::with_capacity(ids.len());
    // Batches, with the kind by which they have been parted.
    let mut waiting = VecDeque::from([(None, ids)]);
    let mut searches = BTreeMap::<Option<K>, Search>::new();
    let mut denied_apart = 0;
    while let Some((part, batch)) = waiting.pop_front() {
        if batch.is_empty() {
            continue;
        }
        let search = searches.entry(part.clone()).or_default();
        let Err(failure) = call(batch.clone()).await else {
            search.has_accepted = true;
            outcomes.extend(batch.into_iter().map(|id| (id, Ok(()))));
            continue;
        };
        let refuse = |id| (id, Err(failure.clone()));
        let (named, mut others): (Vec<_>, Vec<_>) = batch.into_iter().partition(|id| names(&failure.message, id));
        let is_apart = !named.is_empty() && failure.kind == FailureKind::Denied && denied_apart < DENIED_APART;
        if is_apart {
            denied_apart += 1;
        } else if !is_about_an_instance(&failure) {
            let rest = waiting.into_iter().flat_map(|(_, batch)| batch);
            outcomes.extend(named.into_iter().chain(others).chain(rest).map(refuse));
            return outcomes;
        }
        if !named.is_empty() {
            outcomes.extend(named.into_iter().map(refuse));
            waiting.push_front((part, others));
            continue;
        }
        let kinds = kinds(&others, &kind);
        if part.is_none() && failure.kind == FailureKind::Capacity && kinds.len() > 1 {
            waiting.extend(kinds.into_iter().map(|(kind, batch)| (Some(kind), batch)));
            continue;
        }
        search.note(&failure);
        if search.is_hopeless() {
            let (rest, hopeful): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(other, _)| *other == part);
            waiting = hopeful.into();
            outcomes.extend(others.into_iter().chain(rest.into_iter().flat_map(|(_, batch)| batch)).map(refuse));
        } else if others.len() == 1 {
            outcomes.extend(others.into_iter().map(refuse));
        } else {
            let second = others.split_off(others.len() / 2);
            waiting.extend([(part.clone(), others), (part, second)]);
        }
    }
    outcomes
}

/// The same ids by their kinds.
fn kinds<K: Ord>(ids: &[InstanceId], kind: impl Fn(&InstanceId) -> K) -> BTreeMap<K, Vec<InstanceId>> {
    let mut kinds = BTreeMap::<K, Vec<InstanceId>>::new();
    for id in ids {
        kinds.entry(kind(id)).or_default().push(id.clone());
    }
    kinds
}

/// What the search by halves has met in one part.
#[derive(Debug, Default)]
struct Search {
    has_accepted: bool,
    refusals: usize,
    code: Option<String>,
    has_several_causes: bool,
}

impl Search {
    fn note(&mut self, failure: &Failure) {
        self.refusals += 1;
        let code = self.code.get_or_insert_with(|| failure.code.clone());
        self.has_several_causes |= *code != failure.code;
    }

    fn is_hopeless(&self) -> bool {
        self.refusals >= HOPELESS_AFTER && !self.has_accepted && !self.has_several_causes
    }
}

/// Whether an error text speaks of this instance: its id stands there as a word of its own.
fn names(message: &str, id: &InstanceId) -> bool {
    message.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use crate::model::kind_of;

    fn ids(count: usize) -> Vec<InstanceId> {
        (0..count).map(|n| InstanceId::new(&format!("i-{n:03x}")).unwrap()).collect()
    }

    /// Calls a made-up AWS that refuses every batch with a bad id in it; returns the failed ids and the number of calls.
    fn run(count: usize, bad: &[usize], code: &str, message: fn(&str) -> String) -> (Vec<String>, usize) {
        run_by(count, |_| 0, bad, code, message)
    }

    /// The same with instances of several kinds.
    fn run_by(
        count: usize,
        kind: fn(usize) -> usize,
        bad: &[usize],
        code: &str,
        message: fn(&str) -> String,
    ) -> (Vec<String>, usize) {
        let all = ids(count);
        let kinds: BTreeMap<&InstanceId, usize> = all.iter().enumerate().map(|(n, id)| (id, kind(n))).collect();
        let bad: BTreeSet<&InstanceId> = bad.iter().map(|n| &all[*n]).collect();
        let calls = RefCell::new(Vec::new());
        let outcomes = pollster::block_on(isolate_by(
            all.clone(),
            |id| kinds[id],
            |batch| {
                calls.borrow_mut().push(batch.len());
                let spoilt = batch.iter().find(|id| bad.contains(id));
                let answer = spoilt.map_or(Ok(()), |id| {
                    Err(Failure { kind: kind_of(code, 400), code: code.to_owned(), message: message(id.as_str()) })
                });
                async move { answer }
            },
        ));
        let by_id: BTreeMap<_, _> = outcomes.iter().map(|(id, outcome)| (id, outcome)).collect();
        assert_eq!((outcomes.len(), by_id.len()), (count, count), "one outcome for each");
        let failed = by_id.iter().filter(|(_, outcome)| outcome.is_err()).map(|(id, _)| id.to_string()).collect();
        (failed, calls.into_inner().len())
    }

    fn named(id: &str) -> String {
        format!("The instance '{id}' is not in a state from which it can be stopped.")
    }

    fn unnamed(_: &str) -> String {
        "Insufficient capacity.".to_owned()
    }

    #[test]
    fn one_call_when_nothing_is_wrong() {
        assert_eq!(run(50, &[], "", unnamed), (vec![], 1));
    }

    #[test]
    fn a_named_id_costs_one_more_call() {
        let (failed, calls) = run(50, &[7], "IncorrectInstanceState", named);
        assert_eq!((failed, calls), (vec!["i-007".to_owned()], 2));
    }

    #[test]
    fn every_named_id_is_taken_out_even_where_most_are_bad() {
        let bad: Vec<usize> = (0..40).collect();
        let (failed, calls) = run(50, &bad, "IncorrectInstanceState", named);
        assert_eq!((failed.len(), calls), (40, 41));
    }

    #[test]
    fn an_unnamed_id_is_found_by_halves() {
        let (failed, calls) = run(50, &[49], "InsufficientInstanceCapacity", unnamed);
        assert_eq!(failed, ["i-031"]);
        assert!(calls <= 13, "{calls} calls");
    }

    #[test]
    fn several_unnamed_ids_spoil_it_for_nobody_else() {
        let bad = [0, 9, 18, 27, 36, 45];
        let (failed, _) = run(50, &bad, "InsufficientInstanceCapacity", unnamed);
        assert_eq!(failed.len(), bad.len());
    }

    #[test]
    fn one_cause_for_all_is_not_chased_to_the_last_instance() {
        let bad: Vec<usize> = (0..50).collect();
        let (failed, calls) = run(50, &bad, "InsufficientInstanceCapacity", unnamed);
        assert_eq!((failed.len(), calls), (50, HOPELESS_AFTER));
    }

    #[test]
    fn a_kind_without_room_keeps_no_other_kind_from_starting() {
        type Kind = fn(usize) -> usize;
        // What there is, who is bad, and the calls: for all, for each kind, and for one kind in parts.
        let cases: [(&str, Kind, Kind, usize); 4] = [
            ("20 of 50, in between", |n| n % 5 % 2, |n| n % 5 % 2, 1 + 2 + 14),
            ("one kind of five", |n| n % 5, |n| usize::from(n % 5 == 3), 1 + 5 + 14),
            ("none of five", |n| n % 5, |_| 1, 1 + 5 + 5 * 14),
            ("each of its own kind", |n| n, |n| n % 2, 1 + 50),
        ];
        for (what, kind, is_bad, expected) in cases {
            let bad: Vec<usize> = (0..50).filter(|n| is_bad(*n) == 1).collect();
            let names: Vec<String> = bad.iter().map(|n| format!("i-{n:03x}")).collect();
            let (failed, calls) = run_by(50, kind, &bad, "InsufficientInstanceCapacity", unnamed);
            assert_eq!((failed, calls), (names, expected), "{what}");
        }
    }

    #[test]
    fn within_a_kind_those_without_room_are_found_by_halves() {
        let (failed, calls) = run_by(50, |n| n % 2, &[48], "InsufficientInstanceCapacity", unnamed);
        assert_eq!(failed, ["i-030"]);
        assert!(calls <= 13, "{calls} calls");
    }

    #[test]
    fn batches_are_parted_by_kind_for_capacity_only() {
        assert_eq!(run_by(50, |n| n, &[], "", unnamed), (vec![], 1));
        for code in ["InvalidParameterValue", "IncorrectInstanceState", "VcpuLimitExceeded"] {
            let alone = run(50, &[30], code, unnamed);
            assert_eq!(run_by(50, |n| n, &[30], code, unnamed), alone, "{code}");
        }
    }

    #[test]
    fn what_is_about_the_caller_is_asked_once() {
        for code in ["RequestLimitExceeded", "InternalError", "VcpuLimitExceeded"] {
            // The message names an id, and still nothing is asked again.
            let (failed, calls) = run(50, &[0], code, named);
            assert_eq!((failed.len(), calls), (50, 1), "{code}");
        }
        let (failed, calls) = run(50, &[0], "UnauthorizedOperation", unnamed);
        assert_eq!((failed.len(), calls), (50, 1), "denied to nobody by name");
    }

    #[test]
    fn a_few_who_are_denied_by_name_keep_nobody_else() {
        // How many are denied, how many fail with them, and the calls.
        for (bad, fail, calls) in [(1, 1, 2), (3, 3, 4), (4, 200, 4), (200, 200, 4)] {
            let bad: Vec<usize> = (200 - bad..200).collect();
            let (failed, asked) = run(200, &bad, "UnauthorizedOperation", named);
            assert_eq!((failed.len(), asked), (fail, calls), "{bad:?}");
        }
        let (failed, _) = run(200, &[7, 70, 170], "UnauthorizedOperation", named);
        assert_eq!(failed, ["i-007", "i-046", "i-0aa"]);
    }

    #[test]
    fn throttling_midway_ends_the_asking() {
        let calls = RefCell::new(0);
        let outcomes = pollster::block_on(isolate(ids(8), |_| {
            *calls.borrow_mut() += 1;
            let code = if *calls.borrow() == 1 { "InsufficientInstanceCapacity" } else { "RequestLimitExceeded" };
            let failure = Failure { kind: kind_of(code, 400), code: code.to_owned(), message: String::new() };
            async move { Err(failure) }
        }));
        assert_eq!(*calls.borrow(), 2);
        assert_eq!(outcomes.len(), 8);
        for (id, outcome) in outcomes {
            assert_eq!(outcome.map_err(|failure| failure.kind), Err(FailureKind::Throttled), "{id}");
        }
    }

    #[test]
    fn an_id_is_named_as_a_word_only() {
        let id = InstanceId::new("i-0abc").unwrap();
        let cases = [
            ("The instance IDs 'i-1, i-0abc' do not exist", true),
            ("i-0abc", true),
            ("Invalid id: \"i-0abc\"", true),
            ("The instance 'i-0abcd' is gone", false),
            ("resource: arn:aws:ec2:eu-west-1:1:instance/i-0abc because", true),
            ("", false),
        ];
        for (message, expected) in cases {
            assert_eq!(names(message, &id), expected, "{message}");
        }
    }

    #[test]
    fn nothing_is_asked_for_nobody() {
        assert_eq!(run(0, &[], "", unnamed), (vec![], 0));
    }
}
