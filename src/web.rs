//! What answers HTTP: the platforms' requests, and the page behind a link (rules C4, C5, C7, S2, S6).
//!
//! ```text
//! event ─► request ─► Request ─► route ─► verify ─► one file a platform ─► Asked ─► desk ─► words ─► Reply | page
//! ```
//!
//! Pure but for the desk: a Lambda event goes in as JSON and its answer comes out as JSON; no type of AWS, no socket and
//! no clock of its own. Nothing is believed before its signature, token or ticket is (rule S2), and whoever is not believed
//! learns nothing but 401. Starts and stops nothing: it writes what people order (rule S1). What is logged of a request is
//! a [`Line`], which holds no secret, no address and no path (rule S4).
//!
//! A request that is sent again changes nothing more: it carries instants (buttons, links), or is remembered for longer than its
//! signed time is believed (commands of Slack and Discord). Of JANDI and Mattermost whoever overhears it has the token.

mod asked;
mod discord;
mod handler;
mod jandi;
mod line;
mod mattermost;
mod page;
mod request;
mod route;
mod slack;
mod verify;
mod words;

pub use handler::{Answered, Web, answer};
pub use line::{FollowUp, Line};
pub use request::{MOST_BODY, Method, Received, Refused, Reply, Request, Source, UnknownEvent, read};
#[cfg(feature = "live")]
pub(crate) use request::{shape, short};
pub use verify::{Keys, KeysError, Unverified};

#[cfg(test)]
mod tests;
