"""Write down in Terraform's language what a plan changes, to be put into the code."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Expression:
    """Terraform as it is, such as a reference: no text in quotes."""

    text: str


def named(label: str) -> str:
    """A name for a resource, made of what people call the component."""
    made = re.sub(r"[^A-Za-z0-9_]+", "_", label).strip("_")
    return made if made[:1].isalpha() else f"it_{made}"


def resource(kind: str, name: str, arguments: Mapping[str, Any], *, comment: str = "") -> str:
    """A resource; mappings within are blocks where their key begins with ``block:``."""
    head = f"# {comment}\n" if comment else ""
    return f'{head}resource "{kind}" "{name}" {{\n{_body(arguments, 1)}}}\n'


def argument(kind: str, label: str, arguments: Mapping[str, Any]) -> str:
    """What goes into the resource that is there already."""
    return f'# in the {kind} of "{label}"\n{_body(arguments, 0)}'


def taken_out(where: str, several: Sequence[str], *, between: str = "# or\n") -> str:
    """What goes out of the code, as a patch: whichever of these forms it is declared in.

    ``between`` stands between two of them; where all of them go it is empty.
    Only the code knows what it calls a resource, and what else one block opens.
    """
    lines = ["".join(f"- {line}\n" for line in one.splitlines()) for one in several]
    told = between.join(lines)
    return f"# take out of the code {where}\n{told}"


def without(why: str) -> str:
    """What stands where there is no patch: why not, in one sentence."""
    return f"# {why}\n"


def block(name: str, arguments: Mapping[str, Any]) -> str:
    """A block, as it stands in a resource or alone."""
    return _body({f"block:{name}": arguments}, 0)


def encoded_policy(document: Mapping[str, Any]) -> Expression:
    """A policy as an argument that wants it as JSON."""
    return Expression(f"jsonencode({_value(document, 1)})")


def _body(arguments: Mapping[str, Any], depth: int) -> str:
    indent, written = "  " * depth, ""
    plain = [name for name in arguments if not name.startswith("block:")]
    width = max(map(len, plain), default=0)
    for name, value in arguments.items():
        if not name.startswith("block:"):
            written += f"{indent}{name:{width}} = {_value(value, depth)}\n"
            continue
        for one in value if isinstance(value, list) else [value]:
            body = _body(one, depth + 1)
            written += f"{indent}{name.removeprefix('block:')} {{\n{body}{indent}}}\n"
    return written


def _value(value: Any, depth: int) -> str:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, str):  # what looks like a template is none
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one, depth) for one in value)}]"
    if isinstance(value, Mapping):
        indent = "  " * (depth + 1)
        lines = "".join(
            f"{indent}{name if _BARE.fullmatch(name) else _value(name, depth)} = "
            f"{_value(one, depth + 1)}\n"
            for name, one in value.items()
        )
        return f"{{\n{lines}{'  ' * depth}}}"
    msg = f"Terraform has no form for {type(value).__name__}"
    raise TypeError(msg)
