//! Keeps something for each scope, as what its last look has shown: who acts knows ids only.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::model::Scope;

/// A value for each scope; they are cheap to clone.
#[derive(Debug, Default)]
pub(super) struct PerScope<T>(Mutex<BTreeMap<Scope, T>>);

impl<T: Clone + Default> PerScope<T> {
    /// Puts it in place of the one before.
    pub(super) fn put(&self, scope: &Scope, value: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(scope.clone(), value);
    }

    /// The scope's; the default, from then on, where there was none.
    pub(super) fn of(&self, scope: &Scope) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(scope.clone()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    #[test]
    fn a_value_replaces_the_one_before_in_its_scope_only() {
        let scope = |region: &str| Scope { account: None, region: Region::new(region).ok() };
        let kept = PerScope::default();
        assert_eq!(kept.of(&scope("eu-west-1")), 0);
        kept.put(&scope("eu-west-1"), 1);
        kept.put(&scope("us-east-1"), 2);
        kept.put(&scope("eu-west-1"), 3);
        assert_eq!((kept.of(&scope("eu-west-1")), kept.of(&scope("us-east-1"))), (3, 2));
    }
}
