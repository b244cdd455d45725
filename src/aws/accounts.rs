//! Sessions in other accounts: roles that are assumed, each once for as long as its session lasts and is honoured.
//!
//! Knows STS; knows nothing of instances. What STS refuses is the account's affair alone (rule A6).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_sts::types;
use chrono::{DateTime, Duration, Utc};
use futures_util::lock;

use crate::model::{Failure, FailureKind, RoleArn};
use crate::ports::Clock as _;

use super::calls::{CallCounts, Counter, Service};
use super::clock::{SystemClock, instant};
use super::failure::failure_of;

/// Under which name the other account sees these sessions in its `CloudTrail`.
const SESSION_NAME: &str = "lamplighter";
/// A session that lasts no longer is renewed: an invocation takes up to fifteen minutes, and none is to outlive it.
const RENEWED_BEFORE: Duration = Duration::minutes(20);

/// A session in an account.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// What calls are signed with; all clients of the session share it.
    pub(super) credentials: SharedCredentialsProvider,
    /// What tells this session from the one before.
    pub(super) id: String,
    expires_at: DateTime<Utc>,
}

/// A role's session, and the turn of those who need it: one asks, the others wait for the answer.
type Held = Arc<lock::Mutex<Option<Session>>>;

/// The accounts in which roles are assumed.
#[derive(Debug)]
pub(super) struct Accounts {
    config: SdkConfig,
    external_id: Option<String>,
    counts: Arc<CallCounts>,
    client: OnceLock<aws_sdk_sts::Client>,
    sessions: Mutex<BTreeMap<RoleArn, Held>>,
}

impl Accounts {
    /// Takes the loaded configuration and where to count calls; makes none yet.
    pub(super) fn new(config: &SdkConfig, counts: Arc<CallCounts>) -> Self {
        let (config, client, sessions) = (config.clone(), OnceLock::new(), Mutex::default());
        Self { config, external_id: None, counts, client, sessions }
    }

    /// The same with an external id for every role.
    pub(super) fn with_external_id(self, external_id: Option<String>) -> Self {
        Self { external_id, ..self }
    }

    /// The session of a role, assumed if there is none that lasts; or why it cannot be.
    pub(super) async fn session(&self, role: &RoleArn) -> Result<Session, Failure> {
        let held = self.held(role);
        let mut held = held.lock().await;
        let now = SystemClock.now();
        if let Some(session) = held.as_ref().filter(|session| session.expires_at - now > RENEWED_BEFORE) {
            return Ok(session.clone());
        }
        let session = self.assume(role).await?;
        *held = Some(session.clone());
        Ok(session)
    }

    /// Lets go of a session, so that the next one who needs one asks for it anew: AWS may have revoked it.
    pub(super) async fn forget(&self, role: &RoleArn, session: &Session) {
        let held = self.held(role);
        let mut held = held.lock().await;
        if held.as_ref().is_some_and(|held| held.id == session.id) {
            *held = None;
        }
    }

    fn held(&self, role: &RoleArn) -> Held {
        // A panic while the map was held can have left nothing half done in it.
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(sessions.entry(role.clone()).or_default())
    }

    async fn assume(&self, role: &RoleArn) -> Result<Session, Failure> {
        let client = self.client.get_or_init(|| {
            let counter = Counter { service: Service::Sts, counts: Arc::clone(&self.counts) };
            let config = aws_sdk_sts::config::Builder::from(&self.config).interceptor(counter).build();
            aws_sdk_sts::Client::from_conf(config)
        });
        let asked = client.assume_role().role_arn(role.as_str()).role_session_name(SESSION_NAME);
        let answer = asked.set_external_id(self.external_id.clone()).send().await;
        let answer = answer.map_err(|error| failure_of(&error))?;
        answer.credentials().and_then(session).ok_or_else(|| Failure {
            kind: FailureKind::Other,
            code: "NoSession".to_owned(),
            message: "STS answered without credentials".to_owned(),
        })
    }
}

fn session(credentials: &types::Credentials) -> Option<Session> {
    let expires_at = instant(credentials.expiration())?;
    let made = Credentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        Some(credentials.session_token().to_owned()),
        Some(expires_at.into()),
        SESSION_NAME,
    );
    let id = credentials.access_key_id().to_owned();
    Some(Session { credentials: SharedCredentialsProvider::new(made), id, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_config::{BehaviorVersion, Region};
    use wiremock::matchers::body_string_contains;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    /// An STS whose sessions last for so long.
    async fn sts(minutes: i64) -> (MockServer, Accounts) {
        let server = MockServer::start().await;
        let expiration = (SystemClock.now() + Duration::minutes(minutes)).to_rfc3339();
        let body = format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIA1</AccessKeyId><SecretAccessKey>hidden\
             </SecretAccessKey><SessionToken>hidden</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>"
        );
        Mock::given(body_string_contains("Action=AssumeRole&"))
            .and(body_string_contains("RoleSessionName=lamplighter"))
            .and(body_string_contains("ExternalId=team-1"))
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(server.uri())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .load()
            .await;
        let accounts = Accounts::new(&config, Arc::default()).with_external_id(Some("team-1".to_owned()));
        (server, accounts)
    }

    #[tokio::test]
    async fn a_session_is_kept_until_it_is_about_to_end() {
        for (lasts, asked) in [(60, 1), (21, 1), (19, 3)] {
            let (_server, accounts) = sts(lasts).await;
            let role = RoleArn::new("arn:aws:iam::111111111111:role/x").unwrap();
            for _ in 0..3 {
                assert_eq!(accounts.session(&role).await.unwrap().id, "AKIA1");
            }
            assert_eq!(accounts.counts.snapshot()["sts"], asked, "{lasts} minutes");
        }
    }

    #[tokio::test]
    async fn many_who_need_a_session_ask_once_and_two_roles_are_two() {
        let (_server, accounts) = sts(60).await;
        let role = |name: &str| RoleArn::new(&format!("arn:aws:iam::111111111111:role/{name}")).unwrap();
        let roles = [role("x"), role("y"), role("x"), role("x")];
        let sessions = futures_util::future::join_all(roles.iter().map(|role| accounts.session(role))).await;
        assert!(sessions.iter().all(Result::is_ok), "{sessions:?}");
        assert_eq!(accounts.counts.snapshot()["sts"], 2);
        let shown = format!("{accounts:?}");
        assert!(!shown.contains("hidden"), "{shown}");
    }
}
