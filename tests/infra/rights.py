"""Least privilege, by running: everything works with exactly the policies of the template, and not with any action less.

Ministack judges actions and ARNs of the calls that the functions make, and nothing that Lambda does in the name of a role: logs,
streams, queues. What it does not judge, the table says. Conditions on tags are proven by tests/infra/check.
"""

import contextlib
import copy
import http.server
import re
import threading
import time

import tools
from stage import STACK, Stage, package

# What ministack does not judge, and why.
BY_LAMBDA = "done by Lambda in the name of the role"
NOT_JUDGED = {
    "logs:CreateLogStream": BY_LAMBDA, "logs:PutLogEvents": BY_LAMBDA, "sqs:SendMessage": BY_LAMBDA,
    "dynamodb:DescribeStream": BY_LAMBDA, "dynamodb:GetRecords": BY_LAMBDA, "dynamodb:GetShardIterator": BY_LAMBDA,
    "dynamodb:ListStreams": BY_LAMBDA,
    "ssm:GetParameter": "the secrets are elsewhere here: ministack mistakes a parameter's ARN for its name",
    "tag:TagResources": "ministack's tagging API knows no database",
    "rds:AddTagsToResource": "ministack's tagging API knows no database",
}  # fmt: skip
# What the code does not call yet: a name has to go when it does.
NOT_YET = set()


def rights(folder, say):
    infra = package(folder)
    with receiver() as webhook, tools.ministack(folder, judges=True) as endpoint:
        stage = Stage(endpoint, infra)
        outputs = stage.deploy(TickSchedule="rate(1 day)", SettleSeconds=15, CommandKeyword="lamp", **stage.keep_secrets(webhook))
        # No tick but those that are asked for.
        for mapping in stage.client("lambda").list_event_source_mappings()["EventSourceMappings"]:
            stage.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        roles = {}
        for name in ("scheduler", "chat"):
            of = stage.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{name}")
            roles[name] = of["Role"].rsplit("/", 1)[1]
        assert outputs["SchedulerRoleArn"].endswith(roles["scheduler"])
        machines = stage.server("API"), stage.database("orders", "Database")
        if "rds:StartDBCluster" not in NOT_YET:
            machines = *machines, stage.cluster("reports", "Database")
        cycles = {"scheduler": lambda: day(stage, machines), "chat": lambda: orders(stage)}
        count = 0
        for name, cycle in cycles.items():
            policies = as_judged(read(stage, roles[name]))
            write(stage, roles[name], policies)
            stage.begin_anew(name)
            wrong = cycle()
            assert wrong is None, f"{name} with the template's policies: {wrong}"
            say(f"{name}: everything works with the template's policies")
            for label, action, less in leave_out(policies):
                if action in NOT_JUDGED:
                    print(f"          {name:<10} {label:<58} not judged: {NOT_JUDGED[action]}")
                    continue
                write(stage, roles[name], less)
                is_read_at_start = action == "secretsmanager:GetSecretValue"
                if is_read_at_start:
                    stage.begin_anew(name)
                wrong = cycle()
                print(f"          {name:<10} {label:<58} {wrong or 'works without it: nothing calls it yet'}", flush=True)
                assert (wrong is None) == (action in NOT_YET), f"{name} without {label}: {wrong}"
                count += 1
                write(stage, roles[name], policies)
                if is_read_at_start:
                    stage.begin_anew(name)
            assert cycle() is None
        say(f"{count} actions taken out, one at a time")


@contextlib.contextmanager
def receiver():
    """The address of a chat that takes everything."""

    class Chat(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


# -- Policies


def read(stage, role):
    iam = stage.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}


def write(stage, role, policies):
    for name, document in policies.items():
        if document["Statement"]:
            stage.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=tools.json_of(document))
        else:
            with contextlib.suppress(stage.client("iam").exceptions.NoSuchEntityException):
                stage.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


def as_judged(policies):
    """The policies without what ministack cannot judge: it knows no tags, and asks for `*` where AWS names databases, clusters, instances."""
    policies = copy.deepcopy(policies)
    for document in policies.values():
        for statement in document["Statement"]:
            if "aws:ResourceTag" in str(statement.get("Condition", "")):
                del statement["Condition"]
            if all(action.startswith("rds:Describe") or action == "ec2:CreateTags" for action in listed(statement["Action"])):
                statement["Resource"] = "*"
    return policies


def listed(value):
    return [value] if isinstance(value, str) else value


def leave_out(policies):
    """Every action, and of an action on several tables every table: what it is, and the policies without it."""
    for name, document in policies.items():
        for number, statement in enumerate(document["Statement"]):
            actions, resources = listed(statement["Action"]), listed(statement["Resource"])
            of_tables = len(resources) > 1 and all(":table/" in of and "/stream/" not in of for of in resources)
            for action in actions:
                for resource in resources if of_tables else [None]:
                    less = copy.deepcopy(policies)
                    statements = less[name]["Statement"]
                    if resource is None:
                        statements[number]["Action"] = [of for of in actions if of != action]
                    else:
                        statements[number]["Resource"] = [of for of in resources if of != resource]
                    less[name]["Statement"] = [of for of in statements if of["Action"] and of["Resource"]]
                    place = "" if resource is None else " on " + resource.rsplit("/", 1)[1]
                    yield f"{statement['Sid']}: {action}{place}", action, less


# -- What has to work; each returns what does not


def day(stage, machines):
    """Orders a start and a stop of a database and the server that needs it, and lets the scheduler carry them out."""
    for table, *keys in (("ScheduleRun", "ScheduleName", "RunId"), ("Schedule", "ScheduleName")):
        for item in stage.items(table):
            stage.client("dynamodb").delete_item(TableName=table, Key={key: item[key] for key in keys})
    stage.stop_by_hand(*machines)
    for flag, states in (("ForceStart", ("running", "available", "available")), ("ForceStop", ("stopped",) * 3)):
        expected = states[: len(machines)]
        stage.schedule(Enabled=False, **{flag: True})
        answer, failed = stage.tick()
        if failed:
            return f"the tick fails: {cause(answer)}"
        if stage.states(*machines) != expected:
            return f"{flag}: {' and '.join(stage.states(*machines))}, {answer['failures']} failures"
        if answer["failures"] or answer["untold"]:
            return f"{flag}: {answer}"
        (item,) = stage.items("Schedule")
        if item[flag]["BOOL"]:
            return f"{flag} stays up"
    return None if "ec2:CreateTags" in NOT_YET else tagged(stage, machines)


def tagged(stage, machines):
    """Has the server alone started again, since databases cannot be tagged here, and looks at its tag."""
    before = stage.last_action(machines[0])
    stage.start_by_hand(*machines[1:])
    time.sleep(1)
    stage.schedule(Enabled=False, ForceStart=True)
    answer, failed = stage.tick()
    after = stage.last_action(machines[0])
    if failed or answer["started"] != 1 or after == before or not after.startswith("started "):
        return f"the tag says `{after}` after a start: {cause(answer)}"
    return None


def orders(stage):
    """Orders from chat: looking, flags, exceptions."""
    stage.schedule()
    for item in stage.items("ScheduleException"):
        stage.client("dynamodb").delete_item(TableName="ScheduleException", Key={"ExceptionUuid": item["ExceptionUuid"]})
    flag = lambda: stage.items("Schedule")[0].get("ForceStart", {"BOOL": False})["BOOL"]  # noqa: E731
    exceptions = lambda: len(stage.items("ScheduleException"))  # noqa: E731
    for text, probe, expected in (
        ("Office status", flag, False),
        ("Office force_start", flag, True),
        ("Office cancel", flag, False),
        ("Office exception set tomorrow stop 23:00", exceptions, 1),
        ("Office exception del tomorrow stop", exceptions, 0),
    ):
        status, body = stage.order(text)
        if status != 200:
            return f"`{text}`: status {status}, {cause(body)}"
        if probe() != expected or "Something went wrong" in body or "could not" in body:
            return f"`{text}`: {cause(body)}"
    return None


def cause(answer):
    """What people would read, without what is the same for all."""
    text = " ".join((answer.get("errorMessage", "") if isinstance(answer, dict) else str(answer)).split())
    start = re.search(r"the function cannot start: `(\w+)` refers to", text)
    if start:
        return f"cannot start, `{start[1]}` cannot be read"
    text = re.sub(r'^\{"body":"([^"]*)".*', r"\1", text)
    text = text.replace("the tick is incomplete: ", "").split(": User: ")[0].split("; what could be done")[0]
    return text[:110]
