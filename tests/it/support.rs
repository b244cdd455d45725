//! What the tests stand on: pinned tools, servers that end with their test, and short ways to fill them.

pub(crate) mod gate;
pub(crate) mod moto;
pub(crate) mod rie;
pub(crate) mod tools;

use std::net::{Ipv4Addr, TcpListener};

/// A port of loopback that was free a moment ago; who uses it must expect that somebody was quicker.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}
