//! The setting of a fleet that is too large for one function: the queue that batches of schedules go on.

use super::Reader;

const ALLOWED: &str =
    "the URL of a standard SQS queue such as `https://sqs.eu-west-1.amazonaws.com/123456789012/lamplighter`";

/// Where batches of schedules go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatching {
    /// The queue's URL.
    pub queue_url: String,
}

impl Dispatching {
    /// Reads the URL of a queue. A FIFO queue is none: it would hold a batch back behind one that failed.
    fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (host, name) = rest.rsplit_once('/')?;
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let is_name = (1..=80).contains(&name.len()) && name.bytes().all(of_name);
        let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@".contains(&byte));
        (matches!(scheme, "https" | "http") && is_host && is_name).then(|| Self { queue_url: url.to_owned() })
    }

    /// The queue's name, by which its messages are known.
    #[must_use]
    pub fn queue_name(&self) -> &str {
        self.queue_url.rsplit_once('/').map_or("", |(_, name)| name)
    }
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// The queue, if there is one.
    pub(super) fn dispatching(&mut self) -> Option<Dispatching> {
        let text = self.value("DISPATCH_QUEUE_URL")?;
        let dispatching = Dispatching::read(&text);
        if dispatching.is_none() {
            self.fault("DISPATCH_QUEUE_URL", Some(text), ALLOWED);
        }
        dispatching
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_queue_is_read_and_anything_else_refused() {
        let good = [
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/lamplighter", "lamplighter"),
            ("http://127.0.0.1:5000/123456789012/Lamp_1-a", "Lamp_1-a"),
        ];
        for (url, name) in good {
            assert_eq!(Dispatching::read(url).as_ref().map(Dispatching::queue_name), Some(name), "{url}");
        }
        let long = format!("https://sqs.eu-west-1.amazonaws.com/1/{}", "q".repeat(81));
        let bad = [
            "lamplighter",
            "arn:aws:sqs:eu-west-1:123456789012:lamplighter",
            "ftp://sqs.eu-west-1.amazonaws.com/1/lamplighter",
            "https:///lamplighter",
            "https://sqs.eu-west-1.amazonaws.com/1/",
            "https://sqs.eu-west-1.amazonaws.com/1/lamplighter.fifo",
            "https://sqs.eu-west-1.amazonaws.com/1/lamp lighter",
            "https://sqs.eu-west-1.amazonaws.com /1/lamplighter",
            "https://h.example/?x=/lamplighter",
            &long,
        ];
        for url in bad {
            assert_eq!(Dispatching::read(url), None, "{url}");
        }
    }
}
