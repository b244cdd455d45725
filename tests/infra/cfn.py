"""Reads a CloudFormation template, and works out what a stack of it with given parameters holds: conditions and intrinsic functions.

Knows as much of CloudFormation as the templates here use, and refuses the rest. References to resources come out as made-up ARNs and
names of the right shape.
"""

import json
import re

import yaml

ACCOUNT, REGION, STACK = "123456789012", "eu-west-1", "lamplighter"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": STACK,
}
GONE = object()


class Loader(yaml.SafeLoader):
    """YAML with the short forms `!Ref`, `!Sub`, …."""


def _short(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _short)


def load(path):
    return yaml.load(path.read_text(), Loader)


class Stack:
    """A template with its parameters."""

    def __init__(self, template, **parameters):
        self.template = template
        unknown = set(parameters) - set(template["Parameters"])
        assert not unknown, f"the template has no parameters {sorted(unknown)}"
        self.parameters = {}
        for name, declared in template["Parameters"].items():
            value = str(parameters.get(name, declared.get("Default", "")))
            allowed, pattern = declared.get("AllowedValues"), declared.get("AllowedPattern")
            assert allowed is None or value in map(str, allowed), f"{name} = {value!r}: allowed are {allowed}"
            assert pattern is None or re.fullmatch(pattern, value), f"{name} = {value!r}: allowed is {pattern}"
            self.parameters[name] = value.split(",") if declared["Type"] == "CommaDelimitedList" else value

    def holds(self, condition):
        """Whether a condition of the template holds, by its name or as an expression."""
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        ((function, of),) = condition.items()
        if function == "Condition":
            return self.holds(of)
        if function == "Fn::Equals":
            left, right = map(self.value, of)
            return left == right
        if function == "Fn::Not":
            return not self.holds(of[0])
        return {"Fn::And": all, "Fn::Or": any}[function](map(self.holds, of))

    def resources(self):
        """What the stack makes, worked out."""
        kept = {name: of for name, of in self.template["Resources"].items() if "Condition" not in of or self.holds(of["Condition"])}
        return {name: {**of, "Properties": self.value(of.get("Properties", {}))} for name, of in kept.items()}

    def value(self, of):
        """A value without functions; `GONE` for `AWS::NoValue`."""
        if isinstance(of, list):
            return [value for value in map(self.value, of) if value is not GONE]
        if not isinstance(of, dict):
            return of
        if len(of) == 1:
            ((name, arguments),) = of.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, arguments)
        values = {name: self.value(value) for name, value in of.items()}
        return {name: value for name, value in values.items() if value is not GONE}

    def _function(self, name, of):
        if name == "Ref":
            return self.reference(of)
        if name == "Fn::GetAtt":
            return self.attribute(*of)
        if name == "Fn::If":
            return self.value(of[1 if self.holds(of[0]) else 2])
        if name == "Fn::Select":
            return self.value(of[1])[int(of[0])]
        if name == "Fn::Split":
            return self.value(of[1]).split(of[0])
        if name == "Fn::Join":
            return of[0].join(self.value(of[1]))
        if name == "Fn::Sub":
            text, own = (of, {}) if isinstance(of, str) else (of[0], self.value(of[1]))
            return re.sub(r"\$\{([^!}]+)\}", lambda found: str(own[found[1]] if found[1] in own else self._named(found[1])), text)
        raise AssertionError(f"the tests do not know {name}")

    def _named(self, name):
        return self.attribute(*name.split(".", 1)) if "." in name else self.reference(name)

    def reference(self, name):
        if name == "AWS::NoValue":
            return GONE
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        of = self._made(name)
        kind = of["Type"].rsplit("::", 1)[-1]
        if kind == "Table":
            return self.value(of["Properties"]["TableName"])
        if kind == "LogGroup":
            return self.value(of["Properties"]["LogGroupName"])
        if kind == "Function":
            return self.value(of["Properties"]["FunctionName"])
        if kind in ("Topic", "Secret"):
            return self.attribute(name, "Arn")
        return f"{STACK}-{name}"

    def attribute(self, name, attribute):
        # Of the rules that SAM makes of the events of a function, there is no resource in the template.
        kind = self._made(name)["Type"].rsplit("::", 1)[-1] if name in self.template["Resources"] else "Rule"
        if attribute in ("QueueName",):
            return f"{STACK}-{name}"
        place = f"{REGION}:{ACCOUNT}"
        table = self.reference(name) if kind == "Table" else ""
        arns = {
            "Table": f"arn:aws:dynamodb:{place}:table/{table}" + ("/stream/2026" if attribute == "StreamArn" else ""),
            "Queue": f"arn:aws:sqs:{place}:{STACK}-{name}",
            "Topic": f"arn:aws:sns:{place}:{STACK}-{name}",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/{STACK}-{name}",
            "Secret": f"arn:aws:secretsmanager:{place}:secret:{STACK}-{name}-AbCdEf",
            "Function": f"arn:aws:lambda:{place}:function:{STACK}-{name}",
            "Rule": f"arn:aws:events:{place}:rule/{STACK}-{name}",
        }
        if kind == "LogGroup":
            return f"arn:aws:logs:{place}:log-group:{self.reference(name)}:*"
        return arns[kind]

    def _made(self, name):
        of = self.template["Resources"][name]
        assert "Condition" not in of or self.holds(of["Condition"]), f"`{name}` is referred to, and the stack does not make it"
        return of

    def policies(self, role):
        """The inline policies of a role by name, each as an object."""
        policies = self.resources()[role]["Properties"]["Policies"]
        documents = {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies}
        return {name: json.loads(of) if isinstance(of, str) else of for name, of in documents.items()}
