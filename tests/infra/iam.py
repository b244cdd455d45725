"""Holds the policies of the templates against the calls that the code makes, and against IAM."""

import json
import pathlib
import re

import cfn
import tools
from stacks import INFRA, KEY, PARAMETER, SECRET, SPOKE, SPOKE_PARAMETERS, STACKS, same, source, stack

# What is in the templates before it is in the code; a name has to go when it is there.
CALLS_TO_COME = set()


def policies():
    """All policies of the templates, by stack, role and name."""
    found = {}
    for name in STACKS:
        resources = stack(name)
        for role in [key for key, of in resources.resources().items() if of["Type"] == "AWS::IAM::Role"]:
            for policy, document in resources.policies(role).items():
                found[name, role, policy] = document
    for policy, document in cfn.Stack(cfn.load(SPOKE), **SPOKE_PARAMETERS).policies("SpokeRole").items():
        found["spoke", "SpokeRole", policy] = document
    return found


def actions_of(document):
    for statement in document["Statement"]:
        actions = statement["Action"]
        yield from [actions] if isinstance(actions, str) else actions


def calls():
    """The roles may make the calls that the code makes on instances, and no other; chat none of them."""
    code = source("aws/*.rs")
    services = {"ec2", "rds", "tag"}
    made = set(re.findall(r"\.((?:describe|start|stop|modify|reboot)_(?:db_)?(?:instance|cluster|instances|clusters|instance_\w+)"
                          r"|create_tags|add_tags_to_resource|tag_resources)\(\)", code))  # fmt: skip
    expected = set()
    for call in made:
        service = "tag" if call == "tag_resources" else "rds" if "_db_" in call or call.startswith("add_tags") else "ec2"
        words = "".join({"db": "DB"}.get(word, word.capitalize()) for word in call.split("_"))
        expected.add(f"{service}:{words}")
    if "tag:TagResources" in expected:
        # The tagging API tags databases in the name of the caller.
        expected |= {"rds:AddTagsToResource"}
    arrived = expected & CALLS_TO_COME
    assert not arrived, f"take off CALLS_TO_COME what has come: {sorted(arrived)}"
    for (name, role, policy), document in policies().items():
        of_instances = {action for action in actions_of(document) if action.split(":")[0] in services}
        if role == "ChatRole":
            assert not of_instances, f"chat may {of_instances}"
            continue
        allowed = expected | CALLS_TO_COME
        assert of_instances <= allowed, f"{name}, {role}: nothing calls {sorted(of_instances - allowed)}"
    for role, name in (("SchedulerRole", "as it is"), ("SpokeRole", "spoke")):
        documents = [document for key, document in policies().items() if key[:2] == (name, role)]
        found = {action for document in documents for action in actions_of(document)}
        missing = expected - found
        assert not missing, f"{role} may not {sorted(missing)}"
    return f"{len(expected)} kinds of calls on instances"


def shape():
    """No wildcard in an action, each statement named, and a comment above each in the template."""
    count = 0
    for key, document in policies().items():
        for action in actions_of(document):
            count += 1
            assert "*" not in action, f"{key}: {action}"
        sids = [statement.get("Sid", "") for statement in document["Statement"]]
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids) and len(set(sids)) == len(sids), (key, sids)
    # In another account the scheduler may do what it may in its own.
    found = policies()
    for policy in ("instances", "act", "tag"):
        own, spoke = found["everything", "SchedulerRole", policy]["Statement"], found["spoke", "SpokeRole", policy]["Statement"]
        assert own == [of for of in spoke if of["Sid"] != "StartEncryptedServers"], f"`{policy}` of the two templates differs"
    readme = (INFRA / "README.md").read_text()
    said = set(re.findall(r"`([a-z0-9]+:[A-Za-z]+)`", readme))
    same("actions in infra/README.md", said, {action for document in policies().values() for action in actions_of(document)})
    return f"{count} actions in {len(policies())} policies"


def conditions():
    """What IAM lets through, tags and all: iam-simulate stands in for it."""
    account, region = cfn.ACCOUNT, cfn.REGION
    server = f"arn:aws:ec2:{region}:{account}:instance/i-0123456789abcdef0"
    database = f"arn:aws:rds:{region}:{account}:db:orders"
    cluster = f"arn:aws:rds:{region}:{account}:cluster:orders"
    tagged, other, none = {"aws:ResourceTag/ScheduleName": "Office"}, {"aws:ResourceTag/Name": "api"}, {}
    acts = [
        ("ec2:StartInstances", server), ("ec2:StopInstances", server),
        ("rds:StartDBInstance", database), ("rds:StopDBInstance", database),
        ("rds:StartDBCluster", cluster), ("rds:StopDBCluster", cluster),
    ]  # fmt: skip
    own = {"aws:TagKeys": ["lamplighter:last-action"]}
    foreign = {"aws:TagKeys": ["lamplighter:last-action", "ScheduleName"]}
    tags = [("ec2:CreateTags", server), ("rds:AddTagsToResource", database), ("rds:AddTagsToResource", cluster)]
    cases = []
    for name, role in (("as it is", "SchedulerRole"), ("spoke", "SpokeRole")):
        for action, resource in acts:
            cases += [(name, role, action, resource, tagged, True), (name, role, action, resource, other, False)]
            cases += [(name, role, action, resource, none, False)]
        for action, resource in tags:
            cases += [(name, role, action, resource, {**tagged, **own}, True), (name, role, action, resource, own, False)]
            cases += [(name, role, action, resource, {**tagged, **foreign}, False)]
        cases += [(name, role, "ec2:TerminateInstances", server, tagged, False), (name, role, "ec2:CreateTags", server, tagged, False)]
        cases += [(name, role, "rds:DeleteDBInstance", database, tagged, False), (name, role, "ec2:DescribeInstances", "*", none, True)]
        cases += [(name, role, "rds:DescribeDBInstances", f"arn:aws:rds:us-east-2:{account}:db:*", none, True)]
    # Another tag key, and nothing written back.
    renamed = {"aws:ResourceTag/lamp:schedule": "Office"}
    cases += [("little", "SchedulerRole", "ec2:StopInstances", server, renamed, True)]
    cases += [("little", "SchedulerRole", "ec2:StopInstances", server, tagged, False)]
    cases += [("little", "SchedulerRole", "ec2:CreateTags", server, {**renamed, **own}, False)]
    for action, resource in acts + tags:
        cases += [("everything", "ChatRole", action, resource, {**tagged, **own}, False)]
    table = f"arn:aws:dynamodb:{region}:{account}:table/"
    link = f"arn:aws:secretsmanager:{region}:{account}:secret:lamplighter-LinkSecret-AbCdEf"
    for role in ("SchedulerRole", "ChatRole"):
        chat = role == "ChatRole"
        cases += [("as it is", role, "dynamodb:Scan", table + name, none, name != "ScheduleRun") for name in
                  ("Schedule", "ScheduleServerGroup", "ScheduleException", "ScheduleRun")]  # fmt: skip
        cases += [("as it is", role, "dynamodb:PutItem", table + "Schedule", none, False)]
        cases += [("as it is", role, "dynamodb:PutItem", table + "ScheduleException", none, chat)]
        cases += [("as it is", role, "dynamodb:DeleteItem", table + "ScheduleException", none, chat)]
        cases += [("as it is", role, "dynamodb:DeleteItem", table + "ScheduleRun", none, False)]
        cases += [("as it is", role, "secretsmanager:GetSecretValue", link, none, True)]
        # What the other function's settings refer to is not read.
        cases += [("everything", role, "ssm:GetParameter", PARAMETER, none, True), ("as it is", role, "ssm:GetParameter", PARAMETER, none, False)]
        cases += [("everything", role, "secretsmanager:GetSecretValue", SECRET, none, True)]
        cases += [("as it is", role, "secretsmanager:GetSecretValue", SECRET, none, False)]
    cases += [("existing tables", "SchedulerRole", "dynamodb:Scan", table + "Old", none, True)]
    cases += [("everything", "SchedulerRole", "sts:AssumeRole", "arn:aws:iam::210987654321:role/LamplighterSpoke", none, True)]
    cases += [("everything", "SchedulerRole", "sts:AssumeRole", "arn:aws:iam::210987654321:role/Admin", none, False)]
    cases += [("as it is", "SchedulerRole", "sts:AssumeRole", "arn:aws:iam::210987654321:role/LamplighterSpoke", none, False)]
    cases += [("everything", "SchedulerRole", "kms:CreateGrant", KEY, {"kms:GrantIsForAWSResource": "true"}, True)]
    cases += [("everything", "SchedulerRole", "kms:CreateGrant", KEY, {"kms:GrantIsForAWSResource": "false"}, False)]
    found = policies()

    def simulation(name, role, action, resource, context):
        documents = [{"name": key[2], "policy": document} for key, document in found.items() if key[:2] == (name, role)]
        assert documents, (name, role)
        return {
            "request": {
                "principal": f"arn:aws:iam::{account}:role/{role}",
                "action": action,
                "resource": {"resource": resource, "accountId": resource.split(":")[4] if ":" in resource else account},
                "contextVariables": context,
            },
            "identityPolicies": documents,
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }

    # Roles of other accounts and keys have policies of their own, which leave it to the caller's.
    def trusting(of):
        action = of["request"]["action"]
        if action in ("sts:AssumeRole", "kms:CreateGrant"):
            trust = {"Effect": "Allow", "Action": action, "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Resource": "*"}
            if action == "sts:AssumeRole":
                del trust["Resource"]
            of["resourcePolicy"] = {"Version": "2012-10-17", "Statement": [trust]}
        return of

    simulations = [trusting(simulation(*case[:5])) for case in cases] + trust_simulations()
    expected = [case[5] for case in cases] + [of for *_, of in TRUST]
    labels = [case[:5] for case in cases] + [("spoke", "trust", *of) for of in TRUST]
    modules = tools.node_modules("iam-simulate", tools.IAM_SIMULATE)
    command = ["node", str(pathlib.Path(__file__).with_name("simulate.mjs")), str(modules)]
    words = json.loads(tools.run(command, input=json.dumps(simulations)))
    wrong = [(label, word) for label, word, may in zip(labels, words, expected, strict=True) if (word == "Allowed") != may or "error" in word]
    assert not wrong, "\n".join(map(str, wrong))
    return f"{len(words)} requests, {sum(expected)} of them allowed"


# Who may take on the spoke's role: caller, external id, whether.
HUB = SPOKE_PARAMETERS["HubRoleArn"]
TRUST = [
    (HUB, "team-1", True),
    (HUB, "team-2", False),
    (HUB, None, False),
    (HUB.replace("SchedulerRole", "ChatRole"), "team-1", False),
    (HUB.replace(cfn.ACCOUNT, "999999999999"), "team-1", False),
]


def trust_simulations():
    role = cfn.Stack(cfn.load(SPOKE), **SPOKE_PARAMETERS).resources()["SpokeRole"]["Properties"]
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    return [
        {
            "request": {
                "principal": caller,
                "action": "sts:AssumeRole",
                "resource": {"resource": "arn:aws:iam::210987654321:role/LamplighterSpoke", "accountId": "210987654321"},
                "contextVariables": {"aws:PrincipalArn": caller, **({"sts:ExternalId": external_id} if external_id else {})},
            },
            "identityPolicies": [{"name": "all", "policy": {"Version": "2012-10-17", "Statement": [allow]}}],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
            "resourcePolicy": role["AssumeRolePolicyDocument"],
        }
        for caller, external_id, _ in TRUST
    ]


def parliament():
    """What parliament finds in the policies; a finding is mended, or stands here with its reason."""
    known = {
        # One statement reads a secret wherever it is, so one of its two actions meets no resource of its kind.
        # And AWS's own example allows `ListStreams` on the streams of one table.
        "RESOURCE_MISMATCH": {"ReadWebhook", "ReadJandi", "ReadSlack", "ReadMattermost", "ReadFurtherSecrets", "ReadStreams"},
    }
    program = """
import json, sys
from parliament import analyze_policy_string
found = []
for key, policy in json.load(sys.stdin):
    for finding in analyze_policy_string(json.dumps(policy)).findings:
        found.append([key, finding.issue, str(finding.detail), json.dumps(finding.location, default=str)])
print(json.dumps(found))
"""
    python = tools.venv("parliament", tools.PARLIAMENT) / "python"
    # Each statement by itself, so that a finding has a name.
    single = [
        [[*key, statement["Sid"]], {**document, "Statement": [statement]}]
        for key, document in policies().items()
        for statement in document["Statement"]
    ]
    lines = tools.run([python, "-W", "ignore", "-c", program], input=json.dumps(single)).splitlines()
    found = json.loads(lines[-1])
    wrong = [of for of in found if of[0][-1] not in known.get(of[1], set())]
    assert not wrong, "\n".join(map(str, wrong))
    return f"{len(single)} statements, {len(found)} findings with a reason"
