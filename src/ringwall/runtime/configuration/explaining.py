"""From what pydantic found to what a person reads: a place, a sentence, what may stand there."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.runtime.configuration import describing, scalars
from ringwall.runtime.configuration.describing import Schema
from ringwall.runtime.configuration.following import Path, Spot, decided, follow
from ringwall.runtime.configuration.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ringwall.runtime.configuration.problems import Place, Problem
from ringwall.runtime.configuration.quantities import FORM
from ringwall.runtime.configuration.spelling import listed, nearest, shortened

_SPOKEN: Final = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false"}
_REFERENCE: Final = "a secret is never written in the file: write ${env:NAME} or ${file:/path}"


def explain(
    errors: Iterable[Mapping[str, Any]], *, schema: Schema, node: Node, home: Place, path: Path
) -> tuple[Problem, ...]:
    """Return one problem for each mistake in an item.

    ``errors`` are pydantic's (``ValidationError.errors()``); ``schema`` is the item's model,
    ``node`` what was written, ``home`` the place of its key, ``path`` its path in the document.
    """
    parts = schema.get("$defs", {})
    start = Spot(node=node, home=home, schema=schema, path=path, parts=parts)
    found = [(error, follow(start, tuple(error["loc"]))) for error in errors]
    problems = [problem for error, spot in decided(found) for problem in _explain(error, spot)]
    meant = {
        (*problem.path[:-1], problem.nearest)
        for problem in problems
        if problem.message.startswith("there is no key")
    }
    # A misspelt key is one mistake: that the right one is missing follows from it.
    kept = [
        problem
        for problem in problems
        if not (problem.message.endswith("is missing") and problem.path in meant)
    ]
    return tuple(dict.fromkeys(kept))


def _explain(error: Mapping[str, Any], spot: Spot) -> Iterable[Problem]:
    kind = error["type"]
    if kind == "extra_forbidden":
        yield _unknown_key(spot)
    elif spot.missing is not None:
        yield _missing(spot, spot.missing, spot.schema)
    elif isinstance(spot.node, MappingNode) and (told := _tags(kind, spot)):
        yield _wrong_tag(spot, spot.node, *told)
    elif spot.of_key:
        yield _wrong_key(spot)
    elif not _is_echo(kind, spot):
        yield _wrong_value(error, spot)


def _is_echo(kind: str, spot: Spot) -> bool:
    """Whether a list is called too short only because items of it were already refused."""
    least = describing.resolved(spot.schema, spot.parts).get("minItems", 0)
    return (
        kind == "too_short"
        and isinstance(spot.node, SequenceNode)
        and (len(spot.node.items) >= least)
    )


def _tags(kind: str, spot: Spot) -> tuple[str, Mapping[str, Schema]] | None:
    if kind not in {"union_tag_not_found", "union_tag_invalid"}:
        return None
    return describing.tags(describing.resolved(spot.schema, spot.parts))


def _unknown_key(spot: Spot) -> Problem:
    key = str(spot.path[-1])
    known = tuple(spot.holder.get("properties", ()))
    return Problem(
        path=spot.path,
        message=f'there is no key "{shortened(key)}" here',
        place=spot.home,
        value=shortened(key),
        allowed=listed(known) if known else None,
        nearest=nearest(key, known),
    )


def _missing(spot: Spot, key: str, schema: Schema) -> Problem:
    return Problem(
        path=spot.path,
        message=f'the key "{key}" is missing',
        place=spot.home,
        allowed=f"{key}: {describing.describe(schema, spot.parts)}",
    )


def _wrong_tag(spot: Spot, node: MappingNode, key: str, choices: Mapping[str, Schema]) -> Problem:
    entry = node.entries.get(key)
    path = (*spot.path, key)
    allowed = f"{key}: {listed(choices)}"
    if entry is None:
        message = f'the key "{key}" is missing: it says which kind of {spot.label} this is'
        return Problem(path=path, message=message, place=spot.home, allowed=allowed)
    text = entry.value.text if isinstance(entry.value, ScalarNode) else None
    return Problem(
        path=path,
        message=f'"{key}" cannot be {_quoted(entry.value)}',
        place=entry.value.place,
        value=None if text is None else shortened(text),
        allowed=listed(choices),
        nearest=nearest(text, choices) if text else None,
    )


def _wrong_key(spot: Spot) -> Problem:
    key = str(spot.path[-1])
    return Problem(
        path=spot.path,
        message=f'"{shortened(key)}" cannot be a key here',
        place=spot.home,
        value=shortened(key),
        allowed=describing.describe(spot.schema, spot.parts),
    )


def _wrong_value(error: Mapping[str, Any], spot: Spot) -> Problem:
    schema = describing.resolved(spot.schema, spot.parts)
    text = spot.node.text if isinstance(spot.node, ScalarNode) else None
    shown = None if text is None or spot.is_secret else shortened(text)
    choices = [str(value) for member in _members(spot) for value in describing.values(member)]
    near = nearest(text, choices) if text and choices and not spot.is_secret else None
    message, allowed = _sentence(error, spot, schema)
    if isinstance(spot.node, ScalarNode) and "boolean" in describing.kinds(schema, spot.parts):
        near = _SPOKEN.get(str(spot.node.value).lower(), near)
    return Problem(
        path=spot.path,
        message=message,
        place=spot.place,
        value=shown,
        allowed=allowed,
        nearest=near,
    )


def _members(spot: Spot) -> list[Schema]:
    return describing.alternatives(spot.schema, spot.parts)


def _sentence(error: Mapping[str, Any], spot: Spot, schema: Schema) -> tuple[str, str | None]:
    """Return what is wrong, and what may stand there instead."""
    allowed = describing.describe(spot.schema, spot.parts)
    cause = (error.get("ctx") or {}).get("error")
    wanted = describing.kinds(schema, spot.parts)
    written = describing.kind_of(spot.node)
    if schema.get("writeOnly"):
        return f"{spot.label}: {_REFERENCE}", "${env:NAME} or ${file:/path}"
    if isinstance(cause, Exception) and isinstance(spot.node, MappingNode):
        return str(cause), None
    fits = not wanted or written in wanted or (written == "integer" and "number" in wanted)
    if not fits:
        return _mismatch(spot, wanted, written), _shape(spot, schema, wanted) or allowed
    if spot.is_secret:
        return f"{spot.label} cannot be this value", allowed
    cannot = f"{spot.label} cannot be {_quoted(spot.node)}"
    if isinstance(cause, Exception):
        return f"{cannot}: {cause}", allowed
    return cannot, allowed


def _mismatch(spot: Spot, wanted: set[str], written: str) -> str:
    if written == "null":
        return f"{spot.label} has no value"
    takes = f"{spot.label} takes {listed(sorted(map(describing.named, wanted)))}"
    if not isinstance(spot.node, ScalarNode):
        return f"{takes}, not {describing.named(written)}"
    if spot.is_secret:
        return f"{takes}, not a single value"
    text = shortened(spot.node.text)
    if written != "string" and any(_fits(text, member) for member in _members(spot)):
        kind = scalars.kind_of(spot.node.value)
        return f'{takes}; {text} without quotes is {kind}: write "{text}"'
    if written == "string" and text and describing.kind_of_value(_unquoted(text)) in wanted:
        return f"{takes}; in quotes it is text: write {text}"
    if wanted & {"object", "array"}:
        return f"{takes}, not a single value"
    if FORM in describing.resolved(spot.schema, spot.parts):
        return f"{spot.label} cannot be {text}"
    return f"{takes}, not {_quoted(spot.node)}"


def _fits(text: str, schema: Schema) -> bool:
    """Whether the text would do if it were written in quotes."""
    if choices := describing.values(schema):
        return text in choices
    return schema.get("type") == "string" and bool(re.search(schema.get("pattern", ""), text))


def _unquoted(text: str) -> object:
    try:
        return scalars.resolve(text)
    except ValueError:
        return text


def _shape(spot: Spot, schema: Schema, wanted: set[str]) -> str | None:
    """Show the form of a mapping or list that was written as something else."""
    name = spot.path[-1] if spot.path and isinstance(spot.path[-1], str) else ""
    before = f"{name}: " if name else ""
    if not wanted & {"object", "array"}:
        return None
    told = describing.tags(schema)
    node = spot.node
    if told and isinstance(node, ScalarNode) and node.text in told[1]:
        return f"keys and values, such as {before}{{{told[0]}: {node.text}}}"
    if "array" in wanted and isinstance(node, ScalarNode) and node.text and not spot.is_secret:
        return f"a list, such as {before}[{shortened(node.text)}]"
    form = "keys and values" if "object" in wanted else "a list"
    return f"{form}, such as {before}{describing.example(schema, spot.parts)}"


def _quoted(node: Node) -> str:
    if not isinstance(node, ScalarNode):
        return "this list" if isinstance(node, SequenceNode) else "these keys and values"
    if node.value is None:
        return "empty"
    return f'"{shortened(node.text)}"' if isinstance(node.value, str) else shortened(node.text)
