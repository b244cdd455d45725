//! Webhooks against real HTTP servers on loopback, each of which checks what its platform checks.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use futures_util::future::join_all;
use lamplighter::chat::link::Signer;
use lamplighter::chat::send::{Webhook, WebhookChat, Webhooks};
use lamplighter::chat::{Answers, Language, Platform, Voice, sample};
use lamplighter::model::{Channel, Notice, ScheduleName};
use lamplighter::ports::{Chat as _, ChatError};
use tokio::time::Instant;
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::receiver;

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

fn webhook(address: &str, platform: Platform) -> Webhook {
    Webhook::new(&format!("{address}{SECRET}"), Some(platform)).unwrap()
}

fn voice(language: Language) -> Voice {
    let answers = Answers {
        signer: Signer::new(&[7; 32]).ok(),
        address: Some("https://chat.example.org".to_owned()),
        keyword: Some("lamp".to_owned()),
    };
    Voice { language, answers }
}

/// A chat of these webhooks, without channels.
fn chat_of(default: Vec<Webhook>) -> WebhookChat {
    WebhookChat::new(Webhooks { default, channels: BTreeMap::new() }, Voice::default())
}

fn chat(address: &str, platform: Platform) -> WebhookChat {
    chat_of(vec![webhook(address, platform)])
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
    let told = chat.tell(&notice(), &[], budget).await;
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
    assert_eq!(chat(&server.uri(), Platform::Json).tell(&notice(), &[], BUDGET).await, Ok(()));
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
    let told = chat.tell(&notice(), &[], Duration::seconds(1)).await;
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
        let error = chat.tell(&notice(), &[], Duration::milliseconds(800)).await.unwrap_err();
        let shown = format!("{error} {error:?} {chat:?}");
        assert!(!shown.contains("connect-api") && !shown.contains("1a2b3c4d5e"), "{shown}");
    }
}

#[tokio::test]
async fn without_a_webhook_everything_is_told() {
    assert_eq!(chat_of(Vec::new()).tell(&notice(), &[], BUDGET).await, Ok(()));
}

#[tokio::test]
async fn without_time_nothing_is_sent() {
    let server = server([status(200)]).await;
    let (told, counted, _) = tell(&server, Duration::seconds(-1)).await;
    assert_eq!(told, Err(ChatError::Unavailable("no time was left to send it".to_owned())));
    assert_eq!(counted, (0, 0));
}

/// A platform's server: what it finds fault with it refuses, and to the rest it gives these answers one after the other,
/// the last for ever.
struct Server {
    platform: Platform,
    answers: Mutex<VecDeque<ResponseTemplate>>,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body = String::from_utf8_lossy(&request.body);
        let mut faults = receiver::faults(self.platform, header("accept"), header("content-type"), &body);
        let query = request.url.query().unwrap_or_default();
        let expected = if self.platform == Platform::Discord { "wait=true&with_components=true" } else { "" };
        if query != expected {
            faults.push(format!("the query is `{expected}`, not `{query}`"));
        }
        if !faults.is_empty() {
            self.faults.lock().unwrap().extend(faults);
            return status(400);
        }
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
    }
}

/// A platform's server, and what it finds fault with.
async fn platform(
    platform: Platform,
    answers: impl IntoIterator<Item = ResponseTemplate>,
) -> (MockServer, Arc<Mutex<Vec<String>>>) {
    let server = MockServer::start().await;
    let faults = Arc::new(Mutex::new(Vec::new()));
    let answers = Mutex::new(answers.into_iter().collect());
    let respond = Server { platform, answers, faults: Arc::clone(&faults) };
    Mock::given(method("POST")).and(path(SECRET)).respond_with(respond).mount(&server).await;
    (server, faults)
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn every_platform_takes_what_it_is_sent() {
    for language in [Language::En, Language::Ko] {
        let each = Platform::ALL.map(|of| async move {
            let (server, faults) = platform(of, [status(200)]).await;
            let webhooks = Webhooks { default: vec![webhook(&server.uri(), of)], channels: BTreeMap::new() };
            let chat = WebhookChat::new(webhooks, voice(language));
            for (event, _) in sample::EVENTS {
                let told = chat.tell(&sample::notice(event).unwrap(), &[], BUDGET).await;
                let faults = std::mem::take(&mut *faults.lock().unwrap());
                assert_eq!((told, faults), (Ok(()), Vec::new()), "{of:?} {event}");
            }
            assert_eq!(chat.messages(), sample::EVENTS.len() as u64, "{of:?}");
        });
        join_all(each).await;
    }
}

#[tokio::test]
async fn every_platform_is_tried_again_when_it_is_busy_or_broken() {
    let each = Platform::ALL.map(|of| async move {
        let (server, _) = platform(of, [status(429).insert_header("Retry-After", "1"), status(500), status(200)]).await;
        let chat = chat(&server.uri(), of);
        let began = Instant::now();
        assert_eq!(chat.tell(&notice(), &[], BUDGET).await, Ok(()), "{of:?}");
        assert!(began.elapsed().as_millis() >= 1_000, "{of:?}: {:?}", began.elapsed());
        assert_eq!((chat.calls(), chat.messages()), (3, 1), "{of:?}");
    });
    join_all(each).await;
}

#[tokio::test]
async fn every_platform_that_hangs_is_given_up() {
    let each = Platform::ALL.map(|of| async move {
        let (server, _) = platform(of, [status(200).set_delay(std::time::Duration::from_mins(1))]).await;
        let told = chat(&server.uri(), of).tell(&notice(), &[], Duration::seconds(1)).await;
        assert_eq!(told, Err(ChatError::Unavailable("it did not answer in time".to_owned())), "{of:?}");
    });
    join_all(each).await;
}

#[tokio::test]
async fn teams_says_in_a_200_what_went_wrong() {
    let failed = |code: u16| {
        let error = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error";
        status(200).set_body_string(format!("{error} {code} with ContextId tcid=0,server=PR2"))
    };
    let (server, _) = platform(Platform::Teams, [failed(429), failed(502), status(200).set_body_string("1")]).await;
    let busy = chat(&server.uri(), Platform::Teams);
    assert_eq!(busy.tell(&notice(), &[], BUDGET).await, Ok(()));
    assert_eq!((busy.calls(), busy.messages()), (3, 1));
    let (server, _) = platform(Platform::Teams, [failed(413)]).await;
    let large = chat(&server.uri(), Platform::Teams);
    assert!(matches!(large.tell(&notice(), &[], BUDGET).await, Err(ChatError::Refused(_))));
    assert_eq!((large.calls(), large.messages()), (1, 0));
}

#[tokio::test]
async fn discord_says_in_the_body_how_long_to_wait() {
    let limited = serde_json::json!({"message": "You are being rate limited.", "retry_after": 1.2, "global": false});
    let (server, _) = platform(Platform::Discord, [status(429).set_body_json(limited), status(200)]).await;
    let began = Instant::now();
    assert_eq!(chat(&server.uri(), Platform::Discord).tell(&notice(), &[], BUDGET).await, Ok(()));
    assert!(began.elapsed().as_millis() >= 1_200, "{:?}", began.elapsed());
}

#[tokio::test]
async fn slack_says_why_it_refuses() {
    let (server, _) = platform(Platform::Slack, [status(404).set_body_string("no_service")]).await;
    let told = chat(&server.uri(), Platform::Slack).tell(&notice(), &[], BUDGET).await;
    let Err(ChatError::Refused(words)) = told else { panic!("{told:?}") };
    assert!(words.contains("`no_service`") && words.contains("`WEBHOOK_URL`"), "{words}");
}

#[tokio::test]
async fn one_that_refuses_harms_no_other() {
    let (gone, taking) = (server([status(404)]).await, server([status(200)]).await);
    let chat = chat_of(vec![webhook(&gone.uri(), Platform::Jandi), webhook(&taking.uri(), Platform::Json)]);
    for count in 1..=2 {
        assert_eq!(chat.tell(&notice(), &[], BUDGET).await, Ok(()));
        assert_eq!((requests(&gone).await, requests(&taking).await), (count, count));
    }
    assert_eq!(chat.messages(), 2);
}

#[tokio::test]
async fn when_all_refuse_it_is_told_of_each() {
    let (gone, closed) = (server([status(404)]).await, server([status(403)]).await);
    let chat = chat_of(vec![webhook(&gone.uri(), Platform::Jandi), webhook(&closed.uri(), Platform::Json)]);
    let told = chat.tell(&notice(), &[], BUDGET).await;
    let Err(ChatError::Refused(words)) = told else { panic!("{told:?}") };
    assert!(words.contains("HTTP 404") && words.contains("HTTP 403"), "{words}");
}

#[tokio::test]
async fn what_one_has_taken_is_not_sent_to_it_again_because_another_was_down() {
    let (down, taking) = (server([status(503)]).await, server([status(200)]).await);
    let chat = chat_of(vec![webhook(&down.uri(), Platform::Jandi), webhook(&taking.uri(), Platform::Json)])
        .with_rest(std::time::Duration::ZERO);
    let told = chat.tell(&notice(), &[], Duration::seconds(2)).await;
    let partly = "`WEBHOOK_URL`: it is out of order (HTTP 503)".to_owned();
    assert_eq!(told, Err(ChatError::Partly(partly)));
    assert!(requests(&down).await > 1);
    assert_eq!(requests(&taking).await, 1);
    down.reset().await;
    Mock::given(method("POST")).respond_with(status(200)).mount(&down).await;
    assert_eq!(chat.tell(&notice(), &[], BUDGET).await, Ok(()));
    assert_eq!((requests(&down).await, requests(&taking).await, chat.messages()), (1, 1, 2));
    // Told to all: the same message once more is another one.
    assert_eq!(chat.tell(&notice(), &[], BUDGET).await, Ok(()));
    assert_eq!((requests(&down).await, requests(&taking).await), (2, 2));
}

#[tokio::test]
async fn a_warning_is_tried_though_the_webhook_was_down_a_moment_ago() {
    let (back, taking) = (server([status(503)]).await, server([status(200)]).await);
    let chat = chat_of(vec![webhook(&back.uri(), Platform::Jandi), webhook(&taking.uri(), Platform::Json)]);
    let told = chat.tell(&notice(), &[], Duration::milliseconds(200)).await;
    assert!(matches!(told, Err(ChatError::Partly(_))), "{told:?}");
    back.reset().await;
    Mock::given(method("POST")).respond_with(status(200)).mount(&back).await;
    assert_eq!(chat.tell(&sample::notice("warning").unwrap(), &[], BUDGET).await, Ok(()));
    assert_eq!((requests(&back).await, requests(&taking).await), (1, 2));
}

#[tokio::test]
async fn one_that_is_down_does_not_hold_up_the_others() {
    let (down, taking) = (server([status(503)]).await, server([status(200)]).await);
    let chat = chat_of(vec![webhook(&down.uri(), Platform::Jandi), webhook(&taking.uri(), Platform::Json)]);
    let told = chat.tell(&sample::notice("stop").unwrap(), &[], Duration::seconds(1)).await;
    assert!(matches!(told, Err(ChatError::Partly(_))), "{told:?}");
    let tried = requests(&down).await;
    let began = Instant::now();
    let told = chat.tell(&sample::notice("run_done").unwrap(), &[], BUDGET).await;
    assert!(matches!(told, Err(ChatError::Partly(_))), "{told:?}");
    assert!(began.elapsed().as_millis() < 1_000, "{:?}", began.elapsed());
    assert_eq!((requests(&down).await, requests(&taking).await), (tried, 2));
}

#[tokio::test]
async fn all_are_told_side_by_side() {
    let slow = || server([status(200).set_delay(std::time::Duration::from_secs(1))]);
    let (one, other) = (slow().await, slow().await);
    let chat = chat_of(vec![webhook(&one.uri(), Platform::Jandi), webhook(&other.uri(), Platform::Json)]);
    let began = Instant::now();
    assert_eq!(chat.tell(&notice(), &[], BUDGET).await, Ok(()));
    assert!(began.elapsed().as_millis() < 1_800, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_schedules_channels_get_its_messages_and_nobody_else() {
    let (default, dev, ops) = (server([status(200)]).await, server([status(200)]).await, server([status(200)]).await);
    let channel = |name: &str| Channel::new(name).unwrap();
    let of = |server: &MockServer| vec![webhook(&server.uri(), Platform::Json)];
    let webhooks = Webhooks {
        default: of(&default),
        channels: [(channel("dev"), of(&dev)), (channel("ops"), [of(&ops), of(&dev)].concat())].into(),
    };
    let chat = WebhookChat::new(webhooks, Voice::default());
    let mut counts = Vec::new();
    for channels in [vec![], vec![channel("dev")], vec![channel("dev"), channel("ops")], vec![channel("unknown")]] {
        assert_eq!(chat.tell(&notice(), &channels, BUDGET).await, Ok(()));
        counts.push((requests(&default).await, requests(&dev).await, requests(&ops).await));
    }
    assert_eq!(counts, [(1, 0, 0), (1, 1, 0), (1, 2, 1), (2, 2, 1)]);
}
