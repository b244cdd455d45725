//! The webhook against a real HTTP server on loopback.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use lamplighter::chat::Platform;
use lamplighter::chat::send::{Webhook, WebhookChat};
use lamplighter::model::{Notice, ScheduleName};
use lamplighter::ports::{Chat as _, ChatError};
use tokio::time::Instant;
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The part of the address that nobody may see.
const SECRET: &str = "/connect-api/webhook/279/1a2b3c4d5e";
const BUDGET: Duration = Duration::seconds(20);

fn notice() -> Notice {
    Notice::Extended {
        schedule: ScheduleName::new("Development").unwrap(),
        zone: Tz::Asia__Seoul,
        stop_at: "2026-11-23T14:00:00Z".parse::<DateTime<Utc>>().unwrap(),
        by: "jane".to_owned(),
    }
}

fn chat(address: &str, platform: Platform) -> WebhookChat {
    WebhookChat::new(Some(Webhook::new(&format!("{address}{SECRET}"), Some(platform)).unwrap()))
}

/// A server that gives these answers one after the other, the last for ever.
async fn server(answers: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let answers: Vec<ResponseTemplate> = answers.into_iter().collect();
    let last = answers.len() - 1;
    for (number, answer) in answers.into_iter().enumerate() {
        let times = if number < last { 1 } else { u64::MAX };
        let priority = u8::try_from(number + 1).unwrap();
        Mock::given(method("POST"))
            .and(path(SECRET))
            .respond_with(answer)
            .up_to_n_times(times)
            .with_priority(priority)
            .mount(&server)
            .await;
    }
    server
}

fn status(code: u16) -> ResponseTemplate {
    ResponseTemplate::new(code)
}

/// The result with this server, how many calls and messages were counted, and how long it took.
async fn tell(server: &MockServer, budget: Duration) -> (Result<(), ChatError>, (u64, u64), Duration) {
    let chat = chat(&server.uri(), Platform::Jandi);
    let began = Instant::now();
    let told = chat.tell(&notice(), budget).await;
    let took = Duration::from_std(began.elapsed()).unwrap();
    assert_eq!(server.received_requests().await.unwrap().len() as u64, chat.calls(), "every call is counted");
    (told, (chat.calls(), chat.messages()), took)
}

#[tokio::test]
async fn jandi_gets_its_headers_and_its_json() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(SECRET))
        .and(header("accept", "application/vnd.tosslab.jandi-v2+json"))
        .and(header("content-type", "application/json; charset=utf-8"))
        .and(body_partial_json(serde_json::json!({
            "body": "Development stops later: on Mon 23 Nov at 23:00 Asia/Seoul",
            "connectInfo": [{"title": "By", "description": "jane"}],
        })))
        .respond_with(status(200))
        .expect(1)
        .mount(&server)
        .await;
    let (told, counted, _) = tell(&server, BUDGET).await;
    assert_eq!((told, counted), (Ok(()), (1, 1)));
}

#[tokio::test]
async fn other_servers_get_plain_json() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(header("content-type", "application/json"))
        .and(body_partial_json(serde_json::json!({"event": "extended", "stop_at": "2026-11-23T14:00:00Z"})))
        .respond_with(status(204))
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(chat(&server.uri(), Platform::Json).tell(&notice(), BUDGET).await, Ok(()));
}

#[tokio::test]
async fn too_many_messages_wait_as_long_as_the_server_asks() {
    let server = server([status(429).insert_header("Retry-After", "2"), status(200)]).await;
    let (told, counted, took) = tell(&server, BUDGET).await;
    assert_eq!((told, counted), (Ok(()), (2, 1)));
    assert!(took >= Duration::seconds(2), "{took}");
}

#[tokio::test]
async fn a_wait_that_is_longer_than_the_budget_is_not_begun() {
    let server = server([status(429).insert_header("Retry-After", "120"), status(200)]).await;
    let (told, counted, took) = tell(&server, BUDGET).await;
    let expected = "it takes no more messages for now (HTTP 429); it asks to wait 120 s";
    assert_eq!((told, counted), (Err(ChatError::Unavailable(expected.to_owned())), (1, 0)));
    assert!(took < Duration::seconds(2), "{took}");
}

#[tokio::test]
async fn a_server_out_of_order_is_tried_again() {
    let server = server([status(500), status(500), status(200)]).await;
    let (told, counted, _) = tell(&server, BUDGET).await;
    assert_eq!((told, counted), (Ok(()), (3, 1)));
}

#[tokio::test]
async fn a_server_that_stays_out_of_order_is_given_up_within_the_budget() {
    let server = server([status(503)]).await;
    let (told, (calls, messages), took) = tell(&server, Duration::seconds(2)).await;
    assert_eq!(told, Err(ChatError::Unavailable("it is out of order (HTTP 503)".to_owned())));
    assert!(calls >= 2 && messages == 0, "{calls} calls, {messages} messages");
    assert!(took <= Duration::milliseconds(2_200), "{took}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_within_the_budget() {
    let server = server([status(200).set_delay(std::time::Duration::from_mins(1))]).await;
    let chat = chat(&server.uri(), Platform::Jandi);
    let began = Instant::now();
    let told = chat.tell(&notice(), Duration::seconds(1)).await;
    assert_eq!(told, Err(ChatError::Unavailable("it did not answer in time".to_owned())));
    assert!(began.elapsed().as_millis() < 1_500, "{:?}", began.elapsed());
    assert_eq!(chat.messages(), 0);
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    for code in [400, 401, 403, 404, 410] {
        let server = server([status(code), status(200)]).await;
        let (told, counted, _) = tell(&server, BUDGET).await;
        assert!(matches!(told, Err(ChatError::Refused(_))), "{code}: {told:?}");
        assert_eq!(counted, (1, 0), "{code}");
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = server([status(200)]).await;
    let server = server([status(307).insert_header("Location", format!("{}{SECRET}", elsewhere.uri()))]).await;
    let (told, ..) = tell(&server, BUDGET).await;
    assert!(matches!(told, Err(ChatError::Refused(_))), "{told:?}");
    assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn no_error_shows_the_address() {
    let gone = server([status(404)]).await;
    let moved = server([status(302).insert_header("Location", SECRET)]).await;
    let silent = server([status(200).set_delay(std::time::Duration::from_mins(1))]).await;
    // A port on which nobody listens any more.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for address in [gone.uri(), moved.uri(), silent.uri(), closed, "https://lamplighter.invalid".to_owned()] {
        let chat = chat(&address, Platform::Jandi);
        let error = chat.tell(&notice(), Duration::milliseconds(800)).await.unwrap_err();
        let shown = format!("{error} {error:?} {chat:?}");
        assert!(!shown.contains("connect-api") && !shown.contains("1a2b3c4d5e"), "{shown}");
    }
}

#[tokio::test]
async fn without_a_webhook_everything_is_told() {
    assert_eq!(WebhookChat::new(None).tell(&notice(), BUDGET).await, Ok(()));
}

#[tokio::test]
async fn without_time_nothing_is_sent() {
    let server = server([status(200)]).await;
    let (told, counted, _) = tell(&server, Duration::seconds(-1)).await;
    assert_eq!(told, Err(ChatError::Unavailable("no time was left to send it".to_owned())));
    assert_eq!(counted, (0, 0));
}
