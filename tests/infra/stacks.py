"""The templates and modules, and the parameters with which they are worked out."""

import re

import cfn
import tools

INFRA = tools.ROOT / "infra"
TEMPLATE, SPOKE = INFRA / "template.yaml", INFRA / "spoke.yaml"
MODULE, SPOKE_MODULE = INFRA / "terraform", INFRA / "terraform/modules/spoke"

SECRET = f"arn:aws:secretsmanager:{cfn.REGION}:{cfn.ACCOUNT}:secret:lamplighter-AbCdEf"
PARAMETER = f"arn:aws:ssm:{cfn.REGION}:{cfn.ACCOUNT}:parameter/lamplighter/slack"
KEY = f"arn:aws:kms:{cfn.REGION}:{cfn.ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
STREAM = f"arn:aws:dynamodb:{cfn.REGION}:{cfn.ACCOUNT}:table/Old/stream/2026-11-28T00:00:00.000"
SPOKES = "arn:aws:iam::*:role/LamplighterSpoke"

STACKS = {
    "as it is": {},
    "everything": {
        "Tracing": "on",
        "DeletionProtection": "true",
        "Dispatch": "on",
        "Accounts": "own,arn:aws:iam::210987654321:role/LamplighterSpoke",
        "AssumableRoleArns": SPOKES,
        "ExternalId": "team-1",
        "VolumeKeyArns": KEY,
        "WebhookUrlArn": SECRET + ":webhook",
        "OutgoingWebhookTokenArn": SECRET,
        "SlackSigningSecretArn": PARAMETER,
        "MattermostTokenArn": SECRET + ":mattermost",
        "DiscordPublicKey": "0" * 64,
        "DiscordServers": "1",
        "FurtherSecretArns": f"{SECRET},{PARAMETER}",
        "SecretKeyArns": KEY,
        "AlarmEmail": "team@example.org",
        "PermissionsBoundary": f"arn:aws:iam::{cfn.ACCOUNT}:policy/boundary",
    },
    "existing tables": {"Tables": "runs", "ScheduleTableName": "Old"},
    "existing tables with a stream": {"Tables": "none", "ScheduleTableName": "Old", "ScheduleStreamArn": STREAM},
    "little": {
        "AnswerFromChat": "no",
        "Dashboard": "no",
        "TagLastAction": "false",
        "AlarmTopicArn": f"arn:aws:sns:{cfn.REGION}:{cfn.ACCOUNT}:alarms",
        "ScheduleTagKey": "lamp:schedule",
    },
}
SPOKE_PARAMETERS = {"HubRoleArn": f"arn:aws:iam::{cfn.ACCOUNT}:role/lamplighter-SchedulerRole", "ExternalId": "team-1", "VolumeKeyArns": KEY}


def stack(name):
    return cfn.Stack(cfn.load(TEMPLATE), **STACKS[name])


def source(*places):
    files = [file for place in places for file in sorted((tools.ROOT / "src").glob(place))]
    assert files, f"there is no {places}"
    return "\n".join(file.read_text().split("#[cfg(test)]\nmod tests {")[0] for file in files)


def same(what, found, expected):
    missing, more = sorted(expected - found), sorted(found - expected)
    assert not missing and not more, f"{what}: missing {missing}, too many {more}"
