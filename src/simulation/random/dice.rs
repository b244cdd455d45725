//! Draws from a seed, the same on every machine. Knows nothing of what is drawn.

use chrono::{DateTime, Duration, Utc};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;

/// Draws, one after the other.
#[derive(Debug)]
pub(super) struct Dice(Pcg64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// A number from `low` to `high`, both included; `low` if there is none.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// True so many times of a hundred.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    /// A length of time, to the millisecond.
    pub(super) fn span(&mut self, low: Duration, high: Duration) -> Duration {
        Duration::milliseconds(self.between(low.num_milliseconds(), high.num_milliseconds()))
    }

    /// A number of seconds, to the millisecond.
    pub(super) fn seconds(&mut self, low: i64, high: i64) -> Duration {
        self.span(Duration::seconds(low), Duration::seconds(high))
    }

    /// An instant of a stretch; its beginning if it has no length.
    pub(super) fn instant(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
        from + self.span(Duration::zero(), (to - from).max(Duration::zero()))
    }

    /// One of the others, each so many times of a hundred, else the usual one.
    pub(super) fn mostly<T: Clone>(&mut self, usual: T, others: &[(i64, T)]) -> T {
        let mut left = self.between(0, 99);
        for (percent, other) in others {
            if left < *percent {
                return other.clone();
            }
            left -= percent;
        }
        usual
    }

    /// One of all, each as often as the others.
    pub(super) fn either<T: Clone>(&mut self, first: T, others: &[T]) -> T {
        match self.below(others.len() + 1).checked_sub(1) {
            Some(index) => others.get(index).cloned().unwrap_or(first),
            None => first,
        }
    }

    /// One of a list, if there is any.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    fn below(&mut self, count: usize) -> usize {
        let last = i64::try_from(count).unwrap_or_default() - 1;
        usize::try_from(self.between(0, last)).unwrap_or_default()
    }
}
