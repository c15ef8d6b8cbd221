"""What may stand in a place of the configuration, in words a newcomer understands.

Everything is told from the JSON Schema of the models, so that the messages, the editor and the
documentation say the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.runtime.configuration.nodes import MappingNode, Node, ScalarNode
from ringwall.runtime.configuration.quantities import FORM
from ringwall.runtime.configuration.spelling import listed

Schema = Mapping[str, Any]

_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys and values",
    "null": "nothing",
}
_FORMATS: Final = {
    "date": "a date such as 2026-01-31",
    "date-time": "a time such as 2026-01-31T12:00:00Z",
    "ipv4": "an address such as 192.0.2.1",
    "ipv4network": "a network such as 192.0.2.0/24",
    "ipv6": "an address such as 2001:db8::1",
    "ipv6network": "a network such as 2001:db8::/32",
    "uri": "an address such as https://example.com/",
    "uuid": "a UUID",
}
_PLACEHOLDERS: Final = {"string": "...", "integer": "1", "number": "1.5", "boolean": "true"}


def resolved(schema: Schema, parts: Schema) -> Schema:
    """Follow references into ``parts`` (``$defs``) and drop the ``null`` of an optional value."""
    while True:
        if "$ref" in schema:
            named = parts[schema["$ref"].rpartition("/")[2]]
            schema = {**named, **{key: value for key, value in schema.items() if key != "$ref"}}
            continue
        choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
        if len(choices) == 1:
            outer = {key: value for key, value in schema.items() if key != "anyOf"}
            schema = {**choices[0], **outer}
            continue
        return schema


def alternatives(schema: Schema, parts: Schema) -> list[Schema]:
    """Return the schemas of which one must fit."""
    schema = resolved(schema, parts)
    members = schema.get("anyOf") or schema.get("oneOf")
    return [resolved(member, parts) for member in members] if members else [schema]


def kinds(schema: Schema, parts: Schema) -> set[str]:
    """Return the JSON types that fit; empty when any does."""
    found: set[str] = set()
    for member in alternatives(schema, parts):
        written = member.get("type")
        if isinstance(written, str):
            found.add(written)
        elif written:
            found.update(written)
        else:
            found.update(kind_of_value(value) for value in values(member))
    return found


def values(schema: Schema) -> tuple[Any, ...]:
    """Return the values of an enumeration; empty when there is none."""
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema.get("enum", ()))


def kind_of_value(value: object) -> str:
    """Return the JSON type of a scalar."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "string"


def kind_of(node: Node) -> str:
    """Return the JSON type of what was written."""
    if isinstance(node, ScalarNode):
        return kind_of_value(node.value)
    return "object" if isinstance(node, MappingNode) else "array"


def named(kind: str) -> str:
    """Return a JSON type in words."""
    return _KINDS[kind]


def is_optional(schema: Schema) -> bool:
    """Whether nothing (``null``) may stand here."""
    return any(choice.get("type") == "null" for choice in schema.get("anyOf", ()))


def tags(schema: Schema) -> tuple[str, Mapping[str, Schema]] | None:
    """Return the key that tells alternatives apart, and each by its value."""
    told = schema.get("discriminator")
    if not told:
        return None
    return told["propertyName"], {tag: {"$ref": ref} for tag, ref in told["mapping"].items()}


def describe(schema: Schema, parts: Schema) -> str:
    """Return what may stand here, as the end of the sentence "write ..."."""
    words = _describe(resolved(schema, parts), parts)
    return f"{words}, or null" if is_optional(schema) else words


def _describe(schema: Schema, parts: Schema) -> str:
    if FORM in schema:
        return str(schema[FORM])
    if chosen := values(schema):
        return listed(str(value) if isinstance(value, str) else f"{value}" for value in chosen)
    if told := tags(schema):
        return f"keys and values; {told[0]} is {listed(told[1])}"
    if "anyOf" in schema or "oneOf" in schema:
        return listed(dict.fromkeys(_describe(m, parts) for m in alternatives(schema, parts)))
    kind = schema.get("type")
    if kind == "object":
        known = listed(schema.get("properties", ()), last="and")
        return f"keys and values; the keys are {known}" if known else "keys and values"
    if kind == "array":
        least = schema.get("minItems", 0)
        inner = resolved(schema.get("items", {}), parts)
        wanted = f" with at least {least} item{'s'[: least > 1]}" if least else ""
        return f"a list{wanted}; each item is {_describe(inner, parts)}" if inner else "a list"
    if kind in {"integer", "number"}:
        return _KINDS[kind] + _bounds(schema)
    if kind == "string":
        return _text(schema)
    return _KINDS.get(kind or "", "a value")


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f", {least} or more"
    if most is not None:
        return f", at most {most}"
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    parts = [f" above {above}"] if above is not None else []
    return "".join([*parts, f" below {below}"] if below is not None else parts)


def _text(schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most is not None:
        words = f"text of {least} to {most} characters"
    else:
        words = f"text of at least {least} character{'s'[: least > 1]}" if least else "text"
    return f"{words} of the form {schema['pattern']}" if "pattern" in schema else words


def example(schema: Schema, parts: Schema) -> str:
    """Return a value that shows the form, in flow style: ``{source: local}``."""
    schema = resolved(schema, parts)
    if told := tags(schema):
        tag, member = next(iter(told[1].items()))
        return example({**resolved(member, parts), "required": [told[0]]}, parts).replace(
            f"{told[0]}: ...", f"{told[0]}: {tag}"
        )
    if "anyOf" in schema or "oneOf" in schema:
        return example(alternatives(schema, parts)[0], parts)
    if chosen := values(schema):
        return str(chosen[0])
    if schema.get("type") == "object":
        known = schema.get("properties", {})
        shown = schema.get("required") or list(known)[:1]
        inner = [f"{key}: {example(known.get(key, {}), parts)}" for key in shown]
        return "{" + ", ".join(inner) + "}" if inner else "{name: value}"
    if schema.get("type") == "array":
        return f"[{example(schema.get('items', {}), parts)}]"
    if schema.get("examples"):
        return str(schema["examples"][0])
    return _PLACEHOLDERS.get(schema.get("type", ""), "...")


def is_secret(schema: Schema, parts: Schema) -> bool:
    """Whether the value here, or anything below it, is a secret (``writeOnly``)."""
    return any(_secrets(schema, parts, set()))


def _secrets(schema: Schema, parts: Schema, seen: set[str]) -> Iterator[bool]:
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return
        seen.add(schema["$ref"])
    schema = resolved(schema, parts)
    yield bool(schema.get("writeOnly"))
    below = [*schema.get("properties", {}).values(), *schema.get("prefixItems", ())]
    below += [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    below += [schema[key] for key in ("items", "additionalProperties") if schema.get(key)]
    for inner in below:
        if isinstance(inner, Mapping):
            yield from _secrets(inner, parts, seen)
