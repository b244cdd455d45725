//! What chat is told of problems: what is new among those that were found, and the notebook with what is still there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::model::{Notebook, Problem, Source, Told};

/// A tick looks, and clocks differ, by less than this; a notebook that is newer still was written by a clock gone mad.
const CLOCKS_WITHIN: Duration = Duration::minutes(15);

/// The problems that were found in what was looked at, none among them, and when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// When it was looked at.
    pub at: DateTime<Utc>,
    /// What is wrong there.
    pub problems: BTreeSet<Problem>,
}

/// What is to be told of problems.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Untold {
    /// The problems of which chat has not been told, in order.
    pub problems: Vec<Problem>,
    /// The notebook after they are told.
    pub notebook: Notebook,
    /// Whether the notebook has to be written: there is something to tell, or something is mended.
    pub has_news: bool,
}

/// Compares what was found with what chat has been told. What was not looked at is neither new nor mended: ticks over parts
/// of the schedules leave one another's problems alone.
#[must_use]
pub fn untold(found: &BTreeMap<Source, Found>, notebook: &Notebook) -> Untold {
    let (mut next, mut problems, mut has_news) = (notebook.clone(), Vec::new(), false);
    let is_over =
        |told: &Told, at: DateTime<Utc>| told.written_at.is_none_or(|written_at| at - written_at >= CLOCKS_WITHIN);
    for (source, Found { at, problems: there }) in found {
        let before = notebook.told.get(source);
        // What another tick has seen and told meanwhile is newer than this look: the next one compares.
        let is_newer = |written_at: DateTime<Utc>| *at < written_at && written_at - *at < CLOCKS_WITHIN;
        if before.and_then(|told| told.written_at).is_some_and(is_newer) {
            continue;
        }
        if *source == Source::Tables {
            // That is one of the problems.
            next.was_damaged = false;
        }
        let is_told = |fingerprint: &Uuid| before.is_some_and(|told| told.problems.contains(fingerprint));
        let fingerprints: BTreeSet<Uuid> = there.iter().map(Problem::fingerprint).collect();
        problems.extend(there.iter().filter(|problem| !is_told(&problem.fingerprint())).cloned());
        if before.map_or(!fingerprints.is_empty(), |told| told.problems != fingerprints) {
            has_news = true;
            next.told.insert(source.clone(), Told { problems: fingerprints, written_at: Some(*at) });
        }
        // What has no problem any more stays for a while, so that an older look does not bring them back.
        next.told.retain(|_, told| !told.problems.is_empty() || !is_over(told, *at));
    }
    Untold { problems, notebook: next, has_news }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScheduleName;

    const START: &str = "2026-11-23T09:00:00Z";

    fn at(minutes: i64) -> DateTime<Utc> {
        START.parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minutes)
    }

    fn source(name: &str) -> Source {
        ScheduleName::new(name).map_or(Source::Tables, Source::Instances)
    }

    /// What a look has found: sources, each with the words of its problems.
    fn found(minutes: i64, sources: &[(&str, &[&str])]) -> BTreeMap<Source, Found> {
        let problem = |source: &Source, words: &&str| Problem {
            source: source.clone(),
            schedule: None,
            item: "item".to_owned(),
            attribute: String::new(),
            holds: None,
            message: (*words).to_owned(),
            stops_schedule: false,
        };
        let found = |(name, words): &(&str, &[&str])| {
            let source = source(name);
            let problems = words.iter().map(|words| problem(&source, words)).collect();
            (source, Found { at: at(minutes), problems })
        };
        sources.iter().map(found).collect()
    }

    /// Looks one after the other, each with what it tells, and whether it writes.
    #[track_caller]
    fn check(looks: &[(i64, &[(&str, &[&str])], &str, bool)]) {
        let mut notebook = Notebook::default();
        for (minutes, sources, expected, has_news) in looks {
            let untold = untold(&found(*minutes, sources), &notebook);
            let words: Vec<&str> = untold.problems.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!((words.join(" ").as_str(), untold.has_news), (*expected, *has_news), "{minutes} {sources:?}");
            if untold.has_news {
                notebook = untold.notebook;
            }
        }
    }

    #[test]
    fn each_problem_is_told_once_until_it_is_mended_and_comes_back() {
        check(&[
            (0, &[("", &["a", "b"])], "a b", true),
            (5, &[("", &["a", "b"])], "", false),
            (10, &[("", &["a"])], "", true),
            (15, &[("", &["a", "b"])], "b", true),
            (20, &[("", &[])], "", true),
            (25, &[("", &[])], "", false),
            (30, &[("", &["a"])], "a", true),
        ]);
    }

    #[test]
    fn what_was_not_looked_at_is_neither_new_nor_mended() {
        check(&[
            (0, &[("", &["t"]), ("S", &["a"])], "t a", true),
            (5, &[("T", &["b"])], "b", true),
            (10, &[("S", &["a"]), ("T", &["b"])], "", false),
            (15, &[("S", &[])], "", true),
            (20, &[("", &["t"]), ("T", &["b"])], "", false),
        ]);
    }

    #[test]
    fn a_look_that_is_older_than_what_was_told_of_a_source_does_not_undo_it() {
        check(&[
            (0, &[("S", &["a"])], "a", true),
            (10, &[("S", &[])], "", true),
            // Mended meanwhile, and the other source is its own affair.
            (5, &[("S", &["a"]), ("T", &["b"])], "b", true),
            // As long as clocks may differ; what is newer still was written by a clock gone mad.
            (-4, &[("S", &["a"])], "", false),
            (-6, &[("S", &["a"])], "a", true),
        ]);
    }

    #[test]
    fn what_is_mended_leaves_no_trace_for_ever() {
        let mut notebook = Notebook::default();
        for (minutes, sources) in [(0, [("S", &["a"][..])]), (5, [("S", &[][..])]), (30, [("T", &["b"][..])])] {
            notebook = untold(&found(minutes, &sources), &notebook).notebook;
        }
        assert_eq!(notebook.told.keys().collect::<Vec<_>>(), [&source("T")]);
    }

    #[test]
    fn only_who_has_looked_at_the_tables_takes_the_notebook_for_mended() {
        let damaged = Notebook { was_damaged: true, ..Notebook::default() };
        for (name, was_damaged) in [("S", true), ("", false)] {
            let untold = untold(&found(0, &[(name, &["a"])]), &damaged);
            assert_eq!(untold.notebook.was_damaged, was_damaged, "{name}");
        }
    }
}
