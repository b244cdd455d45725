"""Reads a Terraform module, and works out what it makes with given variables: counts, loops, references and functions.

Knows as much of HCL as the module here uses, and refuses the rest; so it needs neither Terraform nor a provider. What only AWS can say of a
resource (its ARN), whoever asks has to make up.
"""

import json
import re

import hcl2
import lark

OPERATORS = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
}


class NoMatch(Exception):
    """What Terraform's `can` asks after."""


def regex(pattern, text):
    # Terraform's expressions count to 1,000 only.
    assert all(int(number) <= 1_000 for number in re.findall(r"[{,](\d+)\}", pattern)), f"Terraform refuses {pattern}"
    found = re.search(pattern, text)
    if found is None:
        raise NoMatch(pattern)
    return found[0]


FUNCTIONS = {
    "alltrue": all,
    "compact": lambda of: [value for value in of if value],
    "concat": lambda *of: [value for part in of for value in part],
    "contains": lambda of, value: value in of,
    "distinct": lambda of: list(dict.fromkeys(of)),
    # Of which file it is says more than the sum.
    "filebase64sha256": lambda path: path,
    "join": lambda between, of: between.join(of),
    "jsonencode": json.dumps,
    "length": len,
    "merge": lambda *of: {name: value for part in of for name, value in part.items()},
    "regex": regex,
    "replace": lambda text, old, new: text.replace(old, new),
    "split": lambda between, text: text.split(between),
    "values": lambda of: [of[name] for name in sorted(of)],
}


def parts(tree, *kinds):
    """The branches of a tree that mean something, or those of some kinds."""
    found = [of for of in tree.children if isinstance(of, lark.Tree) and of.data != "new_line_or_comment"]
    return [of for of in found if of.data in kinds] if kinds else found


def word(tree):
    """The text of a name, a keyword or a string without holes."""
    return "".join(token for token in tree.scan_values(lambda token: token.type != "DBLQUOTE"))


class Block:
    """A block: its labels, its attributes and the blocks in it, none of it worked out."""

    def __init__(self, tree, lines):
        *head, body = parts(tree)
        self.kind, *self.labels = map(word, head)
        self.fill(body, lines)

    def fill(self, body, lines):
        self.attributes = {word(name): value for name, value in map(parts, parts(body, "attribute"))}
        self.blocks = [Block(of, lines) for of in parts(body, "block")]
        self.lines = lines
        return self

    def only(self, kind):
        return [of for of in self.blocks if of.kind == kind]


def read(folder):
    """The blocks of all files of a module."""
    files = sorted(folder.glob("*.tf"))
    assert files, f"there is no module in {folder}"
    found = []
    for file in files:
        text = file.read_text()
        (body,) = parts(hcl2.parses_to_tree(text))
        found += Block.__new__(Block).fill(body, text.splitlines()).blocks
    return found


class Module:
    """A module with its variables. `known(address, key, attribute)` makes up what the configuration does not say."""

    def __init__(self, folder, known, functions=None, **variables):
        self.folder, self.known, self.functions = folder, known, {**FUNCTIONS, **(functions or {})}
        self.blocks = read(folder)
        self.declared = {of.labels[0]: of for of in self.blocks if of.kind == "variable"}
        self.locals = {name: tree for of in self.blocks if of.kind == "locals" for name, tree in of.attributes.items()}
        self.made = {".".join(of.labels): of for of in self.blocks if of.kind == "resource"}
        self.made |= {".".join([of.kind, *of.labels]): of for of in self.blocks if of.kind == "ephemeral"}
        self.worked_out, self.modules = {}, {}
        unknown = set(variables) - set(self.declared)
        assert not unknown, f"{folder} has no variables {sorted(unknown)}"
        self.variables = {name: variables[name] if name in variables else self.default(name) for name in self.declared}

    def default(self, name):
        tree = self.declared[name].attributes.get("default")
        assert tree is not None, f"`{name}` has to be given"
        return self.value(tree, {})

    def allows(self, name, value):
        """Whether the validations of a variable let a value through."""
        self.variables[name] = value
        return all(self.value(of.attributes["condition"], {}) for of in self.declared[name].only("validation"))

    def outputs(self):
        return {of.labels[0]: self.value(of.attributes["value"], {}) for of in self.blocks if of.kind == "output"}

    # -- Resources

    def resources(self):
        """What is made, worked out: attributes by address and key; a nested block is a list of objects."""
        return {(address, key): self.body(of, scope) for address, of in self.made.items() for key, scope in self.keys(of)}

    def keys(self, of):
        if "count" in of.attributes:
            return [(number, {}) for number in range(self.value(of.attributes["count"], {}))]
        if "for_each" in of.attributes:
            each = self.value(of.attributes["for_each"], {})
            return [(key, {"each": {"key": key, "value": value}}) for key, value in each.items()]
        return [(None, {})]

    def body(self, of, scope):
        own = {"count", "for_each", "depends_on"}
        found = {name: self.value(tree, scope) for name, tree in of.attributes.items() if name not in own}
        for block in of.blocks:
            if block.kind != "dynamic":
                found.setdefault(block.kind, []).append(self.body(block, scope))
                continue
            (name,), (content,) = block.labels, block.only("content")
            values = self.value(block.attributes["for_each"], scope)
            found.setdefault(name, []).extend(self.body(content, {**scope, name: {"value": value}}) for value in values)
        return found

    def attribute(self, address, key, name):
        """An attribute of a resource that is made, by its configuration or else made up."""
        of = self.made[address]
        scopes = dict(self.keys(of))
        assert key in scopes, f"{address}[{key}] is referred to and not made"
        return self.value(of.attributes[name], scopes[key]) if name in of.attributes else self.known(address, key, name)

    # -- Expressions

    def value(self, tree, scope):
        if tree.data == "expr_term":
            (of,) = parts(tree)
            return self.value(of, scope)
        method = getattr(self, "_" + tree.data, None)
        assert method, f"the tests do not know HCL's {tree.data}: {tree}"
        return method(tree, scope)

    def _int_lit(self, tree, _):
        return int(word(tree))

    def _literal_value(self, tree, _):
        return {"true": True, "false": False, "null": None}[word(tree)]

    def _string(self, tree, scope):
        return "".join(self._part(part.children[0], scope) for part in parts(tree))

    def _part(self, part, scope):
        if isinstance(part, lark.Token):
            return re.sub(r'\\(["\\n])', lambda found: "\n" if found[1] == "n" else found[1], part)
        assert part.data == "interpolation", part.data
        value = self.value(parts(part)[0], scope)
        assert isinstance(value, (str, int)), f"{value!r} in a text"
        return str(value)

    def _tuple(self, tree, scope):
        return [self.value(of, scope) for of in parts(tree)]

    def _object(self, tree, scope):
        found = {}
        for element in parts(tree, "object_elem"):
            key, value = parts(element)
            (key,) = parts(key)
            names = key.data == "expr_term" and parts(key)[0].data == "identifier"
            found[word(key) if names else self.value(key, scope)] = self.value(value, scope)
        return found

    def _conditional(self, tree, scope):
        condition, yes, no = parts(tree)
        return self.value(yes if self.value(condition, scope) else no, scope)

    def _binary_op(self, tree, scope):
        left, term = parts(tree)
        operator, right = parts(term)
        left, operator = self.value(left, scope), OPERATORS[word(operator)]
        # Half of it is enough for `||` and `&&`, as for Terraform where the other half has no meaning.
        return operator(left, self.value(right, scope))

    def _unary_op(self, tree, scope):
        assert tree.children[0] == "!", "the tests know no other sign"
        return not self.value(parts(tree)[0], scope)

    def _function_call(self, tree, scope):
        name, *arguments = parts(tree)
        arguments = parts(arguments[0]) if arguments else []
        if word(name) == "can":
            try:
                self.value(arguments[0], scope)
            except NoMatch:
                return False
            return True
        assert word(name) in self.functions, f"the tests do not know the function {word(name)}"
        return self.functions[word(name)](*[self.value(of, scope) for of in arguments])

    def _loop(self, tree, scope):
        """The scopes of the rounds of a `for`, and what is worked out in each."""
        intro, *rest = parts(tree)
        *names, over = parts(intro)
        names, over = [word(name) for name in names], self.value(over, scope)
        pairs = over.items() if isinstance(over, dict) else enumerate(over)
        conditions = [of for of in rest if of.data == "for_cond"]
        for key, value in pairs:
            inner = {**scope, **dict(zip(names, (key, value) if len(names) == 2 else (value,), strict=True))}
            if all(self.value(parts(of)[0], inner) for of in conditions):
                yield inner, [of for of in rest if of.data != "for_cond"]

    def _for_tuple_expr(self, tree, scope):
        return [self.value(of, inner) for inner, (of,) in self._loop(tree, scope)]

    def _for_object_expr(self, tree, scope):
        return {self.value(key, inner): self.value(value, inner) for inner, (key, value) in self._loop(tree, scope)}

    # -- References

    def _identifier(self, tree, scope):
        name = word(tree)
        return scope[name] if name in scope else Reference(self, (name,))

    def _get_attr_expr_term(self, tree, scope):
        of, name = parts(tree)
        of, name = self.value(of, scope), word(parts(name)[0])
        return of.step(name) if isinstance(of, Reference) else of[name]

    def _index_expr_term(self, tree, scope):
        of, index = parts(tree)
        of, index = self.value(of, scope), self.value(parts(index)[0], scope)
        return of.at(index) if isinstance(of, Reference) else of[index]


class Reference:
    """The beginning of a reference, such as `aws_sqs_queue.dead_letters` before `.arn`."""

    def __init__(self, module, path, key=None):
        self.module, self.path, self.key = module, path, key

    def at(self, index):
        return Reference(self.module, self.path, index)

    def step(self, name):
        module, path = self.module, (*self.path, name)
        if path[0] == "var":
            assert name in module.variables, f"there is no variable `{name}`"
            return module.variables[name]
        if path[0] == "local":
            if name not in module.worked_out:
                module.worked_out[name] = module.value(module.locals[name], {})
            return module.worked_out[name]
        if path == ("path", "module"):
            return str(module.folder)
        if path[0] == "module" and len(path) == 3:
            return self.child(path[1]).outputs()[name]
        if path[0] in ("data", "ephemeral") and len(path) == 4:
            return module.known(".".join(path[:3]), self.key, name)
        if path[0] not in ("data", "ephemeral", "module") and len(path) == 3:
            return module.attribute(".".join(path[:2]), self.key, name)
        return Reference(module, path, self.key)

    def child(self, name):
        module = self.module
        if name not in module.modules:
            (block,) = [of for of in module.blocks if of.kind == "module" and of.labels == [name]]
            given = module.body(block, {})
            folder = (module.folder / given.pop("source")).resolve()
            module.modules[name] = Module(folder, module.known, module.functions, **given)
        return module.modules[name]
