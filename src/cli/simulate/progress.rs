//! How far a hunt is, and how fast: for people who wait, on the error stream.

use std::io::{IsTerminal as _, Write as _};

use chrono::{DateTime, Duration, Utc};

use super::hunt::{Total, counted_worlds};
use super::report::grouped;
use crate::cli::FAINT;

/// How far it is, on a terminal in place, in a pipe now and then.
pub(super) struct Progress {
    began_at: DateTime<Utc>,
    shown_at: DateTime<Utc>,
    count: u64,
    is_terminal: bool,
}

impl Progress {
    const IN_PLACE: Duration = Duration::milliseconds(200);
    const IN_A_PIPE: Duration = Duration::seconds(60);

    pub(super) fn new(now: DateTime<Utc>, count: u64) -> Self {
        Self { began_at: now, shown_at: now, count, is_terminal: std::io::stderr().is_terminal() }
    }

    pub(super) fn show(&mut self, total: &Total) {
        let now = crate::clock::now();
        let pause = if self.is_terminal { Self::IN_PLACE } else { Self::IN_A_PIPE };
        if now - self.shown_at < pause {
            return;
        }
        self.shown_at = now;
        let (begin, end) = if self.is_terminal { ("\r\x1b[K", "") } else { ("", "\n") };
        let mut out = anstream::stderr().lock();
        let done = format!("{} of {}", grouped(total.worlds), counted_worlds(self.count));
        // There is nobody left to tell if this fails.
        let left = left(now - self.began_at, total.worlds, self.count);
        _ = write!(out, "{begin}{FAINT}{done}, {left}, {}{FAINT:#}{end}", self.speed(total, now));
        _ = out.flush();
    }

    pub(super) fn end(&self, total: &Total) {
        let begin = if self.is_terminal { "\r\x1b[K" } else { "" };
        let now = crate::clock::now();
        let seconds = (now - self.began_at).as_seconds_f64();
        let mut out = anstream::stderr().lock();
        _ = writeln!(
            out,
            "{begin}{FAINT}{} in {seconds:.1} s: {}{FAINT:#}",
            counted_worlds(total.worlds),
            self.speed(total, now)
        );
    }

    fn speed(&self, total: &Total, now: DateTime<Utc>) -> String {
        let millis = u64::try_from((now - self.began_at).num_milliseconds()).unwrap_or_default().max(1);
        let a_second = |count: u64| grouped(count.saturating_mul(1000) / millis);
        format!("{} invocations and {} steps a second", a_second(total.invocations), a_second(total.steps))
    }
}

/// How long it will still take, if it goes on as it went.
fn left(gone: Duration, done: u64, count: u64) -> String {
    let gone = u64::try_from(gone.num_seconds()).unwrap_or_default();
    let seconds = gone.saturating_mul(count.saturating_sub(done)) / done.max(1);
    let (hours, minutes) = (seconds / 3600, seconds.div_ceil(60));
    match seconds {
        0..60 => format!("about {seconds} s left"),
        60..3600 => format!("about {minutes} min left"),
        _ => format!("about {hours} h {} min left", minutes.saturating_sub(hours * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_from_what_is_done() {
        let cases = [
            (10, 0, 100, "about 17 min left"),
            (10, 50, 100, "about 10 s left"),
            (60, 100, 220, "about 2 min left"),
            (60, 1_000, 2_001, "about 1 min left"),
            (600, 1_000, 20_000, "about 3 h 10 min left"),
            (10, 100, 100, "about 0 s left"),
        ];
        for (gone, done, count, expected) in cases {
            assert_eq!(left(Duration::seconds(gone), done, count), expected, "{gone} s, {done} of {count}");
        }
    }
}
