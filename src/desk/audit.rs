//! The line about an order in the log: who, from where, what, and how it went. No address, no id, no token (rule S4).

use super::{Answer, Done, Refusal, Why, write};
use crate::document;
use crate::model::{Action, Order, Orderer};

/// Who has ordered what, from where, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The schedule, as it was named.
    pub schedule: String,
    /// Who, by the name that people see.
    pub by: String,
    /// Through what.
    pub via: &'static str,
    /// From which room.
    pub room: Option<String>,
    /// What: `extend`, `force_start`.
    pub order: &'static str,
    /// How it went: `done`, `unchanged`, or why it was refused in a word.
    pub result: &'static str,
}

impl Audit {
    /// The line about an order.
    #[must_use]
    pub fn new(by: &Orderer, schedule: &str, order: &Order, result: &Result<Answer, Refusal>) -> Self {
        Self {
            schedule: cut(schedule),
            by: write::creator(by),
            via: by.via,
            room: by.room.as_deref().map(cut),
            order: word(order),
            result: match result {
                Ok(answer) => answer.done.word(),
                Err(refusal) => refusal.why.word(),
            },
        }
    }
}

/// The most characters of what somebody has written.
const MOST_CHARS: usize = 80;

/// One line of bounded length.
fn cut(text: &str) -> String {
    document::plain(text.trim()).chars().take(MOST_CHARS).collect()
}

fn word(order: &Order) -> &'static str {
    match order {
        Order::Status => "status",
        Order::Info { .. } => "info",
        Order::Exceptions { .. } => "exception_info",
        Order::SetException { .. } => "exception_set",
        Order::DeleteException { .. } => "exception_del",
        Order::Extend(_) => "extend",
        Order::Skip => "skip",
        Order::Force { action: Action::Start, .. } => "force_start",
        Order::Force { action: Action::Stop, .. } => "force_stop",
        Order::Cancel => "cancel",
    }
}

impl Done {
    /// In a word for programs: `done`, `unchanged`, or `told` for what was only asked.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Status(_) | Self::Info(_) | Self::Exceptions { .. } => "told",
            Self::ExceptionSet { is_new: false, .. }
            | Self::Extended { is_new: false, .. }
            | Self::Skipped { is_new: false, .. }
            | Self::Forced { is_new: false, .. } => "unchanged",
            _ => "done",
        }
    }
}

impl Why {
    /// In a word for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoSchedule { .. } => "no_schedule",
            Self::Faulty { .. } => "faulty",
            Self::NotThisPerson => "not_this_person",
            Self::NotFromHere => "not_from_here",
            Self::TooMany { .. } => "too_many",
            Self::Again => "again",
            Self::NotFollowed { .. } => "not_followed",
            Self::NoStop => "no_stop",
            Self::NotLater { .. } => "not_later",
            Self::TooMuch { .. } => "too_much",
            Self::NotMovable => "not_movable",
            Self::NotLast => "not_last",
            Self::Overruled => "overruled",
            Self::TooLate => "too_late",
            Self::HasBegun => "has_begun",
            Self::MayHaveBegun => "may_have_begun",
            Self::Past { .. } => "past",
            Self::TooFar { .. } => "too_far",
            Self::Length { .. } => "length",
            Self::NoException { .. } => "no_exception",
            Self::NothingToCancel => "nothing_to_cancel",
            Self::CarriedOut { .. } => "carried_out",
            Self::NoEnd => "no_end",
            Self::Busy => "busy",
            Self::OtherStop { .. } => "other_stop",
            Self::Store { .. } => "store",
        }
    }
}
