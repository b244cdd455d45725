//! A made-up AWS on loopback: one `moto_server` a test, and short ways to fill it and to look into it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::config::Credentials;
use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use lamplighter::aws;

use super::{free_port, tools};

/// The region of the made-up account.
pub(crate) const REGION: &str = "ap-northeast-2";

/// An image that moto knows.
const IMAGE: &str = "ami-12c6146b";

/// A running `moto_server`; it ends when this is dropped.
pub(crate) struct Moto {
    child: Child,
    endpoint: String,
    config: SdkConfig,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// Starts a server with nothing in it and waits until it answers.
    pub(crate) async fn start() -> Self {
        let program = tools::moto_server();
        for _ in 0..5 {
            let port = free_port();
            let log = tempfile::NamedTempFile::new().expect("a temporary file can be made");
            let output = || Stdio::from(log.reopen().expect("a temporary file can be opened"));
            let mut child = Command::new(&program)
                .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
                .stdin(Stdio::null())
                .stdout(output())
                .stderr(output())
                .spawn()
                .expect("the installed moto_server can be started");
            let endpoint = format!("http://127.0.0.1:{port}");
            if answers(&mut child, &endpoint).await {
                let config = config(&endpoint).await;
                return Self { child, endpoint, config };
            }
            let _ = child.kill();
            let _ = child.wait();
            eprintln_of(&log);
        }
        panic!("moto_server did not start, see its output above");
    }

    /// A configuration of the SDK that leads to it, with the limits of the real one.
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A configuration that leads to it and waits as long as it takes: for filling it, and where time is not the matter.
    pub(crate) fn patient(&self) -> SdkConfig {
        patient(&self.config)
    }

    /// The same account or another one, by the id, in a region.
    pub(crate) async fn place(&self, account: Option<&str>, region: &str) -> SdkConfig {
        let config = self.patient().to_builder().region(Region::new(region.to_owned()));
        let Some(account) = account else { return config.build() };
        let role = format!("arn:aws:iam::{account}:role/owner");
        let sts = aws_sdk_sts::Client::new(&self.patient()).assume_role().role_arn(role).role_session_name("owner");
        let answer = sts.send().await.expect("moto lets everybody in");
        let keys = answer.credentials().expect("a session has credentials");
        let token = Some(keys.session_token().to_owned());
        let keys = Credentials::new(keys.access_key_id(), keys.secret_access_key(), token, None, "moto");
        config.credentials_provider(aws_sdk_ec2::config::SharedCredentialsProvider::new(keys)).build()
    }

    /// The environment of a process that is to talk to it.
    pub(crate) fn env(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
    }

    pub(crate) fn ec2(&self) -> aws_sdk_ec2::Client {
        aws_sdk_ec2::Client::new(&self.patient())
    }

    pub(crate) fn rds(&self) -> aws_sdk_rds::Client {
        aws_sdk_rds::Client::new(&self.patient())
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// Makes running EC2 instances with these tags; one a reservation, since moto's pages are of reservations.
    pub(crate) async fn run_instances(&self, count: usize, tags: &[(&str, &str)]) -> Vec<String> {
        self.run_reservations(count, 1, tags).await
    }

    /// Makes so many reservations of as many running EC2 instances each, with these tags.
    pub(crate) async fn run_reservations(&self, count: usize, each: i32, tags: &[(&str, &str)]) -> Vec<String> {
        run_instances(&self.patient(), (count, each), tags).await
    }

    /// Makes an available DB instance with these tags.
    pub(crate) async fn create_database(&self, id: &str, tags: &[(&str, &str)]) {
        let tag = |(key, value): &(&str, &str)| aws_sdk_rds::types::Tag::builder().key(*key).value(*value).build();
        aws_sdk_rds::Client::new(&self.patient())
            .create_db_instance()
            .db_instance_identifier(id)
            .db_instance_class("db.t3.micro")
            .engine("postgres")
            .allocated_storage(20)
            .master_username("test")
            .master_user_password("test-password")
            .set_tags(Some(tags.iter().map(tag).collect()))
            .send()
            .await
            .expect("moto makes databases");
    }

    /// Makes so many available DB instances with these tags, called by a prefix and a number.
    pub(crate) async fn create_databases(&self, prefix: &str, count: usize, tags: &[(&str, &str)]) {
        let names: Vec<String> = (0..count).map(|n| format!("{prefix}{n:03}")).collect();
        let made = names.iter().map(|name| self.create_database(name, tags)).collect::<Vec<_>>();
        stream::iter(made).buffered(8).collect::<Vec<()>>().await;
    }

    /// Makes an available Aurora DB cluster with one member, `ID-writer`; the two have tags of their own.
    pub(crate) async fn create_cluster(&self, id: &str, tags: &[(&str, &str)], of_member: &[(&str, &str)]) {
        let tag = |(key, value): &(&str, &str)| aws_sdk_rds::types::Tag::builder().key(*key).value(*value).build();
        let (client, engine) = (self.rds(), "aurora-postgresql");
        let cluster = client.create_db_cluster().db_cluster_identifier(id).engine(engine);
        let cluster = cluster.master_username("test").master_user_password("test-password");
        cluster.set_tags(Some(tags.iter().map(tag).collect())).send().await.expect("moto makes clusters");
        let member = client.create_db_instance().db_instance_identifier(format!("{id}-writer")).engine(engine);
        let member = member.db_cluster_identifier(id).db_instance_class("db.t3.medium");
        member.set_tags(Some(of_member.iter().map(tag).collect())).send().await.expect("moto makes members");
    }

    /// The status of a DB cluster, in AWS's word.
    pub(crate) async fn cluster_state(&self, id: &str) -> String {
        let seen = self.rds().describe_db_clusters().db_cluster_identifier(id).send().await;
        let seen = seen.expect("the cluster is there");
        seen.db_clusters()[0].status().expect("a cluster has a status").to_owned()
    }

    /// The state of an EC2 instance, in AWS's word.
    pub(crate) async fn instance_state(&self, id: &str) -> String {
        let seen = self.ec2().describe_instances().instance_ids(id).send().await.expect("the instance is there");
        let state = seen.reservations()[0].instances()[0].state().and_then(|state| state.name());
        state.expect("an instance has a state").to_string()
    }

    /// The status of a DB instance, in AWS's word.
    pub(crate) async fn database_state(&self, id: &str) -> String {
        let seen = self.rds().describe_db_instances().db_instance_identifier(id).send().await;
        let seen = seen.expect("the database is there");
        seen.db_instances()[0].db_instance_status().expect("a database has a status").to_owned()
    }
}

/// The same configuration without limits of time: a made-up AWS may be slow on a machine that has other things to do.
pub(crate) fn patient(config: &SdkConfig) -> SdkConfig {
    config.to_builder().timeout_config(aws_config::timeout::TimeoutConfig::disabled()).build()
}

/// Makes running EC2 instances with these tags in one place: so many reservations of so many.
pub(crate) async fn run_instances(
    place: &SdkConfig,
    (reservations, of): (usize, i32),
    tags: &[(&str, &str)],
) -> Vec<String> {
    let client = aws_sdk_ec2::Client::new(place);
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect();
    let tags = TagSpecification::builder().resource_type(ResourceType::Instance).set_tags(Some(tags)).build();
    let one = || {
        let (client, tags) = (client.clone(), tags.clone());
        async move {
            let run = client.run_instances().image_id(IMAGE).min_count(of).max_count(of).tag_specifications(tags);
            let made = run.send().await?;
            let id = |made: &aws_sdk_ec2::types::Instance| made.instance_id().expect("it has an id").to_owned();
            Ok::<Vec<String>, aws_sdk_ec2::Error>(made.instances().iter().map(id).collect())
        }
    };
    let runs: Vec<_> = (0..reservations).map(|_| one()).collect();
    let made: Vec<Vec<String>> = stream::iter(runs).buffered(8).try_collect().await.expect("moto makes instances");
    made.into_iter().flatten().collect()
}

/// A configuration that leads to an endpoint, with made-up credentials and the limits of the real one.
pub(crate) async fn config(endpoint: &str) -> SdkConfig {
    aws::with_limits(aws_config::defaults(BehaviorVersion::latest()))
        .endpoint_url(endpoint)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests())
        .load()
        .await
}

/// Waits until the server answers; false if it has ended instead, as when its port was taken.
async fn answers(child: &mut Child, endpoint: &str) -> bool {
    let client = reqwest::Client::new();
    for _ in 0..600 {
        let answer = client.get(format!("{endpoint}/moto-api/data.json")).send().await;
        // The state comes last: an answer may be from somebody else who was quicker to take the port.
        if child.try_wait().expect("the server's state can be read").is_some() {
            return false;
        }
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[expect(clippy::print_stderr, reason = "the test harness shows it with the failed test")]
fn eprintln_of(log: &tempfile::NamedTempFile) {
    eprintln!("{}", std::fs::read_to_string(log.path()).unwrap_or_default());
}
