"""A plan as ``terraform show -json`` writes it: everything is said, and what is not known, too.

By developer.hashicorp.com/terraform/internals/json-format.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

_ELSE: Final = "var|local|module|each|data|count|self|path"
_RESOURCE: Final = re.compile(rf"((?!(?:{_ELSE})\.)[\w-]+\.[\w-]+)(\[.*\])?")
_KEY: Final = r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]'
_MODULES: Final = re.compile(rf"(?:module\.[\w-]+(?:{_KEY})?\.)+")
"""The modules that an address lies in, each with which of them it is."""
_INDEX: Final = re.compile(rf"{_KEY}$")
_OWN: Final = frozenset({"each.key", "count.index"})


@dataclass(frozen=True, slots=True)
class _Target:
    """Which resource of its own module an argument refers to.

    ``is_own`` is whether by the index of who refers.
    """

    address: str
    is_own: bool

    def among(self, addresses: set[str], referring: str) -> str | None:
        """The one that it is of all that there are; ``None`` where it may be another."""
        modules = _MODULES.match(referring)
        inner = f"{modules[0] if modules else ''}{self.address}"
        if inner in addresses:
            return inner
        index = _INDEX.search(referring)
        own = f"{inner}{index[0] if index else ''}"
        return own if self.is_own and own in addresses else None


def instances(text: str, path: str) -> list[Instance] | None:
    """The resources of a plan or a state; ``None`` where the file is neither."""
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise CodeError(path, error.lineno, f"it is no JSON: {error.msg}") from error
    except RecursionError as error:
        raise CodeError(path, 1, "it is nested too deeply") from error
    except ValueError as error:  # such as numbers of thousands of digits
        raise CodeError(path, 1, f"it cannot be read: {error}") from error
    if not isinstance(told, dict) or "format_version" not in told:
        return None
    values = told.get("planned_values") or told.get("values")
    if not isinstance(values, dict):
        return None
    try:
        return list(_instances(told, values, path, text))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        why = f"it is no plan as Terraform writes it: {type(error).__name__}: {error}"
        raise CodeError(path, 1, why) from error


def _instances(
    told: dict[str, Any], values: dict[str, Any], path: str, text: str
) -> Iterator[Instance]:
    unknown = {
        one["address"]: (one.get("change") or {}).get("after_unknown") or {}
        for one in told.get("resource_changes") or ()
        if "address" in one
    }
    referred = _referred((told.get("configuration") or {}).get("root_module") or {}, "")
    root = values.get("root_module") or {}
    there = set(_addresses(root))
    found = {
        address: {name: one for name, to in names.items() if (one := to.among(there, address))}
        for address in there
        if (names := referred.get(re.sub(_KEY, "", address)))
    }
    return _module(root, path, unknown, found, _lines(text))


def _addresses(module: dict[str, Any]) -> Iterator[str]:
    for one in module.get("resources") or ():
        yield one["address"]
    for inner in module.get("child_modules") or ():
        yield from _addresses(inner)


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        before, sign, rest = line.partition('"address": "')
        if sign and not before.strip():
            found.setdefault(rest.rstrip().rstrip(",").rstrip('"').replace('\\"', '"'), number)
    return found


def _module(
    module: dict[str, Any],
    path: str,
    unknown: dict[str, Any],
    referred: dict[str, dict[str, str]],
    lines: dict[str, int],
) -> Iterator[Instance]:
    for one in module.get("resources") or ():
        if one.get("mode") == "managed":
            address, type_ = one["address"], one["type"]
            if not isinstance(address, str) or not isinstance(type_, str):
                raise TypeError(f"{address!r} of {type_!r} is no resource")
            names = referred.get(address, {})
            values = _merged(one.get("values") or {}, unknown.get(address, {}), address)
            if not isinstance(values, dict):
                raise TypeError(f"the values of {address} are no object")
            for name, target in names.items():
                if isinstance(values.get(name), Unknown):
                    why = f"{target} is known only once it is there"
                    values[name] = Reference(why, target, "id")
            yield Instance(type_, address, values, Place(path, lines.get(address, 1)))
    for inner in module.get("child_modules") or ():
        yield from _module(inner, path, unknown, referred, lines)


def _merged(values: Any, unknown: Any, address: str) -> Any:
    """Values, with what is known only after the plan is applied in its place."""
    if unknown is True:
        return Unknown(f"a value of {address} is known only after apply")
    if isinstance(unknown, dict) and (isinstance(values, dict) or values is None):
        made = dict(values or {})
        for key, one in unknown.items():
            if one not in (False, {}, []):
                made[key] = _merged(made.get(key), one, f"{address}.{key}")
        return made
    if isinstance(unknown, list) and isinstance(values, list):
        return [
            _merged(value, unknown[at] if at < len(unknown) else False, address)
            for at, value in enumerate(values)
        ]
    return values


def _referred(module: dict[str, Any], prefix: str) -> dict[str, dict[str, _Target]]:
    """Which argument refers to which resource, by the configuration that a plan carries.

    One that refers to several may be either, and is left out.
    """
    found: dict[str, dict[str, _Target]] = {}
    for one in module.get("resources") or ():
        names = found[f"{prefix}{one['address']}"] = {}
        for name, said in (one.get("expressions") or {}).items():
            several = (said.get("references") if isinstance(said, dict) else None) or ()
            fitting = [told for text in several if (told := _RESOURCE.fullmatch(text))]
            exact = {told[0] for told in fitting if told[2]} or {told[0] for told in fitting}
            if len({told[1] for told in fitting}) == 1 and len(exact) == 1:
                is_own = not _OWN.isdisjoint(several)
                names[name] = _Target(exact.pop(), is_own)
    for name, call in (module.get("module_calls") or {}).items():
        found |= _referred(call.get("module") or {}, f"{prefix}module.{name}.")
    return found
