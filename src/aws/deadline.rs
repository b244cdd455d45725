//! The time within which calls have to be over.

use tokio::time::{Instant, timeout_at};

use super::failure::{no_answer, not_asked_yet};
use crate::model::Failure;

/// Makes the call if there is time for it, and gives it up when the time is over.
pub(super) async fn in_time<T>(
    deadline: Instant,
    call: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    if Instant::now() >= deadline {
        return Err(not_asked_yet());
    }
    timeout_at(deadline, call).await.unwrap_or_else(|_| Err(no_answer()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future;
    use std::time::Duration;

    #[tokio::test]
    async fn no_call_begins_after_its_time() {
        let begun = std::cell::Cell::new(false);
        let call = async {
            begun.set(true);
            Ok(())
        };
        let outcome = in_time(Instant::now(), call).await;
        assert_eq!(outcome, Err(not_asked_yet()));
        assert!(!begun.get());
    }

    #[tokio::test]
    async fn a_call_is_given_up_when_its_time_is_over() {
        let deadline = Instant::now() + Duration::from_millis(20);
        assert_eq!(in_time::<()>(deadline, future::pending()).await, Err(no_answer()));
        let deadline = Instant::now() + Duration::from_mins(1);
        assert_eq!(in_time(deadline, future::ready(Ok(()))).await, Ok(()));
    }
}
