//! Histories that are fine, and histories that break a promise.

mod ending;
mod extension;
mod order;
mod ownership;
mod story;
mod tampered;
mod told;
mod warning;
