//! A gate before a made-up AWS: lets calls through, or answers some itself, as when AWS throttles or denies.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::moto::Moto;

/// A server that leads to `moto`, but for what `answer` answers by the body of a call.
pub(crate) async fn before(
    moto: &Moto,
    answer: impl Fn(&str) -> Option<ResponseTemplate> + Send + Sync + 'static,
) -> MockServer {
    let server = MockServer::start().await;
    let address = moto.endpoint().trim_start_matches("http://").to_owned();
    Mock::given(any()).respond_with(Gate { address, answer }).mount(&server).await;
    server
}

/// An error as the query protocol has it: EC2's shape, and RDS's and STS's.
pub(crate) fn error(status: u16, code: &str, message: &str, is_ec2: bool) -> ResponseTemplate {
    let error = format!("<Code>{code}</Code><Message>{message}</Message>");
    let body = if is_ec2 {
        format!("<Response><Errors><Error>{error}</Error></Errors><RequestID>r</RequestID></Response>")
    } else {
        format!("<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>r</RequestId></ErrorResponse>")
    };
    ResponseTemplate::new(status).set_body_string(body)
}

struct Gate<F> {
    address: String,
    answer: F,
}

impl<F: Fn(&str) -> Option<ResponseTemplate> + Send + Sync> Respond for Gate<F> {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body = String::from_utf8_lossy(&request.body);
        (self.answer)(&body)
            .unwrap_or_else(|| forward(&self.address, request).expect("the server behind the gate answers"))
    }
}

fn forward(address: &str, request: &Request) -> io::Result<ResponseTemplate> {
    let mut stream = TcpStream::connect(address)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.url.path());
    for (name, value) in &request.headers {
        if !["connection", "content-length", "transfer-encoding"].contains(&name.as_str()) {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
    }
    head += &format!("connection: close\r\ncontent-length: {}\r\n\r\n", request.body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    let kind = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or("text/xml");
    let status: u16 = status.ok_or(io::ErrorKind::InvalidData)?;
    Ok(ResponseTemplate::new(status).set_body_raw(answer[end + 4..].to_vec(), kind))
}
