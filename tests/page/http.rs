//! As much of HTTP/1.1 as two ends on loopback need: one request a connection, bodies with their length.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// What came over a connection: its first line, headers in lower case, and body.
pub(crate) struct Read {
    pub(crate) first: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// Reads a request or an answer; `None`: the other end has closed the connection.
pub(crate) fn read(stream: &TcpStream) -> Option<Read> {
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = BTreeMap::new();
    while let Some((name, value)) = line()?.split_once(':') {
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length: &String| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Read { first, headers, body })
}

/// Writes a request or an answer.
pub(crate) fn write(mut stream: &TcpStream, first: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("{first}\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // A browser may have gone meanwhile.
    _ = stream.write_all(&[head.as_bytes(), body].concat());
}
