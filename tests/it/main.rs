//! The adapters and the binary against real protocols: moto for AWS, the Lambda runtime interface emulator for Lambda.
//!
//! One binary, so that the AWS SDK is linked once. Each test has its own servers on loopback, which end with it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod accounts;
mod answer;
mod chat;
mod cli;
mod clusters;
mod counts;
mod dispatch;
mod doctor;
mod dynamodb;
mod estate;
mod fleet;
mod lambda;
#[path = "../receiver.rs"]
mod receiver;
mod scale;
mod stage;
mod support;
mod throttled;
