//! Lambda on loopback: AWS's runtime interface emulator with a `bootstrap` of ours.
//!
//! It is the binary of this build, or what `LAMPLIGHTER_BOOTSTRAP` names: such as `target/package/bootstrap.zip`, the zip that is
//! deployed, which is unpacked as Lambda does it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{free_port, tools};

/// A function that can be invoked; emulator and function end when this is dropped.
pub(crate) struct Lambda {
    child: Child,
    address: String,
    folder: TempDir,
}

impl Drop for Lambda {
    fn drop(&mut self) {
        // The function is a child of the emulator, which does not end it when it is ended itself.
        let function = children(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        for id in function {
            let _ = Command::new("sh").args(["-c", "kill -KILL \"$1\"", "sh", &id.to_string()]).output();
            wait_until_ended(id);
        }
    }
}

impl Lambda {
    /// Starts the binary of this package as a function, with this environment and nothing else in it.
    pub(crate) async fn start(env: &[(&str, &str)]) -> Self {
        Self::start_bootstrap(&bootstrap(), env).await
    }

    /// Starts any executable as a function; waits until it can be invoked.
    pub(crate) async fn start_bootstrap(executable: &Path, env: &[(&str, &str)]) -> Self {
        let program = tools::lambda_rie();
        let folder = TempDir::new().expect("a temporary folder can be made");
        let bootstrap = folder.path().join("bootstrap");
        if executable.extension().is_some_and(|ending| ending == "zip") {
            let unzip = Command::new("unzip").arg("-q").arg(executable).arg("-d").arg(folder.path()).status();
            assert!(
                unzip.expect("`unzip` is installed").success() && bootstrap.is_file(),
                "{} holds no bootstrap",
                executable.display()
            );
        } else {
            symlink(executable, &bootstrap).expect("a link can be made");
        }
        let address = format!("127.0.0.1:{}", free_port());
        let log = fs::File::create(folder.path().join("log")).expect("a log can be made");
        let child = Command::new(program)
            .args(["--runtime-interface-emulator-address", &address])
            .args(["--runtime-api-address", &format!("127.0.0.1:{}", free_port())])
            .arg(&bootstrap)
            .current_dir(folder.path())
            .env_clear()
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log can be shared"))
            .stderr(log)
            .spawn()
            .expect("the installed emulator can be started");
        let lambda = Self { child, address, folder };
        lambda.wait_until_open().await;
        lambda
    }

    /// Sends an event; returns the HTTP status and the body of the answer.
    ///
    /// A function that fails answers 200 too, with `errorType` and `errorMessage` in the body.
    pub(crate) async fn invoke(&self, event: &serde_json::Value) -> (u16, String) {
        let address = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let answer = reqwest::Client::new().post(address).body(event.to_string()).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("no answer: {error}\n{}", self.output()));
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("the answer is text"))
    }

    /// What emulator and function have written so far.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("the log can be read")
    }

    /// The process ids of the function; none before its first event.
    pub(crate) fn function_ids(&self) -> Vec<u32> {
        children(self.child.id())
    }

    async fn wait_until_open(&self) {
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(&self.address).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the Lambda emulator did not start\n{}", self.output());
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment of a test is the test's affair")]
fn bootstrap() -> PathBuf {
    let other = std::env::var_os("LAMPLIGHTER_BOOTSTRAP").map(PathBuf::from);
    let other = other.map(|path| path.canonicalize().expect("`LAMPLIGHTER_BOOTSTRAP` names a file"));
    other.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_lamplighter")))
}

/// The children of a process, over all of its threads.
fn children(id: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Waits until a killed process is gone, or is a shell that nobody has cleared away yet.
#[expect(clippy::disallowed_methods, reason = "dropping cannot wait in any other way")]
fn wait_until_ended(id: u32) {
    for _ in 0..200 {
        if fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default().is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A function that sends its event back.
const ECHO: &str = r#"
import os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as event:
        name, body = event.headers["Lambda-Runtime-Aws-Request-Id"], event.read()
    answer = os.environ["GREETING"].encode() + body
    urllib.request.urlopen(urllib.request.Request(api + name + "/response", data=answer)).close()
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_and_ends_with_its_test() {
    let folder = TempDir::new().unwrap();
    let echo = folder.path().join("echo");
    let script = format!("#!{}\n{ECHO}", tools::python().display());
    // By another process: while this one has it open for writing, a child of another test's may hold it open too, and
    // then it cannot be run.
    let write = Command::new("sh")
        .args(["-c", "printf %s \"$1\" > \"$2\" && chmod +x \"$2\"", "sh", &script])
        .arg(&echo)
        .status();
    assert!(write.unwrap().success());

    let lambda = Lambda::start_bootstrap(&echo, &[("GREETING", "hello ")]).await;
    let answer = lambda.invoke(&serde_json::json!({"to": "you"})).await;
    assert_eq!(answer, (200, r#"hello {"to":"you"}"#.to_owned()), "{}", lambda.output());

    let function = lambda.function_ids();
    assert_eq!(function.len(), 1, "{function:?}");
    drop(lambda);
    let cmdline = fs::read(format!("/proc/{}/cmdline", function[0])).unwrap_or_default();
    assert!(cmdline.is_empty(), "the function still runs");
}
