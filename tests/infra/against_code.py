"""Holds the template against the code: settings, tables, events, metrics."""

import json
import re

import tools
from stacks import STACKS, TEMPLATE, same, source, stack

# What is in the template before it is in the code; a name has to go when it is there.
SETTINGS_TO_COME = set()


def settings():
    """Every setting of src/settings.rs is a variable of a function, and every variable is a setting."""
    rows = re.findall(r"^//! \| (`.*?) \|", source("settings.rs"), re.M)
    rows = [re.findall(r"`([A-Z_<>]+)`", row) for row in rows]
    assert len(rows) > 20, "the table of settings cannot be read"
    resources = stack("as it is")
    globals_ = resources.value(resources.template["Globals"]["Function"]["Environment"]["Variables"])
    functions = {"Scheduler": set(), "Chat": set()}
    for name, found in functions.items():
        variables = resources.resources()[name]["Properties"]["Environment"]["Variables"]
        assert not set(variables) & set(globals_), f"{name} says twice: {set(variables) & set(globals_)}"
        found |= set(variables) | set(globals_)
    found = functions["Scheduler"] | functions["Chat"]
    # How to set one of a channel, whose name is not known before, is said where it belongs.
    found |= {"WEBHOOK_URL_<CHANNEL>"} if re.search(r"# WEBHOOK_URL_[A-Z]+:", TEMPLATE.read_text()) else set()
    # Of names that stand in one row, one is enough.
    known = {name for row in rows for name in row}
    arrived = known & SETTINGS_TO_COME
    assert not arrived, f"take off SETTINGS_TO_COME what has come: {sorted(arrived)}"
    same("variables that are no setting", found - known, SETTINGS_TO_COME)
    missing = [row for row in rows if not set(row) & found]
    assert not missing, f"settings that no function has: {missing}"
    # What a function does not need it does not hold.
    secrets_of_chat = {"OUTGOING_WEBHOOK_TOKEN", "SLACK_SIGNING_SECRET", "MATTERMOST_TOKEN"}
    foreign = functions["Scheduler"] & secrets_of_chat | functions["Chat"] & {"WEBHOOK_URL"}
    assert not foreign, f"a function holds a secret of the other: {sorted(foreign)}"
    readme = (tools.ROOT / "README.md").read_text()
    unsaid = {name for name in known if f"`{name}`" not in readme}
    assert not unsaid, f"settings that README.md does not name: {sorted(unsaid)}"
    return f"{len(rows)} settings, {len(functions['Scheduler'])} variables of the scheduler, {len(functions['Chat'])} of chat"


def values():
    """What the functions hold in each stack."""
    for name in STACKS:
        resources = stack(name)
        functions = {key: of["Properties"] for key, of in resources.resources().items() if of["Type"].endswith("::Function")}
        both = resources.value(resources.template["Globals"]["Function"]["Environment"]["Variables"])
        for function, properties in functions.items():
            variables = {**both, **properties["Environment"]["Variables"]}
            assert all(isinstance(value, (str, int)) for value in variables.values()), variables
            assert variables["FUNCTION_ROLE"] == function.lower()
            assert variables["CHAT_URL"].startswith("https://") == variables["LINK_SECRET"].startswith("arn:") == ("Chat" in functions)
            assert len(json.dumps(variables)) < 4_096, "Lambda takes no more than 4 KB"
        assert ("Chat" in functions) == (name != "little")
        stages = [of["Properties"] for of in resources.resources().values() if of["Type"] == "AWS::ApiGatewayV2::Stage"]
        assert len(stages) == ("Chat" in functions)
        for stage in stages:
            assert 0 < stage["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 50, "the API is not throttled"
            # The path of a link is a secret.
            assert "path" not in stage["AccessLogSettings"]["Format"].lower()
    return f"{len(STACKS)} stacks"


def tables():
    """The tables are those of src/aws/tables.rs: keys, time to live; and their names those of src/settings.rs."""
    shape = r'Shape \{ table: Table::(\w+), hash: "(\w+)", range: (?:None|Some\("(\w+)"\)), expires: (\w+) \}'
    shapes = {table: (hash_, range_, expires == "true") for table, hash_, range_, expires in re.findall(shape, source("aws/tables.rs"))}
    names = dict(re.findall(r"^//! \| `(\w+)_TABLE` \| `(\w+)` \|", source("settings.rs"), re.M))
    assert len(shapes) == len(names) == 4, (shapes, names)
    expiry = re.search(r'EXPIRES_AT: &str = "(\w+)"', source("ports.rs"))[1]
    made = {name: of for name, of in stack("as it is").resources().items() if of["Type"] == "AWS::DynamoDB::Table"}
    same("tables", set(made), {f"{table}Table" for table in shapes})
    kept = stack("everything").resources()["RunTable"]["Properties"]
    assert kept["DeletionProtectionEnabled"] == "true"
    for table, (hash_, range_, expires) in shapes.items():
        of = made[f"{table}Table"]
        properties = of["Properties"]
        keys = [(key["AttributeName"], key["KeyType"]) for key in properties["KeySchema"]]
        assert keys == [(hash_, "HASH")] + ([(range_, "RANGE")] if range_ else []), (table, keys)
        assert sorted(key["AttributeName"] for key in properties["AttributeDefinitions"]) == sorted(key for key, _ in keys), table
        setting = re.sub(r"(?<!^)([A-Z])", r"_\1", table).upper()
        assert properties["TableName"] == names[setting], table
        expected = {"AttributeName": expiry, "Enabled": True} if expires else None
        assert properties.get("TimeToLiveSpecification") == expected, table
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, table
        assert properties["BillingMode"] == "PAY_PER_REQUEST" and properties["DeletionProtectionEnabled"] == "false", table
        assert of["DeletionPolicy"] == "RetainExceptOnCreate" and of["UpdateReplacePolicy"] == "Retain", table
        streams = properties.get("StreamSpecification")
        assert streams == ({"StreamViewType": "KEYS_ONLY"} if table in ("Schedule", "Exception") else None), table
    expected = {"existing tables": (1, 0), "existing tables with a stream": (0, 1), "as it is": (4, 2), "everything": (4, 3)}
    for name, counts in expected.items():
        kinds = [of["Type"] for of in stack(name).resources().values()]
        assert (kinds.count("AWS::DynamoDB::Table"), kinds.count("AWS::Lambda::EventSourceMapping")) == counts, name
    return "4 tables, and none where they are there"


def events():
    """The rules are those of src/lambda/trigger.rs, and nothing that fails is tried for ever."""
    trigger = source("lambda/trigger.rs")
    resources = stack("everything").resources()
    rules = resources["Scheduler"]["Properties"]["Events"]
    for rule in rules.values():
        properties = rule["Properties"]
        assert properties["DeadLetterConfig"]["Arn"].endswith("DeadLetters") and properties["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 300
        for word in [*properties.get("Pattern", {}).get("source", []), *properties.get("Pattern", {}).get("detail-type", [])]:
            assert f'"{word}"' in trigger, f"the code does not know `{word}`"
    patterns = [rule["Properties"]["Pattern"] for rule in rules.values() if "Pattern" in rule["Properties"]]
    found = {(of["source"][0], kind) for of in patterns for kind in of["detail-type"]}
    expected = {
        ("aws.ec2", "EC2 Instance State-change Notification"),
        ("aws.rds", "RDS DB Instance Event"),
        ("aws.rds", "RDS DB Cluster Event"),
    }
    same("events", found, expected)
    for name in ("ScheduleEdited", "ExceptionEdited"):
        properties = resources[name]["Properties"]
        assert properties["MaximumRetryAttempts"] == 2 and properties["DestinationConfig"]["OnFailure"]["Destination"].endswith("DeadLetters")
    return f"{len(rules)} rules, 2 streams"


def alarms():
    """Alarms and dashboard name metrics that src/metrics.rs writes."""
    metrics = source("metrics.rs")
    resources = stack("everything").resources()
    named = [of["Properties"]["MetricName"] for of in resources.values() if of["Properties"].get("Namespace") == "Lamplighter"]
    board = json.loads(resources["Board"]["Properties"]["DashboardBody"])
    lines = [line for widget in board["widgets"] for line in widget["properties"].get("metrics", [])]
    named += [line[1] for line in lines if line[0] == "Lamplighter"]
    unknown = sorted({name for name in named if f'"{name}"' not in metrics})
    assert named and not unknown, f"the code writes no such metric: {unknown}"
    kinds = source("model/event.rs")
    queries = [widget["properties"]["query"] for widget in board["widgets"] if widget["type"] == "log"]
    asked = {word for query in queries for of in re.findall(r"event (?:in \[.*?\]|= '\w+')", query) for word in re.findall(r"'(\w+)'", of)}
    assert asked and all(f'"{kind}"' in kinds for kind in asked), asked
    # Fields of the log: those of events, and the details that a tick notes.
    fields = set(re.findall(r'\("(\w+)", ', source("document/event.rs") + source("tick/journal.rs")))
    verbs = set("filter and in stats count latest by sort asc desc limit fields coalesce as".split())
    for query in queries:
        plain = re.sub(r"'[^']*'|\bas \w+|\w+\(\*\)|@\w+", "", query.removeprefix("SOURCE "))
        named = set(re.findall(r"[a-z_]+", plain)) - verbs
        assert named <= fields, f"the code logs no such field: {sorted(named - fields)}"
    count = sum(of["Type"] == "AWS::CloudWatch::Alarm" for of in resources.values())
    return f"{count} alarms, {len(board['widgets'])} widgets"
