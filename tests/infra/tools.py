"""Pinned tools, installed once under target/test-tools/, and servers that end with whoever started them. Standard library only."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "target" / "test-tools"

# With what reads YAML and HCL for the checks.
SAM = ["aws-sam-cli==1.170.0", "cfn-lint==1.58.0", "python-hcl2==8.1.4"]
# In one command: by itself its pins of botocore break it.
MINISTACK = ["ministack==1.5.33", "aws-sam-translator==1.115.0", "cryptography==50.0.2", "boto3==1.43.106"]
CHECKOV = ["checkov==3.3.30"]
PARLIAMENT = ["parliament==1.6.4"]
# Only run here, never linked: it is under the AGPL.
IAM_SIMULATE = ["@cloud-copilot/iam-simulate@0.1.173"]

REGION = "us-east-1"
ACCOUNT = "000000000000"


def installed(name, packages, install):
    """The folder of a tool in these versions; processes wait for one another."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    folder, stamp = TOOLS / name, " ".join(packages)
    with open(TOOLS / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamped = folder / "installed"
        if stamped.exists() and stamped.read_text() == stamp:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        install(folder)
        stamped.write_text(stamp)
    return folder


def venv(name, packages):
    """The folder of programs of a virtual environment that holds these packages."""

    def install(folder):
        run([sys.executable, "-m", "venv", folder])
        run([folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *packages])

    return installed(name, packages, install) / "bin"


def node_modules(name, packages):
    def install(folder):
        run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", folder, *packages])

    return installed(name, packages, install) / "node_modules"


def run(command, **more):
    """The standard output of a command; what it wrote is shown if it fails."""
    command = [str(part) for part in command]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        print(done.stdout)
        raise SystemExit(f"`{' '.join(command[:4])} …` ended with {done.returncode}")
    return done.stdout


def environment(endpoint=None):
    """An environment without settings of this machine's AWS tools."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_", "LAMBDA_"))}
    own = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SAM_CLI_TELEMETRY": "0",
    }
    return {**kept, **own, **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})}


@contextlib.contextmanager
def ministack(folder, judges=False):
    """The address of an AWS of its own on loopback; `judges`: calls are held against IAM policies."""
    program = venv("ministack", MINISTACK) / "ministack"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    own = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true" if judges else "false",
        "TMPDIR": str(folder),
        "HOME": str(folder),
    }
    log = open(pathlib.Path(folder) / "ministack.log", "w")
    server = subprocess.Popen([program], env={**environment(endpoint), **own}, stdout=log, stderr=log)
    try:
        wait_for(endpoint + "/_ministack/health", server)
        yield endpoint
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def json_of(value):
    return json.dumps(value)


def wait_for(address, server, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode} before it answered")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=2).read()
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers at {address}")
