"""Holds the Terraform module against the template: each has to make what the other makes, of the same inputs, in every stack of stacks.py.

The module's resources are said in CloudFormation's words, and compared as wholes: what only one of the two says is a difference, too.
"""

import functools
import json
import pathlib
import re

import cfn
import hcl
from stacks import INFRA, MODULE, SPOKE, SPOKE_MODULE, SPOKE_PARAMETERS, STACKS, TEMPLATE

# The template's name of what the module makes; `{}` is the key of one of many.
NAMES = {
    "aws_lambda_function.scheduler": "Scheduler",
    "aws_lambda_function_event_invoke_config.scheduler": "Scheduler",
    "aws_cloudwatch_log_group.scheduler": "SchedulerLogs",
    "aws_iam_role.scheduler": "SchedulerRole",
    "aws_iam_role_policy.scheduler": "SchedulerRole",
    "aws_cloudwatch_event_rule.this": "Scheduler{}",
    "aws_cloudwatch_event_target.this": "Scheduler{}",
    "aws_lambda_permission.rule": "Scheduler{}",
    "aws_lambda_event_source_mapping.edited": "{}Edited",
    "aws_lambda_event_source_mapping.dispatched": "Dispatched",
    "aws_sqs_queue.dispatch": "DispatchQueue",
    "aws_sqs_queue_policy.dispatch": "DispatchPolicy",
    "aws_sqs_queue.dead_letters": "DeadLetters",
    "aws_sqs_queue_policy.dead_letters": "DeadLettersPolicy",
    "aws_dynamodb_table.this": "{}Table",
    "aws_lambda_function.chat": "Chat",
    "aws_cloudwatch_log_group.chat": "ChatLogs",
    "aws_iam_role.chat": "ChatRole",
    "aws_iam_role_policy.chat": "ChatRole",
    "aws_apigatewayv2_api.chat": "ChatApi",
    "aws_apigatewayv2_integration.chat": "ChatIntegration",
    "aws_apigatewayv2_route.chat": "ChatRoute",
    "aws_apigatewayv2_stage.chat": "ChatStage",
    "aws_lambda_permission.chat": "ChatPermission",
    "aws_cloudwatch_log_group.access": "AccessLogs",
    "aws_secretsmanager_secret.link": "LinkSecret",
    "aws_secretsmanager_secret_version.link": "LinkSecret",
    "ephemeral.aws_secretsmanager_random_password.link": "LinkSecret",
    "aws_sns_topic.alarms": "AlarmTopic",
    "aws_sns_topic_policy.alarms": "AlarmTopicPolicy",
    "aws_sns_topic_subscription.mail": "AlarmMail",
    "aws_cloudwatch_metric_alarm.this": "{}",
    "aws_cloudwatch_dashboard.this": "Board",
    "aws_iam_role.spoke": "SpokeRole",
    "aws_iam_role_policy.spoke": "SpokeRole",
}


def resolved(path):
    return str(pathlib.Path(path).resolve())


def one(value):
    return [value]


def named(dimensions):
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def key(kind):
    return lambda name: [{"AttributeName": name, "KeyType": kind}]


def attribute(of):
    return [{"AttributeName": of["name"], "AttributeType": of["type"]}]


def statements(document):
    """A policy of a role: what it allows counts, and not in which of the role's policies."""
    document = json.loads(document) if isinstance(document, str) else document
    assert document["Version"] == "2012-10-17", document
    sids = [of["Sid"] for of in document["Statement"]]
    assert len(set(sids)) == len(sids), sids
    return {of["Sid"]: of for of in document["Statement"]}


# What an argument of a resource is called in CloudFormation, and how its value looks there. None: there it is said otherwise or not at all.
WORDS = {
    "aws_lambda_function": {
        "function_name": "FunctionName", "description": "Description", "role": "Role", "runtime": "Runtime", "handler": "Handler",
        "architectures": "Architectures", "memory_size": "MemorySize", "timeout": "Timeout", "filename": ("CodeUri", resolved),
        # SAM uploads what has changed by itself; Terraform has to be told what has.
        "source_code_hash": ("CodeHash", resolved),
        "environment.variables": "Environment.Variables", "dead_letter_config.target_arn": "DeadLetterQueue.TargetArn",
        "logging_config.log_group": "LoggingConfig.LogGroup", "logging_config.log_format": None, "tracing_config.mode": "Tracing",
    },
    "aws_lambda_function_event_invoke_config": {
        "function_name": None, "maximum_event_age_in_seconds": "EventInvokeConfig.MaximumEventAgeInSeconds",
        "maximum_retry_attempts": "EventInvokeConfig.MaximumRetryAttempts",
    },
    "aws_lambda_event_source_mapping": {
        "function_name": "FunctionName", "event_source_arn": "EventSourceArn", "starting_position": "StartingPosition", "batch_size": "BatchSize",
        "maximum_batching_window_in_seconds": "MaximumBatchingWindowInSeconds", "maximum_retry_attempts": "MaximumRetryAttempts",
        "maximum_record_age_in_seconds": "MaximumRecordAgeInSeconds", "scaling_config.maximum_concurrency": "ScalingConfig.MaximumConcurrency",
        "destination_config.on_failure.destination_arn": "DestinationConfig.OnFailure.Destination",
        "function_response_types": "FunctionResponseTypes",
    },
    "aws_lambda_permission": {"action": "Action", "function_name": "FunctionName", "principal": "Principal", "source_arn": "SourceArn"},
    "aws_cloudwatch_event_rule": {"name": None, "description": None, "schedule_expression": "Schedule", "event_pattern": "Pattern"},
    "aws_cloudwatch_event_target": {
        "rule": None, "arn": "Target", "dead_letter_config.arn": "DeadLetterConfig.Arn",
        "retry_policy.maximum_event_age_in_seconds": "RetryPolicy.MaximumEventAgeInSeconds",
        "retry_policy.maximum_retry_attempts": "RetryPolicy.MaximumRetryAttempts",
    },
    "aws_cloudwatch_log_group": {"name": "LogGroupName", "retention_in_days": "RetentionInDays"},
    "aws_iam_role": {
        "name": "RoleName", "name_prefix": None, "description": "Description", "permissions_boundary": "PermissionsBoundary",
        "max_session_duration": "MaxSessionDuration", "assume_role_policy": "AssumeRolePolicyDocument",
    },
    "aws_iam_role_policy": {"name": None, "role": None, "policy": ("Statements", statements)},
    "aws_dynamodb_table": {
        "name": "TableName", "billing_mode": "BillingMode", "hash_key": ("KeySchema", key("HASH")), "range_key": ("KeySchema", key("RANGE")),
        "attribute": ("AttributeDefinitions", attribute), "ttl.attribute_name": "TimeToLiveSpecification.AttributeName",
        "ttl.enabled": "TimeToLiveSpecification.Enabled", "stream_enabled": None, "stream_view_type": "StreamSpecification.StreamViewType",
        "point_in_time_recovery.enabled": "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        "deletion_protection_enabled": "DeletionProtectionEnabled", "lifecycle.prevent_destroy": "Retained",
    },
    "aws_sqs_queue": {
        "name": None, "sqs_managed_sse_enabled": "SqsManagedSseEnabled", "message_retention_seconds": "MessageRetentionPeriod",
        "visibility_timeout_seconds": "VisibilityTimeout", "redrive_policy": "RedrivePolicy",
    },
    "aws_sqs_queue_policy": {"queue_url": ("Queues", one), "policy": "PolicyDocument"},
    "aws_apigatewayv2_api": {"name": "Name", "description": "Description", "protocol_type": "ProtocolType"},
    "aws_apigatewayv2_integration": {
        "api_id": "ApiId", "integration_type": "IntegrationType", "integration_uri": "IntegrationUri",
        "payload_format_version": "PayloadFormatVersion", "timeout_milliseconds": "TimeoutInMillis",
    },
    "aws_apigatewayv2_route": {"api_id": "ApiId", "route_key": "RouteKey", "target": "Target"},
    "aws_apigatewayv2_stage": {
        "api_id": "ApiId", "name": "StageName", "auto_deploy": "AutoDeploy", "access_log_settings.format": "AccessLogSettings.Format",
        "access_log_settings.destination_arn": ("AccessLogSettings.DestinationArn", lambda arn: arn + ":*"),
        "default_route_settings.throttling_rate_limit": "DefaultRouteSettings.ThrottlingRateLimit",
        "default_route_settings.throttling_burst_limit": "DefaultRouteSettings.ThrottlingBurstLimit",
    },
    "aws_secretsmanager_secret": {"name_prefix": None, "description": "Description", "recovery_window_in_days": None},
    # No `secret_string`, which the state would keep.
    "aws_secretsmanager_secret_version": {"secret_id": None, "secret_string_wo": None, "secret_string_wo_version": None},
    "aws_secretsmanager_random_password": {
        "password_length": "GenerateSecretString.PasswordLength", "exclude_punctuation": "GenerateSecretString.ExcludePunctuation",
    },
    "aws_sns_topic": {"name": None, "display_name": "DisplayName"},
    "aws_sns_topic_policy": {"arn": ("Topics", one), "policy": "PolicyDocument"},
    "aws_sns_topic_subscription": {"topic_arn": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"},
    "aws_cloudwatch_metric_alarm": {
        "alarm_name": "AlarmName", "alarm_description": "AlarmDescription", "namespace": "Namespace", "metric_name": "MetricName",
        "dimensions": ("Dimensions", named), "statistic": "Statistic", "period": "Period", "evaluation_periods": "EvaluationPeriods",
        "datapoints_to_alarm": "DatapointsToAlarm", "comparison_operator": "ComparisonOperator", "threshold": "Threshold",
        "treat_missing_data": "TreatMissingData", "alarm_actions": "AlarmActions", "ok_actions": "OKActions",
    },
    "aws_cloudwatch_dashboard": {"dashboard_name": "DashboardName", "dashboard_body": "DashboardBody"},
}  # fmt: skip


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def name_of(address, of):
    return NAMES[address].format(camel(of) if isinstance(of, str) else "")


def worked_out(stack, folder):
    """The module with the parameters of a stack; what AWS would say of a resource is what the stack's reader makes up for the template's."""

    def known(address, of, name):
        data = {"account_id": "AccountId", "partition": "Partition", "dns_suffix": "URLSuffix", "id": "Region"}
        if address.startswith("data."):
            return cfn.PSEUDO["AWS::" + data[name]]
        if address.startswith("ephemeral."):
            return "made anew each time"
        logical = name_of(address, of)
        if name in ("arn", "stream_arn"):
            # CloudFormation's ARN of a log group has the end that policies want, Terraform's has not.
            return stack.attribute(logical, camel(name)).removesuffix(":*")
        # Of a secret the id is its ARN.
        assert name in ("id", "url", "name"), f"the tests do not know `{name}` of {address}"
        return stack.reference(logical)

    return hcl.Module(folder, known, **{snake(name): given(stack, name) for name in stack.parameters})


def given(stack, name):
    """A parameter of a stack as the module takes it."""
    kind, value = stack.template["Parameters"][name]["Type"], stack.parameters[name]
    if kind == "CommaDelimitedList":
        return [part for part in value if part]
    return int(value) if kind == "Number" else value


def flat(of, path=""):
    """The arguments of a resource by their paths, one argument after the other."""
    for name, value in of.items():
        blocks = value if isinstance(value, list) and value and all(isinstance(part, dict) for part in value) else None
        if blocks and name != "attribute":
            (block,) = blocks
            yield from flat(block, f"{path}{name}.")
        elif name == "attribute":
            yield from ((path + name, block) for block in blocks)
        elif value not in (None, [], {}):
            yield path + name, value


def in_words_of_cloudformation(module):
    """The resources of a module as the template would say them, by its names."""
    found = {}
    for (address, of), arguments in module.resources().items():
        kind = address.removeprefix("ephemeral.").split(".")[0]
        into = found.setdefault(name_of(address, of), {})
        # A rule has a permission and a target beside it.
        into = into.setdefault("Permission", {}) if address == "aws_lambda_permission.rule" else into
        for path, value in flat(arguments):
            assert path in WORDS[kind], f"{address}: the template has no `{path}`, or WORDS in {__name__}.py lacks what it is called there"
            if WORDS[kind][path] is None:
                continue
            word, change = WORDS[kind][path] if isinstance(WORDS[kind][path], tuple) else (WORDS[kind][path], lambda value: value)
            put(into, word.split("."), change(value))
    return {name: plain(of) for name, of in found.items()}


def put(into, path, value):
    *outer, last = path
    for name in outer:
        into = into.setdefault(name, {})
    if last in into and isinstance(value, list):
        into[last] = into[last] + value
    elif last in into and isinstance(value, dict):
        assert not set(value) & set(into[last]), f"{last} twice: {sorted(set(value) & set(into[last]))}"
        into[last] = {**into[last], **value}
    else:
        into[last] = value


def of_the_template(stack):
    """The resources of a stack in the same form."""
    found = {}
    common = stack.value(stack.template.get("Globals", {}).get("Function", {}))
    for name, of in stack.resources().items():
        properties = of["Properties"]
        if of["Type"] == "AWS::Serverless::Function":
            variables = {**common["Environment"]["Variables"], **properties["Environment"]["Variables"]}
            properties = {**common, **properties, "Environment": {"Variables": variables}}
            properties["CodeUri"] = properties["CodeHash"] = resolved(INFRA / common["CodeUri"])
            assert properties.get("DeadLetterQueue", {}).pop("Type", "SQS") == "SQS"
            arn, function = stack.attribute(name, "Arn"), properties["FunctionName"]
            for event, rule in properties.pop("Events", {}).items():
                rule["Properties"].pop("Description", None)
                # As SAM makes them of it.
                permission = {"Action": "lambda:InvokeFunction", "FunctionName": function, "Principal": "events.amazonaws.com"}
                permission["SourceArn"] = stack.attribute(name + event, "Arn")
                found[name + event] = {**rule["Properties"], "Target": arn, "Permission": permission}
        if "Policies" in properties:
            documents = [statements(policy["PolicyDocument"]) for policy in properties.pop("Policies")]
            put(properties, ["Statements"], {})
            for document in documents:
                put(properties, ["Statements"], document)
        if of.get("DeletionPolicy", "").startswith("Retain"):
            properties["Retained"] = True
        found[name] = properties
    return {name: plain(of) for name, of in found.items()}


# Names that CloudFormation makes up, and the module does not leave to AWS.
MADE_UP = {f"{cfn.STACK}-dead-letters": f"{cfn.STACK}-DeadLetters"}


def plain(value, under=""):
    """A value in a form that is the same in both: JSON read, no kinds of scalars, actions and resources as sorted lists."""
    if isinstance(value, str) and value.startswith("{") and "$context" not in value:
        value = json.loads(value)
    if isinstance(value, dict):
        return {name: plain(of, name) for name, of in value.items()}
    if under in ("Action", "Resource"):
        return sorted(set([value] if isinstance(value, str) else value))
    if isinstance(value, list):
        return [plain(of) for of in value]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return MADE_UP.get(text, text)


def differences(path, template, module):
    """Where two values are not the same."""
    if isinstance(template, dict) and isinstance(module, dict):
        for name in sorted({*template, *module}):
            yield from differences(f"{path}.{name}", template.get(name, "nothing"), module.get(name, "nothing"))
    elif isinstance(template, list) and isinstance(module, list) and len(template) == len(module):
        for number, pair in enumerate(zip(template, module, strict=True)):
            yield from differences(f"{path}.{number}", *pair)
    elif template != module:
        yield f"{path}: the template says {json.dumps(template)}, the module {json.dumps(module)}"


def pairs():
    """The stacks that are looked at: what they are called, the stack, the module with the same parameters."""
    for name, parameters in STACKS.items():
        stack = cfn.Stack(cfn.load(TEMPLATE), **parameters)
        yield name, stack, worked_out(stack, MODULE)
    for name, more in {"spoke": {}, "little spoke": {"TagLastAction": "false", "VolumeKeyArns": "", "ScheduleTagKey": "lamp:schedule"}}.items():
        stack = cfn.Stack(cfn.load(SPOKE), **{**SPOKE_PARAMETERS, **more})
        yield name, stack, worked_out(stack, SPOKE_MODULE)


# -- Steps of tests/infra/check


def resources():
    """In each stack the module makes what the template makes, with the same settings, policies, patterns, keys, alarms."""
    wrong, count = [], 0
    for name, stack, module in pairs():
        found, expected = in_words_of_cloudformation(module), of_the_template(stack)
        wrong += differences(name, expected, found)
        count += len(expected)
    assert not wrong, "\n".join(wrong)
    return f"{count} resources in {len(STACKS) + 2} stacks"


def outputs():
    """The same outputs, with the same values."""
    wrong, count = [], 0
    for name, stack, module in pairs():
        declared = {snake(key): of for key, of in stack.template["Outputs"].items()}
        expected = {key: stack.value(of["Value"]) for key, of in declared.items() if "Condition" not in of or stack.holds(of["Condition"])}
        found = module.outputs()
        assert set(found) == set(declared), f"outputs of the one and not the other: {sorted(set(found) ^ set(declared))}"
        wrong += differences(name, expected, {key: value for key, value in found.items() if value is not None})
        count += len(expected)
    assert not wrong, "\n".join(wrong)
    return f"{count} outputs"


# Inputs that CloudFormation has otherwise: its stacks have names, SAM takes the zip from the template, and no parameter is a map.
ONLY_OF_THE_MODULE = {"name", "package", "channel_webhook_url_arns"}


def variables():
    """The parameters and the variables: names, kinds, defaults, and what is allowed."""
    count = 0
    for template, folder in ((TEMPLATE, MODULE), (SPOKE, SPOKE_MODULE)):
        parameters = cfn.load(template)["Parameters"]
        asked = {}
        module = hcl.Module(
            folder, None, {"contains": functools.partial(contains, asked), "regex": functools.partial(regex, asked)},
            **{snake(name): None for name in parameters},
        )  # fmt: skip
        own = ONLY_OF_THE_MODULE if template == TEMPLATE else set()
        difference = set(module.declared) ^ ({snake(name) for name in parameters} | own)
        assert not difference, f"inputs of the one and not the other: {sorted(difference)}"
        for name, of in parameters.items():
            variable(snake(name), of, module, asked)
            count += 1
    return f"{count} variables"


def contains(asked, of, value):
    asked["values"] = of
    return value in of


def regex(asked, pattern, text):
    asked["pattern"] = pattern
    return hcl.regex(pattern, text)


def variable(name, parameter, module, asked):
    declared = module.declared[name].attributes
    kinds = {"String": "string", "Number": "number", "CommaDelimitedList": "list(string)"}
    kind = "".join(declared["type"].scan_values(lambda _: True))
    assert kind == kinds[parameter["Type"]], f"{name} is a {kind}"
    assert hcl.word(declared["nullable"]) == "false" and declared["description"], name
    assert ("default" in declared) == ("Default" in parameter), f"{name}: only one of the two has a default"
    if "Default" in parameter:
        expected = [] if kind == "list(string)" else parameter["Default"]
        default = module.default(name)
        assert default == expected, f"{name} is by itself {default!r}, in the template {expected!r}"
    asked.clear()
    # Something that no list and no pattern allows; what is asked of it is seen.
    limited = {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter)
    refused = not module.allows(name, -1 if kind == "number" else [] if kind == "list(string)" else "\0")
    assert refused == bool(limited), f"{name}: only one of the two limits it"
    values, expected = asked.get("values"), parameter.get("AllowedValues")
    assert values == expected, f"{name} is one of {values}, in the template {expected}"
    pattern = parameter.get("AllowedPattern")
    # Terraform's expressions count to 1,000 only, so that it says a larger length apart.
    apart = re.search(r"\{(\d+),(\d{4,})\}\$$", pattern or "")
    expected = pattern[: apart.start()] + "+$" if apart else pattern
    assert asked.get("pattern") == expected, f"{name} is like {asked.get('pattern')}, in the template {expected}"
    low, high = (int(apart[1]), int(apart[2])) if apart else (parameter.get("MinValue"), parameter.get("MaxValue"))
    for value, may in (() if low is None else ((low - 1, False), (low, True), (high, True), (high + 1, False))):
        assert module.allows(name, "a" * value if apart else value) == may, f"{name} from {low} to {high}: {value}"
