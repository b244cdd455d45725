//! The commands that need no AWS, run as people run them: the built binary, an empty environment, files in a folder.
//!
//! Does not link the AWS SDK: `cargo test --no-default-features --features cli --test files` takes seconds.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod chat;
mod explain;
mod holidays;
mod import;
mod korean;
mod plan;
mod readme;
#[path = "../receiver.rs"]
mod receiver;
mod scenarios;
mod simulate;
mod support;
mod validate;
mod worlds;

#[test]
fn unknown_commands_are_wrong_usage() {
    let done = support::lamplighter(support::repository(), &["pln"]);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{}", done.stderr);
}
