"""The stack in an AWS of its own: deployed with `sam deploy` or Terraform as people do it, and asked through boto3. Runs in ministack's Python."""

import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
import zipfile

import boto3
import botocore.config

import terraform
import tools

STACK = "lamplighter"
TOKEN = "jandi-token-of-the-tests"
TICK = {"source": "aws.events", "detail-type": "Scheduled Event"}


def package(folder):
    """Lays out a checkout as `sam deploy` wants it: the template as it is, and a zip with the binary.

    The binary is that of LAMPLIGHTER_BOOTSTRAP, which may be the zip of `cargo zip --x86-64`, else of `cargo build`: quick to make.
    """
    binary = pathlib.Path(os.environ.get("LAMPLIGHTER_BOOTSTRAP") or tools.ROOT / "target/debug/lamplighter")
    assert binary.exists(), f"there is no {binary}: `cargo build` first"
    for name in ("infra", "target/package"):
        (folder / name).mkdir(parents=True)
    shutil.copy(tools.ROOT / "infra/template.yaml", folder / "infra")
    if binary.suffix == ".zip":
        shutil.copy(binary, folder / "target/package/bootstrap.zip")
        return folder / "infra"
    small = folder / "bootstrap"
    # Symbols for debugging are most of it.
    if shutil.which("strip") is None or subprocess.run(["strip", "-o", small, binary]).returncode != 0:
        shutil.copy(binary, small)
    with zipfile.ZipFile(folder / "target/package/bootstrap.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(small, "bootstrap")
    small.unlink()
    return folder / "infra"


class Stage:
    """An AWS with the stack in it."""

    def __init__(self, endpoint, infra):
        self.endpoint, self.infra = endpoint, infra
        self.clients = {}

    def client(self, service):
        if service not in self.clients:
            config = botocore.config.Config(read_timeout=120, retries={"max_attempts": 0})
            keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            self.clients[service] = boto3.client(service, endpoint_url=self.endpoint, region_name=tools.REGION, config=config, **keys)
        return self.clients[service]

    def sam(self, *arguments):
        program = tools.venv("sam", tools.SAM) / "sam"
        return tools.run([program, *arguments], cwd=self.infra, env=tools.environment(self.endpoint))

    def deploy(self, **parameters):
        words = [f'{name}="{value}"' for name, value in {"Architecture": "x86_64", **parameters}.items()]
        options = ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar"]
        self.sam("deploy", "--stack-name", STACK, *options, "--parameter-overrides", *words)
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def delete(self):
        self.sam("delete", "--stack-name", STACK, "--no-prompts", "--region", tools.REGION)

    def keep_secrets(self, webhook=None):
        """Puts the secrets where the settings refer to; returns the parameters of the stack."""
        parameter = "/lamplighter/jandi"
        if webhook is None:
            self.client("ssm").put_parameter(Name=parameter, Value=TOKEN, Type="SecureString")
            return {"OutgoingWebhookTokenArn": f"arn:aws:ssm:{tools.REGION}:{tools.ACCOUNT}:parameter{parameter}"}
        keep = lambda name, value: self.client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"]  # noqa: E731
        token = keep("lamplighter/chat", json.dumps({"jandi": TOKEN}))
        return {"OutgoingWebhookTokenArn": f"{token}:jandi", "WebhookUrlArn": keep("lamplighter/webhook", webhook)}

    # -- What there is to start and stop

    def server(self, group, schedule="Office"):
        tags = [{"Key": "ScheduleName", "Value": schedule}, {"Key": "ScheduleGroupName", "Value": group}]
        specification = [{"ResourceType": "instance", "Tags": tags}]
        image = self.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        made = self.client("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", TagSpecifications=specification)
        return made["Instances"][0]["InstanceId"]

    def database(self, name, group, schedule="Office"):
        tags = [{"Key": "ScheduleName", "Value": schedule}, {"Key": "ScheduleGroupName", "Value": group}]
        self.client("rds").create_db_instance(
            DBInstanceIdentifier=name, Engine="mysql", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
            MasterUsername="admin", MasterUserPassword="password1", Tags=tags,
        )  # fmt: skip
        return name

    def cluster(self, name, group, schedule="Office"):
        tags = [{"Key": "ScheduleName", "Value": schedule}, {"Key": "ScheduleGroupName", "Value": group}]
        secret = {"MasterUsername": "admin", "MasterUserPassword": "password1"}
        self.client("rds").create_db_cluster(DBClusterIdentifier=name, Engine="aurora-mysql", Tags=tags, **secret)
        return name

    def stop_by_hand(self, server, database, cluster=None):
        self.client("ec2").stop_instances(InstanceIds=[server])
        with contextlib.suppress(self.client("rds").exceptions.InvalidDBInstanceStateFault):
            self.client("rds").stop_db_instance(DBInstanceIdentifier=database)
        if cluster:
            with contextlib.suppress(self.client("rds").exceptions.InvalidDBClusterStateFault):
                self.client("rds").stop_db_cluster(DBClusterIdentifier=cluster)

    def start_by_hand(self, database, cluster=None):
        self.client("rds").start_db_instance(DBInstanceIdentifier=database)
        if cluster:
            self.client("rds").start_db_cluster(DBClusterIdentifier=cluster)

    def states(self, server, database, cluster=None):
        found = self.client("ec2").describe_instances(InstanceIds=[server])["Reservations"][0]["Instances"][0]["State"]["Name"]
        (of,) = self.client("rds").describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
        if not cluster:
            return found, of["DBInstanceStatus"]
        (and_,) = self.client("rds").describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
        return found, of["DBInstanceStatus"], and_["Status"]

    def last_action(self, server):
        """What the server's tag says was last done to it."""
        filters = [{"Name": "resource-id", "Values": [server]}, {"Name": "key", "Values": ["lamplighter:last-action"]}]
        return next((tag["Value"] for tag in self.client("ec2").describe_tags(Filters=filters)["Tags"]), "")

    def put(self, table, **item):
        def typed(value):
            if isinstance(value, bool):
                return {"BOOL": value}
            if isinstance(value, list):
                return {"L": [typed(part) for part in value]}
            return {"N": str(value)} if isinstance(value, int) else {"S": value}

        self.client("dynamodb").put_item(TableName=table, Item={name: typed(value) for name, value in item.items()})

    def items(self, table):
        return self.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]

    def schedule(self, minutes=180, **more):
        """A schedule that has run for an hour and goes on for so long, with a database and the servers that need it."""
        now = datetime.datetime.now(datetime.timezone.utc)
        clock = lambda minutes: (now + datetime.timedelta(minutes=minutes)).strftime("%H:%M")  # noqa: E731
        item = {
            "ScheduleName": "Office", "TagValue": "Office", "DaysActive": "all", "Enabled": True, "Timezone": "UTC",
            "StartTime": clock(-60), "StopTime": clock(minutes), "ForceStart": False, "StopWarningMinutes": 0,
        }  # fmt: skip
        for group, kind, needs, ready in (("Database", "RDS", [], "running"), ("API", "EC2", ["Database"], "status-ok")):
            self.put("ScheduleServerGroup", ScheduleName="Office", GroupName=group, InstanceType=kind, Dependency=needs, Ready=ready)
        self.put("Schedule", **{**item, **more})

    # -- The functions

    def invoke(self, function, event):
        """The answer of a function, and whether it failed."""
        answer = self.client("lambda").invoke(FunctionName=f"{STACK}-{function}", Payload=json.dumps(event).encode())
        body = json.loads(answer["Payload"].read() or b"null")
        return body, "FunctionError" in answer or (isinstance(body, dict) and "errorType" in body)

    def tick(self):
        return self.invoke("scheduler", TICK)

    def command(self, text, token=TOKEN):
        """A command as JANDI sends it."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        return json.dumps({"token": token, "text": f"/lamp {text}", "keyword": "lamp", "writerName": "kim", "createdAt": now})

    def order(self, text):
        """What the chat function answers to a command: status and body."""
        http = {"method": "POST", "path": "/jandi", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "tests"}
        answer, failed = self.invoke("chat", {
            "version": "2.0", "routeKey": "$default", "rawPath": "/jandi", "rawQueryString": "",
            "headers": {"content-type": "application/json"}, "requestContext": {"http": http, "stage": "$default"},
            "body": self.command(text), "isBase64Encoded": False,
        })  # fmt: skip
        return (500, json.dumps(answer)) if failed else (answer["statusCode"], answer["body"])

    def begin_anew(self, function):
        """Has the next invocation begin with a cold start, in which secrets are read."""
        of = self.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")
        variables = {**of["Environment"]["Variables"], "BEGUN_ANEW": f"{time.time()}"}
        self.client("lambda").update_function_configuration(FunctionName=of["FunctionName"], Environment={"Variables": variables})

    def log(self):
        """The lines of the scheduler, without its metrics."""
        events = self.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{STACK}-scheduler")["events"]
        lines = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
        return [line for line in lines if "_aws" not in line]

    def ticks(self):
        """What has brought ticks about, in order, by the function's own log."""
        return [line["trigger"] for line in self.log() if line.get("message") == "a tick begins"]

    def http(self, host, path, body=None):
        """What the HTTP API answers: status and body."""
        headers = {"Host": host, "Content-Type": "application/json"}
        request = urllib.request.Request(self.endpoint + path, headers=headers, data=None if body is None else body.encode())
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


class ByTerraform(Stage):
    """The same, with what Terraform makes of the module; parameters and outputs have the template's names."""

    def __init__(self, endpoint, infra):
        super().__init__(endpoint, infra)
        self.module = terraform.copy(infra / "terraform")
        terraform.init(self.module)

    def terraform(self, *arguments):
        return terraform.run(self.module, *arguments, endpoint=self.endpoint)

    def deploy(self, **parameters):
        snake = lambda name: re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()  # noqa: E731
        given = {snake(name): value for name, value in {"Architecture": "x86_64", **parameters}.items()}
        (self.module / "terraform.tfvars.json").write_text(json.dumps(given))
        self.terraform("apply", "-no-color", "-input=false", "-auto-approve")
        self.stays()
        outputs = json.loads(self.terraform("output", "-json"))
        return {"".join(word.capitalize() for word in name.split("_")): of["value"] for name, of in outputs.items()}

    def stays(self):
        """A second apply would change nothing."""
        self.terraform("plan", "-no-color", "-input=false", "-out=again")
        plan = json.loads(self.terraform("show", "-json", "again"))
        changed = {of["address"]: of["change"]["actions"] for of in plan["resource_changes"] if of["change"]["actions"] != ["no-op"]}
        # In the protocol that the provider speaks, ministack tells little of an alarm: no actions, no period, no dimensions.
        changed = {address: of for address, of in changed.items() if not address.startswith("aws_cloudwatch_metric_alarm.")}
        assert not changed, f"planned again, it would change {changed}"

    def delete(self):
        """As infra/README.md says it: Terraform is to forget the tables, and then takes the rest away."""
        if "aws_dynamodb_table.this" in self.terraform("state", "list"):
            said = terraform.refusal(self.module, "destroy", "-no-color", "-input=false", "-auto-approve", endpoint=self.endpoint)
            assert "prevent_destroy" in said, said
            self.terraform("state", "rm", "aws_dynamodb_table.this")
        self.terraform("destroy", "-no-color", "-input=false", "-auto-approve")
        assert not self.terraform("state", "list").strip()

    def state(self):
        return (self.module / "terraform.tfstate").read_text()


def wait(what, seconds, check):
    """Waits until `check` gives something, and returns it with the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        found = check()
        if found:
            return found, time.monotonic() - began
        time.sleep(1)
    raise AssertionError(f"waited {seconds} s for {what}")
