//! From a request to its answer: who asks is checked, what is asked goes to the desk, and the words go back.

use chrono::Duration;

use super::asked::{Asked, What};
use super::line::{FollowUp, Line};
use super::page;
use super::request::{Method, Reply, Request};
use super::route::Route;
use super::verify::{Keys, Unverified};
use super::words::{self, words};
use super::{discord, jandi, mattermost, slack};
use crate::chat::command::{self, Command};
use crate::chat::link::{Purpose, Ticket, TicketError};
use crate::chat::{Language, Message, answer as text};
use crate::desk::{Answer, Audit, Desk, Done, Refusal, Why};
use crate::model::{Later, Order, Orderer};
use crate::ports::{Clock, Store};

/// What answers.
#[derive(Debug, Clone, Copy)]
pub struct Web<'a, S, T> {
    /// Where orders are taken.
    pub desk: Desk<'a, S, T>,
    /// What requests prove themselves with.
    pub keys: &'a Keys,
    /// The language of answers, and of pages whose address names none.
    pub language: Language,
    /// What commands begin with, such as `/lamp`, for answers to requests that do not say it; empty: nobody knows.
    pub keyword: &'a str,
    /// The path that the public address has before ours; mostly empty.
    pub prefix: &'a str,
}

/// An answer, and what else is to be done about the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub reply: Reply,
    /// What is to be posted before.
    pub later: Option<FollowUp>,
    /// What is to be logged.
    pub line: Line,
}

/// Answers a request. Fails never: what goes wrong is an answer as well.
pub async fn answer<S: Store, T: Clock>(web: &Web<'_, S, T>, request: &Request) -> Answered {
    let route = Route::of(&request.path, web.prefix);
    let mut part = match route {
        None => Part::of(Reply::text(404, "not found\n")),
        Some(route) if !route.allows(request.method) => {
            Part::of(Reply::text(405, "method not allowed\n").with("allow", route.allow()))
        }
        Some(route) => web.at(route, request).await,
    };
    if request.method == Method::Head {
        part.reply.body.clear();
    }
    let Part { reply, later, why, audit } = part;
    let line = Line { route: route.map_or("none", Route::as_str), status: reply.status, why, audit };
    Answered { reply, later, line }
}

/// An answer on its way.
pub(super) struct Part {
    pub(super) reply: Reply,
    pub(super) later: Option<FollowUp>,
    pub(super) why: Option<String>,
    pub(super) audit: Option<Audit>,
}

impl Part {
    pub(super) fn of(reply: Reply) -> Self {
        Self { reply, later: None, why: None, audit: None }
    }

    pub(super) fn why(self, why: &impl ToString) -> Self {
        Self { why: Some(why.to_string()), ..self }
    }

    /// Somebody who cannot be believed learns nothing.
    fn unbelieved(why: &impl ToString) -> Self {
        Self::of(Reply::empty(401)).why(why)
    }
}

impl From<Unverified> for Part {
    fn from(why: Unverified) -> Self {
        Self::unbelieved(&why)
    }
}

/// What is said to somebody who has asked.
struct Said {
    message: Message,
    /// Whether it is for everybody in the room: something has changed.
    is_for_all: bool,
    why: Option<String>,
    audit: Option<Audit>,
}

impl Said {
    fn only(message: Message) -> Self {
        Self { message, is_for_all: false, why: None, audit: None }
    }

    fn part(self, reply: impl FnOnce(&Message, bool) -> Reply) -> Part {
        Part { reply: reply(&self.message, self.is_for_all), later: None, why: self.why, audit: self.audit }
    }
}

impl<S: Store, T: Clock> Web<'_, S, T> {
    async fn at(&self, route: Route<'_>, request: &Request) -> Part {
        let part = match route {
            Route::Health => Ok(Part::of(Reply::text(200, "ok\n"))),
            Route::Page(token) => self.page(token, request).await,
            Route::Jandi => self.jandi(request).await,
            Route::Slack => self.slack(request).await,
            Route::Discord => self.discord(request).await,
            Route::MattermostButton => self.mattermost_button(request).await,
            Route::MattermostCommand => self.mattermost_command(request).await,
        };
        part.unwrap_or_else(Part::from)
    }

    async fn jandi(&self, request: &Request) -> Result<Part, Unverified> {
        let asked = jandi::read(self.keys, request, self.desk.clock.now())?;
        Ok(self.say(&asked).await.part(|message, _| jandi::reply(message)))
    }

    async fn slack(&self, request: &Request) -> Result<Part, Unverified> {
        self.keys.slack(request, self.desk.clock.now())?;
        let Some((asked, later)) = slack::read(request) else {
            return Ok(Part::of(Reply::empty(400)).why(&"not a command or click that is known"));
        };
        Ok(match asked.what {
            What::Nothing => Part::of(Reply::empty(200)),
            What::Command(_) => self.say(&asked).await.part(slack::reply),
            // The scheduler tells the others; here is for the one who clicked.
            What::Click { .. } => {
                let said = self.say(&asked).await;
                let later = later.map(|later| later.with(slack::body(&said.message, false)));
                Part { later, ..said.part(|_, _| Reply::empty(200)) }
            }
        })
    }

    async fn discord(&self, request: &Request) -> Result<Part, Unverified> {
        self.keys.discord(request, self.desk.clock.now())?;
        let interaction = discord::read(request);
        // The signature proves the application, which anybody may have put into a server of their own. Discord is believed,
        // so it is told why nothing is done: 401 would be shown as an application that does not respond.
        if let Some(discord::Interaction::Asked(_, server)) = &interaction
            && let Err(why) = self.keys.discord_server(server.as_deref())
        {
            let message = words::line(self.language, words(self.language).stranger);
            return Ok(Part::of(discord::reply(&message, false)).why(&why));
        }
        Ok(match interaction {
            None => Part::of(Reply::empty(400)).why(&"not an interaction that is known"),
            Some(discord::Interaction::Ping) => Part::of(discord::pong()),
            Some(discord::Interaction::Suggestions) => Part::of(discord::no_suggestions()),
            Some(discord::Interaction::Asked(asked, _)) if asked.what == What::Nothing => Part::of(discord::seen()),
            Some(discord::Interaction::Asked(asked, _)) => self.say(&asked).await.part(discord::reply),
        })
    }

    async fn mattermost_command(&self, request: &Request) -> Result<Part, Unverified> {
        let asked = mattermost::command(self.keys, request)?;
        Ok(self.say(&asked).await.part(mattermost::reply))
    }

    async fn mattermost_button(&self, request: &Request) -> Result<Part, Unverified> {
        let asked = mattermost::button(request).ok_or(Unverified::Form)?;
        if let What::Click { token, .. } = &asked.what
            && let Err(error @ (TicketError::Form | TicketError::Signature)) = self.open(Purpose::Button, token)?
        {
            return Ok(Part::unbelieved(&error));
        }
        Ok(self.say(&asked).await.part(|message, _| mattermost::pressed(message)))
    }

    /// A ticket that was given out, if it was by us.
    fn open(&self, purpose: Purpose, token: &str) -> Result<Result<Ticket, TicketError>, Unverified> {
        Ok(self.keys.links()?.open(purpose, token, self.desk.clock.now()))
    }

    /// Does what is asked by somebody who is believed.
    async fn say(&self, asked: &Asked) -> Said {
        let words = words(self.language);
        let keyword = if asked.keyword.is_empty() { self.keyword } else { &asked.keyword };
        match &asked.what {
            What::Nothing => Said::only(words::line(self.language, "")),
            What::Command(line) => match command::parse(line) {
                Ok(Command::Help) => Said::only(text::help(self.language, keyword)),
                Ok(Command::For { schedule, order }) => {
                    let desk = Desk { request: asked.mark.as_deref(), ..self.desk };
                    let result = desk.order(&asked.by, &schedule, &order).await;
                    self.said(keyword, Audit::new(&asked.by, &schedule, &order, &result), &result)
                }
                Err(error) => Said::only(text::mistake(self.language, keyword, &error)),
            },
            What::Click { token, minutes } => match self.open(Purpose::Button, token) {
                Ok(Ok(ticket)) => {
                    let (audit, result) = self.extend(&asked.by, &ticket, *minutes).await;
                    self.said(keyword, audit, &result)
                }
                Ok(Err(error @ TicketError::Expired)) => Said {
                    why: Some(error.to_string()),
                    ..Said::only(words::line(self.language, words.expired_button))
                },
                Ok(Err(error)) => Said {
                    why: Some(error.to_string()),
                    ..Said::only(words::line(self.language, words.foreign_button))
                },
                Err(error) => Said {
                    why: Some(error.to_string()),
                    ..Said::only(words::line(self.language, words.foreign_button))
                },
            },
        }
    }

    fn said(&self, keyword: &str, mut audit: Audit, result: &Result<Answer, Refusal>) -> Said {
        // What is no schedule may be anything that somebody has written.
        if matches!(result, Err(Refusal { why: Why::NoSchedule { .. }, .. })) {
            "?".clone_into(&mut audit.schedule);
        }
        let message = text::result(self.language, keyword, result);
        let why = cause(result);
        Said { message, is_for_all: result.as_ref().is_ok_and(is_change), why, audit: Some(audit) }
    }

    /// Moves the stop of a ticket to so many minutes after the time that was named.
    pub(super) async fn extend(&self, by: &Orderer, ticket: &Ticket, minutes: u16) -> (Audit, Result<Answer, Refusal>) {
        let order = Order::Extend(Later::At(ticket.named_at + Duration::minutes(minutes.into())));
        let schedule = ticket.schedule.as_str();
        let result = self.desk.order_for(by, schedule, Some(ticket.planned_at), &order).await;
        (Audit::new(by, schedule, &order, &result), result)
    }

    async fn page(&self, token: &str, request: &Request) -> Result<Part, Unverified> {
        let opened = self.open(Purpose::Link, token)?;
        let language = page::language(request).unwrap_or(self.language);
        let ticket = match opened {
            Ok(ticket) => ticket,
            Err(error) => return Ok(Part::of(page::no_ticket(language, error)).why(&error)),
        };
        Ok(match request.method {
            Method::Post => page::post(self, language, token, &ticket, request).await,
            _ => page::show(self, language, token, &ticket).await,
        })
    }
}

/// Why the tables did not do what they should: for the log, since people in chat cannot mend it.
pub(super) fn cause(result: &Result<Answer, Refusal>) -> Option<String> {
    match result {
        Err(Refusal { why: Why::Store { error, .. }, .. }) => Some(error.to_string()),
        _ => None,
    }
}

/// Whether an answer tells of something that was not so before.
fn is_change(answer: &Answer) -> bool {
    match &answer.done {
        Done::Status(_) | Done::Info(_) | Done::Exceptions { .. } => false,
        Done::ExceptionSet { is_new, .. }
        | Done::Extended { is_new, .. }
        | Done::Skipped { is_new, .. }
        | Done::Forced { is_new, .. } => *is_new,
        Done::ExceptionDeleted { .. } | Done::Cancelled(_) => true,
    }
}
