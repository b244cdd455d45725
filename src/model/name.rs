//! Names and ids, one type each, so that a group cannot be passed where a schedule is meant.

use std::fmt;

/// Why a text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or white space only.
    #[error("is empty")]
    Empty,
    /// Longer than 256 characters.
    #[error("is longer than {MAX_CHARS} characters")]
    TooLong,
    /// A control character, a line break among them.
    #[error("holds a control character")]
    Control,
}

/// The longest name, in characters: a tag value of AWS may have 256, a role ARN fits well within.
const MAX_CHARS: usize = 256;

fn check(text: &str) -> Result<&str, NameError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.chars().count() > MAX_CHARS {
        return Err(NameError::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(NameError::Control);
    }
    Ok(text)
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads a name; white space around it does not count.
            ///
            /// # Errors
            /// When it is empty, too long or holds a control character.
            pub fn new(text: &str) -> Result<Self, NameError> {
                check(text).map(|text| Self(text.to_owned()))
            }

            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// The name of a schedule: the key of the `Schedule` table.
    ScheduleName
}
name! {
    /// The name of a server group, unique within its schedule.
    GroupName
}
name! {
    /// The value that the schedule tag of an instance holds.
    TagValue
}
impl TagValue {
    /// What stands for a tag that is not there: no schedule has it, since [`TagValue::new`] refuses it.
    #[must_use]
    pub const fn absent() -> Self {
        Self(String::new())
    }

    /// What a tag holds, as it stands there: the value of no schedule if [`TagValue::new`] would change or refuse it.
    #[must_use]
    pub fn as_seen(text: &str) -> Self {
        Self(text.to_owned())
    }
}

name! {
    /// What AWS calls the instance: `i-…`, or the identifier of a database or cluster.
    InstanceId
}
name! {
    /// An AWS region, such as `ap-northeast-2`.
    Region
}
name! {
    /// The ARN of a role to assume in another account.
    RoleArn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_refuse_nonsense_and_trim() {
        assert_eq!(ScheduleName::new(" Development ").map(|n| n.to_string()), Ok("Development".to_owned()));
        assert_eq!(ScheduleName::new("  "), Err(NameError::Empty));
        assert_eq!(GroupName::new("a\nb"), Err(NameError::Control));
        assert_eq!(GroupName::new(&"x".repeat(257)), Err(NameError::TooLong));
    }
}
