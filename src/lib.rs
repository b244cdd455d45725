//! Lamplighter starts and stops tagged EC2 and RDS instances on a schedule, in dependency order, and warns people first.
//!
//! This page is the map for people who change it; the README is for people who use it.
//!
//! # What happens
//!
//! An event (cron, a state change of an instance, an edit of a table) makes a *tick*. A tick looks, decides, acts, tells
//! and records, and begins again while something is on its way and there is time:
//!
//! ```text
//! lambda ─► tick::run(ports)
//!   look     store ─► document ─► schedules, groups, exceptions, what is remembered
//!            fleet ─► inventory, only if something is due              ⇒ engine::Snapshot
//!   decide   engine::plan(&Snapshot, now) ─► engine::Plan              pure and total
//!   act      Step ─► Outcome; a failure holds what depends on it, nothing else
//!   tell     what the runs hold untold, once
//!   record   the runs
//! ```
//!
//! A fleet that is too large for one function has a queue: the same event then makes a *dispatch*, which looks at the tables
//! alone and puts batches of the schedules that have something to do on the queue; each message makes a tick over its
//! schedules. A schedule is never split, so a batch is to its schedules what a tick over everything is: it may come late,
//! twice, at the same time as another, or die. That is what the simulation does to ticks, and why it knows no queue.
//!
//! # Where things are
//!
//! | module | job | must not know |
//! | --- | --- | --- |
//! | `model` | what things are; constructors refuse nonsense | IO, serde, a clock |
//! | `engine` | decisions, forecasts and explanations as pure functions; `now` is an argument | IO, ports, words for people |
//! | `document` | items, files and messages of batches to and from the model | AWS, where items come from |
//! | `ports` | traits for tables, instances, chat, time, journal, queue | AWS |
//! | `memory` | an embedded world behind the ports: demo, simulation, tests | AWS |
//! | `simulation` | random and written worlds, faults of every port, and the checker of the promises | AWS; the checker: the engine |
//! | `tick` | the order of effects; which schedules go on the queue together | what stands behind the ports |
//! | `doctor` | what is wrong with an installed system, from what was seen, and what to do about it | AWS, how anything was seen |
//! | `desk` | what people may order: over the tables, with conditional writes | instances, words for people |
//! | `chat` | words of messages, their shape on each platform, sending | when something is told |
//! | `aws` | DynamoDB, EC2, RDS, SQS and the clock behind the ports; other accounts, secrets | schedules, runs |
//! | `live` | the settings with their secrets, and the adapters made from them | decisions |
//! | `clock` | the one place where the time is read | anything else |
//! | `settings` | the one reader of the environment | what settings are used for |
//! | `web` | HTTP requests to answers: who is believed, what each platform sends and takes, the page behind a link | AWS, sockets, decisions |
//! | `lambda` | which events make a tick; the same binary as the function that answers HTTP | decisions |
//! | `log`, `metrics` | a line of JSON a decision, a line of metrics a tick | decisions |
//! | `cli` | one file a subcommand | decisions |
//!
//! `aws`, `live`, `lambda`, `log`, `metrics`, the function's part of `settings` and the sending of `chat` belong to the feature
//! `live`, which owns every dependency that talks to the world; `cli`, `clock` and the rest of `settings` to the feature `cli`,
//! which is the command line without AWS. `cargo check --lib --no-default-features` builds the core: it cannot name AWS, tokio
//! or reqwest, and there is no current time to ask for.
//!
//! # The rules
//!
//! Tests and comments name these. They are promises: a change that breaks one is a fault.
//!
//! **Time.** *T1* A clock value is `H:M`, hour 0-47, minute 0-59; hours from 24 mean the next day. *T2* Each date that
//! `DaysActive` or a period covers has a window from start to stop; a stop not later than the start is on the next day;
//! equal values, and a stop that even then is not after the start, are a fault. A period covers a date if all of its
//! fields do. *T3* Exceptions replace a date's start or stop, and T2 applies again; a start exception makes an inactive
//! date active, with the latest `StopTime` by the clock. With several periods it replaces the first start of the date,
//! a stop exception the stop of the window that ends last, as the timetable has them; of several that begin or end
//! together all are replaced; a start where there is none goes to the window that would end last, a stop where there is
//! none to the one that begins first. "No start" removes all starts of the date, "no stop" that last stop. Of two for
//! one date and type the earlier start and the later stop count, the stop by what it means after its start. What has no
//! time between start and stop is no window; other windows of the date stay. *T4* Windows that overlap or touch are
//! one. *T5* A start or stop alone is a transition, unless it falls inside a window; at one instant the start stands.
//! What is left of a window whose start an exception removes is its stop at the clock's time on that date. *T6* Local
//! time becomes an instant in one function: in a gap it moves forward by the gap's length, of a time that comes twice
//! the first counts. *T7* Intervals are half-open; the last transition decides. *T8* The last transition is due until a
//! run for it has finished, however late it is found; a newer one, or an order, replaces an unfinished run, and takes
//! over what that one has asked for the same way. A run of the timetable that finds no instance waits for some, since a
//! tag may be mistyped. *T9* An instance that has reached its target is not touched again in that run; with `Enforce`
//! the desired state is held, also while a run is unfinished. *T10* A stop is never a surprise: it is warned of in
//! time, or waits; it does not come before the time that chat has named, and one that comes back after an order is
//! warned of anew. A chat that is down delays it by one lead at most, from the first try. What is being stopped already
//! is not warned of again, unless its order is withdrawn. *T11* A force start lasts until the next stop; its flag is
//! lowered when every instance is handled. *T12* RDS starts a database by itself that has been stopped for seven days: it
//! is stopped again with a warning, also while the stop before is unfinished, unless something that needs it is up. What
//! was not seen stopped just before AWS's time, and no event of AWS told, counts as started by hand. That time is read once
//! an hour.
//!
//! **Order.** *O1* A group starts when every group it depends on is ready. *O2* It stops when every group that depends on it
//! has stopped. *O3* What may go now goes at once. *O4* A failure holds what depends on it, and nothing else; it is tried
//! again with back-off and told once. *O5* A group without instances is ready; an instance without a group waits for nobody.
//! *O6* Terminated instances do not count; what AWS refuses is reported once and holds nobody.
//!
//! **AWS.** *A1* One paginated discovery a tick and region; none when nothing is due. *A2* Batches, in which one bad id
//! is isolated; never `Force`. *A3* What AWS refuses to stop is left alone, with its reason. *A4* The reached state is
//! read back. *A5* Throttling is retried within the time left, and then by the next tick. *A6* An account or region that
//! cannot be reached harms no other: its instances are left as they are, and elsewhere what waits for nobody goes on.
//! *A7* Two ticks at once never act twice: a schedule is taken with a conditional write, and a lease that ends by
//! itself; ticks over parts of the schedules leave one another's problems alone. While a tick looks on, which the state
//! says, events of single instances are left to it. *A8* A tick that dies anywhere loses nothing; messages may then come
//! twice.
//!
//! **Chat.** *C1* One message an event, the same failure once. *C2* Sent after the fact, with exactly what it was done to.
//! *C3* The platform follows from the webhook's address or a setting. *C4* A warning carries a way to move its stop: buttons,
//! a command to write, a signed link. *C6* An extension only moves a stop later, and only so
//! much; a stop is announced in the tables, and begins with the look after that: whoever moves it and then sees no announcement
//! can be sure that it counts. *C7* GET and HEAD of a link change nothing; the form of its page does. *C8* A chat that is
//! down is never in the way.
//!
//! **Security.** *S1* What faces the internet starts and stops nothing: it writes orders. *S2* Every request is checked by
//! signature, token or ticket, and an order that is sent again is not carried out again; what is not believed gets 401
//! and no word; a Discord server that is not listed is told that it is not, since Discord is believed. *S3* Each function
//! refuses events that are not its own. *S4* No secret, token or link path in a log or message; settings may hold ARNs of
//! secrets instead of them. *S6* Input is bounded, and none makes it panic.

#[cfg(feature = "live")]
pub mod aws;
pub mod chat;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod clock;
pub mod desk;
pub mod doctor;
pub mod document;
pub mod engine;
#[cfg(feature = "live")]
pub mod lambda;
#[cfg(feature = "live")]
pub mod live;
#[cfg(feature = "live")]
pub mod log;
pub mod memory;
#[cfg(feature = "live")]
pub mod metrics;
pub mod model;
pub mod ports;
#[cfg(feature = "cli")]
pub mod settings;
#[cfg(feature = "cli")]
pub mod simulation;
#[cfg(test)]
mod testing;
pub mod tick;
pub mod web;
