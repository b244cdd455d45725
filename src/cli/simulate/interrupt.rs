//! Ctrl-c during a hunt: the first one ends it with what came of the worlds so far, one after that ends everything at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Whether somebody has pressed ctrl-c.
#[derive(Debug)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub(super) fn listen() -> Self {
        let is_pressed = Arc::new(AtomicBool::new(false));
        // In this order, or the first one would count as the second. If it cannot be done, the first one ends everything.
        let ends = flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&is_pressed));
        _ = ends.and_then(|_| flag::register(SIGINT, Arc::clone(&is_pressed)));
        Self(is_pressed)
    }

    pub(super) fn is_pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether it was pressed; from now on it ends everything at once.
    pub(super) fn take(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }
}
