"""Holds the module against Terraform itself and its provider of AWS, and with it what hcl.py makes of the module; left out without the two."""

import json
import pathlib
import re
import shutil
import tempfile

import against_module
import cfn
import hcl
import terraform
import tools
from stacks import MODULE, STACKS, TEMPLATE


def formatted():
    """`terraform fmt` would change nothing."""
    if shutil.which("terraform") is None:
        return "left out: no terraform"
    terraform.run(MODULE, "fmt", "-check", "-recursive", "-diff", "-no-color")
    return f"{len(list(MODULE.rglob('*.tf')))} files"


def provider():
    """The provider takes the module, and each example."""
    if terraform.missing():
        return f"left out: {terraform.missing()}"
    with tempfile.TemporaryDirectory(prefix="lamplighter-") as folder:
        copied = terraform.copy(pathlib.Path(folder) / "terraform")
        places = [copied, copied / "modules/spoke", *sorted((copied / "examples").iterdir())]
        for place in places:
            terraform.init(place)
            terraform.run(place, "validate", "-no-color")
    return f"{len(places)} configurations"


def plans():
    """The module's own tests pass, and in each stack Terraform plans what hcl.py works out. An AWS on loopback stands by."""
    if terraform.missing():
        return f"left out: {terraform.missing()}"
    count = 0
    with tempfile.TemporaryDirectory(prefix="lamplighter-") as folder, tools.ministack(folder) as endpoint:
        copied = terraform.copy(pathlib.Path(folder) / "terraform")
        terraform.init(copied)
        said = terraform.run(copied, "test", "-no-color", endpoint=endpoint)
        passed = re.search(r"Success! (\d+) passed, 0 failed", said)
        assert passed and int(passed[1]) > 0, said
        for name, parameters in STACKS.items():
            stack = cfn.Stack(cfn.load(TEMPLATE), **parameters)
            given = {against_module.snake(key): against_module.given(stack, key) for key in stack.parameters}
            # Any file does, where nothing is uploaded.
            given["package"] = str(copied / "versions.tf")
            (copied / "terraform.tfvars.json").write_text(json.dumps(given))
            terraform.run(copied, "plan", "-input=false", "-no-color", "-out=plan", endpoint=endpoint)
            planned = json.loads(terraform.run(copied, "show", "-json", "plan"))["planned_values"]["root_module"]["resources"]
            planned = {(of["address"].split("[")[0], of.get("index")): of.get("values", {}) for of in planned if of["mode"] == "managed"}
            count += agrees(name, planned, copied, given)
    return f"{passed[1]} tests, {count} arguments in {len(STACKS)} plans"


def agrees(name, planned, folder, given):
    """What Terraform knows before it applies a plan is what hcl.py has worked out; how many arguments those are."""
    data = {"account_id": tools.ACCOUNT, "partition": "aws", "dns_suffix": "amazonaws.com", "id": tools.REGION}
    known = lambda address, key, attribute: data[attribute] if address.startswith("data.") else "known after apply"  # noqa: E731
    found = hcl.Module(folder, known, **given).resources()
    found = {place: of for place, of in found.items() if not place[0].startswith("ephemeral.")}
    difference = sorted(map(str, set(found) ^ set(planned)))
    assert not difference, f"{name}: only Terraform or only hcl.py makes {difference}"
    count, wrong = 0, []
    for place, arguments in found.items():
        for argument, value in arguments.items():
            expected = planned[place].get(argument)
            # Terraform leaves out what it does not know yet, and hcl.py sums no file up.
            if argument in ("lifecycle", "source_code_hash") or expected in (None, [], {}) or "known after apply" in json.dumps(value):
                continue
            count += 1
            if by_key(expected) != by_key(value):
                wrong.append(f"{name}: {place}.{argument}: Terraform plans {expected}, hcl.py says {value}")
    assert not wrong, "\n".join(wrong)
    return count


def by_key(value):
    """A value that is the same however it is written: JSON read, numbers as text, sets of blocks in one order, what is off or empty left out."""
    value = against_module.plain(value)
    if isinstance(value, dict):
        return {name: by_key(of) for name, of in value.items() if of not in ("None", "", "false", [], {})}
    if isinstance(value, list):
        return sorted((by_key(of) for of in value), key=lambda of: json.dumps(of, sort_keys=True))
    return value
