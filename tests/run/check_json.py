#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# check_json.py SCHEMA FILE [EXPRESSION...] - every line of FILE is a JSON
# object that the schema allows; with `lines` the list of them each expression
# is true. Knows the keywords that the schema uses and refuses others.
import json
import re
import sys

TYPES = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float))
    and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}


def is_valid(schema, value, top):
    """None, or why not."""
    checks = {
        "$ref": lambda s: is_valid(resolve(s, top), value, top),
        "type": lambda s: has_type(s, value),
        "const": lambda s: None if same(value, s) else "is not %r" % s,
        "enum": lambda s: None if value in s else "is none of %r" % s,
        "minimum": lambda s: "is too small"
        if is_integer(value) and value < s else None,
        "pattern": lambda s: "does not match %s" % s
        if isinstance(value, str) and not re.search(s, value) else None,
        "minItems": lambda s: "is too short"
        if isinstance(value, list) and len(value) < s else None,
        "items": lambda s: first(
            is_valid(s, v, top) for v in value)
        if isinstance(value, list) else None,
        "required": lambda s: first(
            "lacks %s" % k for k in s if k not in value)
        if isinstance(value, dict) else None,
        "minProperties": lambda s: "has too few members"
        if isinstance(value, dict) and len(value) < s else None,
        "maxProperties": lambda s: "has too many members"
        if isinstance(value, dict) and len(value) > s else None,
        "propertyNames": lambda s: first(
            is_valid(s, k, top) for k in value)
        if isinstance(value, dict) else None,
        "properties": lambda s: first(
            within(k, is_valid(s[k], value[k], top))
            for k in s if k in value)
        if isinstance(value, dict) else None,
        "additionalProperties": lambda s: first(
            within(k, "is not expected" if s is False
                   else is_valid(s, v, top))
            for k, v in value.items()
            if k not in schema.get("properties", {}))
        if isinstance(value, dict) else None,
        "anyOf": lambda s: some(s, value, top, False),
        "oneOf": lambda s: some(s, value, top, True),
    }
    for keyword, parameter in schema.items():
        if keyword in ("$schema", "title", "definitions"):
            continue
        why = checks[keyword](parameter)
        if why:
            return why
    return None


def is_integer(value):
    return TYPES["integer"](value)


def same(a, b):
    return a == b and isinstance(a, type(b))


def has_type(names, value):
    names = [names] if isinstance(names, str) else names
    if any(TYPES[n](value) for n in names):
        return None
    return "is not %s but %r" % (names, value)


def first(whys):
    return next((w for w in whys if w), None)


def within(name, why):
    return why and "%s %s" % (name, why)


def some(schemas, value, top, only_one):
    whys = [is_valid(s, value, top) for s in schemas]
    n = sum(w is None for w in whys)
    if n == 1 or (n and not only_one):
        return None
    return "fits %d of the forms: %s" % (n, "; ".join(filter(None, whys)))


def resolve(ref, top):
    for part in ref.lstrip("#/").split("/"):
        top = top[part]
    return top


def members_once(pairs):
    names = [k for k, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member is there twice: %s" % names)
    return dict(pairs)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    with open(sys.argv[2], encoding="utf-8", newline="\n") as f:
        text = f.read()
    if not text.endswith("\n"):
        sys.exit("no line, or the last one has no end")
    lines = []
    for line in text[:-1].split("\n"):
        value = json.loads(line, object_pairs_hook=members_once)
        why = is_valid(schema, value, schema)
        if why:
            sys.exit("%s\n%s" % (why, line))
        lines.append(value)
    for expression in sys.argv[3:]:
        if not eval(expression, {"lines": lines}):
            sys.exit("not so: %s\n%s" % (expression, text))


main()
