//! The function's answers over the embedded world, behind a socket.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use chrono::{DateTime, Duration, Utc};
use lamplighter::chat::Language;
use lamplighter::chat::link::{Purpose, Signer, Ticket};
use lamplighter::desk::Desk;
use lamplighter::document::{Defaults, file};
use lamplighter::memory::{Machine, World};
use lamplighter::model::{GroupName, ScheduleName, TagValue};
use lamplighter::ports::{Item, Ports, Table};
use lamplighter::tick::{self, About, Options};
use lamplighter::web::{Keys, Web, answer, read};
use serde_json::{Value, json};

use crate::http;

const SCHEDULES: &str = "
Schedule:
  ScheduleName: Development
  TagValue: Development
  DaysActive: weekdays
  Enabled: true
  StartTime: '09:30'
  StopTime: '22:00'
ServerGroups:
  - {GroupName: DB, InstanceType: RDS}
  - {GroupName: API, InstanceType: EC2, Dependency: [DB]}
";

const MACHINES: [(&str, &str); 3] = [("rds/development-db", "DB"), ("ec2/i-0a1", "API"), ("ec2/i-0a2", "API")];

const KEY: [u8; 32] = [7; 32];

/// Ten minutes before the stop.
pub(crate) struct Server {
    world: Arc<World>,
    address: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let world = Arc::new(world());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&world);
        // Ends with the test.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let world = Arc::clone(&served);
                thread::spawn(move || serve(&world, &stream));
            }
        });
        Self { world, address }
    }

    /// The link of the warning for the stop at 22:00.
    pub(crate) fn link(&self, query: &str) -> String {
        format!("{}/x/{}{query}", self.address, signer().sign(Purpose::Link, &ticket()))
    }

    /// A link whose time is over.
    pub(crate) fn old_link(&self) -> String {
        format!("{}/x/{}", self.address, signer().sign(Purpose::Link, &Ticket { expires_at: now(), ..ticket() }))
    }

    pub(crate) fn tables(&self) -> Vec<Vec<Item>> {
        [Table::Schedule, Table::Exception, Table::Run].map(|table| self.world.items(table)).to_vec()
    }

    pub(crate) fn exceptions(&self) -> Vec<String> {
        let text = |item: &Item, name: &str| item.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
        let line = |item| ["ExceptionDate", "ExceptionType", "ExceptionValue"].map(|name| text(item, name)).join(" ");
        self.world.items(Table::Exception).iter().map(line).collect()
    }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// When people are warned.
fn now() -> DateTime<Utc> {
    time("2026-11-23T12:50:00Z")
}

fn signer() -> Signer {
    Signer::new(&KEY).unwrap()
}

fn ticket() -> Ticket {
    let stop_at = now() + Duration::minutes(10);
    Ticket::new(ScheduleName::new("Development").unwrap(), stop_at, stop_at)
}

/// A day until ten minutes before its stop: the servers were started in the morning, and people have just been warned.
fn world() -> World {
    let world = World::new(time("2026-11-23T00:30:00Z"));
    let tables = file::items(SCHEDULES).unwrap();
    tables.schedules.into_iter().for_each(|item| world.put_item(Table::Schedule, item));
    tables.groups.into_iter().for_each(|item| world.put_item(Table::ServerGroup, item));
    for (key, group) in MACHINES {
        let (tag, group) = (TagValue::new("Development").unwrap(), GroupName::new(group).ok());
        world.put_machine(Machine::new(key.parse().unwrap(), tag, group));
    }
    let ports = Ports { store: &world, fleet: &world, chat: &world, clock: &world, journal: &world };
    for at in ["2026-11-23T00:30:00Z", "2026-11-23T00:35:00Z", "2026-11-23T00:40:00Z", "2026-11-23T12:50:00Z"] {
        world.advance_to(time(at));
        let (owner, settle, defaults) = (at.to_owned(), Duration::seconds(60), Defaults::default());
        let options = Options {
            owner,
            deadline: time(at) + Duration::minutes(4),
            settle,
            defaults,
            only: None,
            about: About::All,
        };
        pollster::block_on(tick::run(&ports, &options)).unwrap();
    }
    world
}

/// Answers one request by way of the event that an HTTP API would make of it.
fn serve(world: &World, stream: &TcpStream) {
    let Some(request) = http::read(stream) else { return };
    let mut first = request.first.split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": request.headers,
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": String::from_utf8(request.body).unwrap(),
        "isBase64Encoded": false,
    });
    let keys = Keys::default().with_links(signer());
    let desk = Desk::new(world, world, Defaults::default(), Duration::seconds(1));
    let web = Web { desk, keys: &keys, language: Language::En, keyword: "/lamp", prefix: "" };
    let request = read(&event).unwrap().request.unwrap();
    let reply = pollster::block_on(answer(&web, &request)).reply;
    let headers: Vec<(&str, &str)> = reply.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    http::write(stream, &format!("HTTP/1.1 {} X", reply.status), &headers, reply.body.as_bytes());
}
