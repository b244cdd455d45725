"""Holds the tables of the module's README against its variables and outputs; writes them anew with LAMPLIGHTER_WRITE=1."""

import json
import os
import re

import hcl
from stacks import MODULE, SPOKE_MODULE

README = MODULE / "README.md"


def text(block, name, none):
    tree = block.attributes.get(name)
    if tree is None:
        return none
    value = hcl.parts(tree)[0]
    return hcl.word(value).replace('\\"', '"') if value.data == "string" else "".join(tree.scan_values(lambda token: token.type != "NL_OR_COMMENT"))


def rows(blocks, kind):
    for of in [of for of in blocks if of.kind == kind]:
        description = text(of, "description", "").replace("|", "\\|").replace("<", "&lt;")
        if kind == "output":
            yield f"| `{of.labels[0]}` | {description} |"
            continue
        default = text(of, "default", None)
        is_text = text(of, "type", None) == "string" and default not in (None, "null")
        shown = "required" if default is None else f"`{json.dumps(default) if is_text else default}`"
        yield f"| `{of.labels[0]}` | {description} | `{text(of, 'type', None)}` | {shown} |"


def tables():
    """The tables by their names in the README."""
    heads = {"variable": "| input | what | type | default |\n| --- | --- | --- | --- |", "output": "| output | what |\n| --- | --- |"}
    found = {}
    for place, folder in (("module", MODULE), ("spoke", SPOKE_MODULE)):
        blocks = hcl.read(folder)
        for kind, head in heads.items():
            found[f"{kind}s of the {place}"] = "\n".join([head, *rows(blocks, kind)])
    return found


def readme():
    """README.md of the module tells its variables and outputs as they are."""
    said = README.read_text()
    written = said
    for name, table in tables().items():
        mark = re.compile(rf"(<!-- {name} -->\n\n).*?(\n\n<!-- end -->)", re.S)
        assert mark.search(said), f"there is no `<!-- {name} -->` in {README.name}"
        written = mark.sub(lambda found, table=table: found[1] + table + found[2], written)
    if os.environ.get("LAMPLIGHTER_WRITE"):
        README.write_text(written)
    else:
        assert written == said, "infra/terraform/README.md is behind: LAMPLIGHTER_WRITE=1 tests/infra/check readme"
    return f"{written.count('| `')} rows"
