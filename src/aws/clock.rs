//! The system's clock behind its port: the time, and waiting; and times as the SDK has them.

use std::time::Duration as StdDuration;

use aws_smithy_types::DateTime as AwsDateTime;
use chrono::{DateTime, Duration, Utc};

use crate::ports::Clock;

/// The time of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        crate::clock::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(forward(duration)).await;
    }
}

/// The same stretch of time as the runtime's timers take it; one that lies behind is none.
pub(super) fn forward(duration: Duration) -> StdDuration {
    duration.to_std().unwrap_or_default()
}

/// The SDK's time in ours.
pub(super) fn instant(at: &AwsDateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at.secs(), at.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_that_lies_behind_is_none() {
        assert_eq!(forward(Duration::milliseconds(1_500)), StdDuration::from_millis(1_500));
        assert_eq!(forward(Duration::seconds(-1)), StdDuration::ZERO);
    }

    #[tokio::test]
    async fn time_passes_by_sleeping() {
        let clock = SystemClock;
        let before = clock.now();
        clock.sleep(Duration::milliseconds(20)).await;
        let passed = clock.now() - before;
        assert!(passed >= Duration::milliseconds(20), "{passed}");
    }
}
