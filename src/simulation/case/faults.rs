//! Which calls fail, and in which way, with their words.

/// Which calls of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableCall {
    /// Any.
    Any,
    /// Reading one of the three tables.
    Scan,
    /// Reading what is remembered.
    Runs,
    /// Writing what is remembered, the history too.
    PutRun,
    /// Writing a run that is over into the history.
    PutHistory,
    /// Lowering a flag.
    LowerFlag,
}

impl TableCall {
    /// Its word in a world file, each once.
    pub(in crate::simulation) const WORDS: &[(&str, Self)] = &[
        ("any", Self::Any),
        ("scan", Self::Scan),
        ("runs", Self::Runs),
        ("put-run", Self::PutRun),
        ("put-history", Self::PutHistory),
        ("lower-flag", Self::LowerFlag),
    ];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, &self)
    }
}

/// How a call of the tables fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableFault {
    /// No answer, and nothing happened.
    Unavailable,
    /// A permission is missing.
    Denied,
    /// It took effect, and the answer was lost.
    LostAnswer,
    /// It took effect, the answer was lost, and the SDK's second try found the item changed: a conflict with oneself.
    /// As `LostAnswer` where there is no condition.
    OwnConflict,
    /// It takes 20 seconds, and works.
    Slow,
    /// There is no such table.
    Missing,
    /// Anything else: what was asked is not valid.
    Other,
}

impl TableFault {
    /// Its word in a world file, each once.
    pub(in crate::simulation) const WORDS: &[(&str, Self)] = &[
        ("unavailable", Self::Unavailable),
        ("denied", Self::Denied),
        ("lost-answer", Self::LostAnswer),
        ("own-conflict", Self::OwnConflict),
        ("slow", Self::Slow),
        ("missing", Self::Missing),
        ("other", Self::Other),
    ];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, &self)
    }
}

/// Which calls of EC2 and RDS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsCall {
    /// Looking for instances.
    Describe,
    /// Starting.
    Start,
    /// Stopping.
    Stop,
}

impl AwsCall {
    /// Its word in a world file, each once.
    pub(in crate::simulation) const WORDS: &[(&str, Self)] =
        &[("describe", Self::Describe), ("start", Self::Start), ("stop", Self::Stop)];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, &self)
    }
}

/// How a call of EC2 or RDS fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsFault {
    /// Too many calls.
    Throttled,
    /// A permission is missing.
    Denied,
    /// No answer, and nothing happened.
    Unreachable,
    /// It took effect, and the answer was lost. As `Unreachable` for a look.
    LostAnswer,
    /// AWS has no capacity; for a start.
    Capacity,
    /// Not possible in its present state, for a reason that describe does not show.
    WrongState,
    /// AWS will never do it, such as stop protection.
    Refused,
    /// Every second instance of the call is throttled, the others work.
    Partial,
    /// AWS knows no instance of this id: it refuses the whole call and names the id, and the others are asked for again
    /// without it. Of a call for all it is one of them, by chance. A look loses the status checks.
    Gone,
    /// An answer that nobody knows, to the whole call.
    Other,
    /// It takes 50 seconds, and works; a call that is given up before that works too, without an answer.
    Slow,
}

impl AwsFault {
    /// Its word in a world file, each once.
    pub(in crate::simulation) const WORDS: &[(&str, Self)] = &[
        ("throttled", Self::Throttled),
        ("denied", Self::Denied),
        ("unreachable", Self::Unreachable),
        ("lost-answer", Self::LostAnswer),
        ("capacity", Self::Capacity),
        ("wrong-state", Self::WrongState),
        ("refused", Self::Refused),
        ("gone", Self::Gone),
        ("other", Self::Other),
        ("partial", Self::Partial),
        ("slow", Self::Slow),
    ];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, &self)
    }
}

/// How chat does not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChatFault {
    /// Down.
    Down,
    /// The webhook refuses.
    Refused,
    /// The message arrived, and the answer was lost.
    LostAnswer,
    /// Takes as long as the caller allows, and then the message has not arrived.
    Slow,
    /// Takes nearly as long as the caller allows, as when it asks to wait, and then the message has arrived.
    Late,
    /// Takes no more messages for now (HTTP 429), and asks to wait for longer than the caller allows.
    TooMany,
}

impl ChatFault {
    /// Its word in a world file, each once.
    pub(in crate::simulation) const WORDS: &[(&str, Self)] = &[
        ("down", Self::Down),
        ("refused", Self::Refused),
        ("lost-answer", Self::LostAnswer),
        ("slow", Self::Slow),
        ("late", Self::Late),
        ("too-many", Self::TooMany),
    ];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, &self)
    }
}

/// The word for a value.
pub(in crate::simulation) fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}
