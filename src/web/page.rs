//! The page behind a link (rule C7): what is planned, what runs, and a form. No script; GET and HEAD change nothing.
//!
//! Only a form that was filled in on the page does something: the token has to be in the body as well as in the path, so
//! that nothing which merely follows links can.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest as _, Sha256};

use super::asked::{form, minutes};
use super::handler::{Part, Web, cause};
use super::request::{Reply, Request};
use super::words::words;
use crate::chat::link::{Ticket, TicketError};
use crate::chat::text::{dated, until};
use crate::chat::{Language, Message, OFFERS, Piece, answer, pieces};
use crate::desk::{Answer, Desk, Done, Refusal, Status, Why};
use crate::model::{Action, Order, Orderer};
use crate::ports::{Clock, Store};

/// The whole style, inline; its hash is what the page allows itself.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2129;--soft:#5b6472;--line:#d8dde5;--page:#f4f6f9;--card:#fff;--act:#1f5fbf;--on:#fff}\
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#a3adbb;--line:#3a424e;--page:#14171c;--card:#1e232b;--act:#8ab4f8;--on:#10151d}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere;word-break:keep-all}\
main{max-width:32rem;margin:0 auto;padding:1.5rem 1rem 3rem}\
h1{font-size:1.4rem;line-height:1.3;margin:.5rem 0 1rem}\
h2{font-size:1rem;margin:0 0 .25rem;color:var(--soft);font-weight:600}\
section,form{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem;margin:0 0 1rem}\
p{margin:.25rem 0}.time{font-size:1.5rem;font-weight:700}.soft{color:var(--soft);font-size:.9rem}\
form .soft{margin-top:.75rem}dl{margin:0}dt{color:var(--soft);font-size:.9rem}dd{margin:0 0 .5rem;white-space:pre-line}\
button{display:block;width:100%;min-height:3rem;margin:.5rem 0 0;border:0;border-radius:.5rem;background:var(--act);color:var(--on);font:inherit;font-weight:600;cursor:pointer}\
button:focus-visible,a:focus-visible{outline:3px solid var(--ink);outline-offset:2px}\
a{color:var(--act)}nav{text-align:right;font-size:.9rem}";

/// The language that the address asks for.
pub(super) fn language(request: &Request) -> Option<Language> {
    request.query.get("lang").and_then(|text| text.parse().ok())
}

/// The link is not good, or not any more.
pub(super) fn no_ticket(language: Language, error: TicketError) -> Reply {
    let words = words(language);
    let (status, (title, text)) = match error {
        TicketError::Expired => (410, words.expired),
        TicketError::Form | TicketError::Signature => (401, words.foreign),
    };
    reply(status, language, title, &html! { h1 { (title) } section { p { (text) } } })
}

/// What is planned, and what can be chosen: the answer to GET.
pub(super) async fn show<S: Store, T: Clock>(
    web: &Web<'_, S, T>,
    language: Language,
    token: &str,
    ticket: &Ticket,
) -> Part {
    // Orders are counted in a table, and looking changes nothing: servers of chat platforms fetch links as they please.
    let desk = Desk { orders_a_minute: None, ..web.desk };
    let result = desk.order(&link_holder(web.language), ticket.schedule.as_str(), &Order::Status).await;
    let said = answer::result(language, web.keyword, &result);
    let (status, body) = match &result {
        Ok(Answer { done: Done::Status(status), zone, at, .. }) => {
            let view = View { language, token, ticket, status, zone: *zone, at: *at };
            (200, html! { (view.stop()) (view.choices()) (now(language, &said)) })
        }
        _ => (status_of(&result), html! { section { p { (line(&said.title)) } (fields(&said)) } }),
    };
    let title = ticket.schedule.as_str();
    let part = Part::of(reply(status, language, title, &html! { h1 { (title) } (body) }));
    Part { why: cause(&result), ..part }
}

/// Does what was chosen: the answer to POST.
pub(super) async fn post<S: Store, T: Clock>(
    web: &Web<'_, S, T>,
    language: Language,
    token: &str,
    ticket: &Ticket,
    request: &Request,
) -> Part {
    let Some(fields_sent) = form(request) else {
        return Part::of(mistake(language, 415)).why(&"the body is no form");
    };
    let is_from_page = fields_sent.get("token").is_some_and(|sent| sent == token);
    let chosen = fields_sent.get("minutes").and_then(|text| minutes(text)).filter(|_| is_from_page);
    let Some(chosen) = chosen else {
        return Part::of(mistake(language, 400)).why(&"the form is not that of the page");
    };
    let (audit, result) = web.extend(&link_holder(web.language), ticket, chosen).await;
    let said = answer::result(language, web.keyword, &result);
    let body = html! {
        h1 { (line(&said.title)) }
        @if !said.fields.is_empty() { section { (fields(&said)) } }
        p { a href={ "?lang=" (language.as_str()) } { (words(language).again) } }
    };
    let reply = reply(status_of(&result), language, ticket.schedule.as_str(), &body);
    Part { audit: Some(audit), why: cause(&result), ..Part::of(reply) }
}

/// Somebody who has the link; who that is, it does not say. The name is told in chat, so it is in chat's language.
fn link_holder(language: Language) -> Orderer {
    let name = crate::chat::link_holder(language).to_owned();
    Orderer { name, ids: Vec::new(), rooms: Vec::new(), room: None, via: "link" }
}

fn status_of(result: &Result<Answer, Refusal>) -> u16 {
    match result.as_ref().map_err(|refusal| &refusal.why) {
        Ok(_) => 200,
        Err(Why::Store { .. } | Why::Busy) => 503,
        Err(Why::TooMany { .. }) => 429,
        Err(Why::NotThisPerson | Why::NotFromHere) => 403,
        Err(Why::NoSchedule { .. }) => 404,
        Err(_) => 409,
    }
}

fn mistake(language: Language, status: u16) -> Reply {
    let (title, text) = words(language).no_form;
    reply(status, language, title, &html! { h1 { (title) } section { p { (text) } } })
}

/// A ticket, and what the tables say about its schedule.
struct View<'a> {
    language: Language,
    token: &'a str,
    ticket: &'a Ticket,
    status: &'a Status,
    zone: Tz,
    at: DateTime<Utc>,
}

impl View<'_> {
    /// When it stops as things are: a stop that waits comes before the next of the timetable.
    fn stop_at(&self) -> Option<DateTime<Utc>> {
        self.status.waits_until.or(self.status.next_stop_at)
    }

    fn stop(&self) -> Markup {
        let words = words(self.language);
        let stop_at = self.stop_at().map(|at| (dated(at, self.zone, self.language), at.to_rfc3339()));
        html! {
            section {
                h2 { (words.planned_stop) }
                @match stop_at {
                    Some((text, instant)) => {
                        p.time { time datetime=(instant) { (text) } }
                        p.soft { (self.zone.name()) }
                    }
                    None => p.time { (words.no_stop) }
                }
            }
        }
    }

    /// The choices that would do something now.
    fn offers(&self) -> Vec<(i64, DateTime<Utc>)> {
        let is_stopping = self.status.run.is_some_and(|run| run.action == Action::Stop);
        let (Some(stop_at), Some(latest_at), false) = (self.stop_at(), self.status.latest_at, is_stopping) else {
            return Vec::new();
        };
        let offers = OFFERS.map(|(minutes, _)| (minutes, self.ticket.named_at + Duration::minutes(minutes)));
        let would_do = |at: DateTime<Utc>| at > self.at && at > stop_at && at <= latest_at;
        offers.into_iter().filter(|(_, at)| would_do(*at)).collect()
    }

    fn choices(&self) -> Markup {
        let words = words(self.language);
        let (offers, named_at) = (self.offers(), self.ticket.named_at);
        html! {
            @if offers.is_empty() {
                section { p { (words.no_choice) } }
            } @else {
                form method="post" {
                    h2 { (words.keep) }
                    input type="hidden" name="token" value=(self.token);
                    @for (minutes, at) in &offers {
                        button type="submit" name="minutes" value=(minutes) {
                            (until(*at, named_at, self.zone, self.language))
                        }
                    }
                    p.soft { (words.nothing_changes) }
                }
            }
        }
    }
}

/// What runs now, in the words that chat uses.
fn now(language: Language, message: &Message) -> Markup {
    html! {
        section {
            h2 { (words(language).now) }
            p { (line(&message.title)) }
            (fields(message))
        }
    }
}

/// Text in which code is code.
fn line(text: &str) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Words(text) => (text),
                Piece::Code(text) => code { (text) },
            }
        }
    }
}

fn fields(message: &Message) -> Markup {
    html! {
        @if !message.fields.is_empty() {
            dl {
                @for field in &message.fields {
                    dt { (field.title) }
                    dd { @for (index, text) in field.lines.iter().enumerate() { @if index > 0 { "\n" } (line(text)) } }
                }
            }
        }
    }
}

/// A page with its headers: it is kept nowhere, tells nobody where it was, and runs, loads and frames nothing.
fn reply(status: u16, language: Language, title: &str, body: &Markup) -> Reply {
    let (other, other_name) = words(language).other;
    let page = html! {
        (DOCTYPE)
        html lang=(language.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · Lamplighter" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                main {
                    nav { a href={ "?lang=" (other.as_str()) } lang=(other.as_str()) { (other_name) } }
                    (body)
                }
            }
        }
    };
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    Reply::empty(status)
        .with("content-type", "text/html; charset=utf-8")
        .with("content-language", language.as_str())
        .with("content-security-policy", policy)
        .with("referrer-policy", "no-referrer")
        .with("x-robots-tag", "noindex")
        .with("x-frame-options", "DENY")
        .with("strict-transport-security", "max-age=31536000")
        .body(page.into_string())
}
