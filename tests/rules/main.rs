//! The rules of time against an oracle that was written from their text alone, and the readers against odd input.
//!
//! Needs no feature: `cargo test --no-default-features --test rules` builds it without AWS and without the command line.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, in its helpers too"
)]

mod bombs;
mod cases;
mod oracle;
mod readers;
mod text;
mod time;
