"""A plan as ``terraform show -json`` writes it: everything is said, and what is not known, too.

By developer.hashicorp.com/terraform/internals/json-format.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ringwall.core.observations import Place
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.terraform.referring import Expressions, refer, unindexed, written
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.snapshot.partial import Unknown


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
    root = values.get("root_module") or {}
    said = written((told.get("configuration") or {}).get("root_module") or {})
    for address, some in unknown.items():
        own = said.get(unindexed(address))
        if own is not None and isinstance(some, dict):
            # what nobody writes is what AWS makes of it, as in code that was never planned
            unknown[address] = {name: one for name, one in some.items() if name in own}
    yield from _providers((told.get("configuration") or {}).get("provider_config") or {}, path)
    yield from _module(root, path, unknown, _Referring(said, set(_addresses(root))), _lines(text))


def _providers(told: dict[str, Any], path: str) -> Iterator[Instance]:
    """Each with what is written into it; what comes from elsewhere is not known."""
    for one in told.values():
        said = {
            name: each.get("constant_value", Unknown(f"{name} of a provider is made of others"))
            for name, each in (one.get("expressions") or {}).items()
            if isinstance(each, dict)
        }
        alias = one.get("alias")
        values = said | ({"alias": alias} if alias else {})
        parts = [one.get("module_address"), "provider", one.get("name"), alias]
        yield Instance("provider", ".".join(filter(None, parts)), values, Place(path, 1))


@dataclass(frozen=True, slots=True)
class _Referring:
    """What the configuration says, and all addresses that there are."""

    said: dict[str, Expressions]
    there: set[str]

    def values(self, values: dict[str, Any], address: str) -> dict[str, Any]:
        """The values of a resource, with what they refer to."""
        own = self.said.get(unindexed(address), {})
        return refer(values, own, lambda one: one.among(self.there, address))


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
    referring: _Referring,
    lines: dict[str, int],
) -> Iterator[Instance]:
    for one in module.get("resources") or ():
        if one.get("mode") == "managed":
            address, type_ = one["address"], one["type"]
            if not isinstance(address, str) or not isinstance(type_, str):
                raise TypeError(f"{address!r} of {type_!r} is no resource")
            values = _merged(one.get("values") or {}, unknown.get(address, {}), address)
            if not isinstance(values, dict):
                raise TypeError(f"the values of {address} are no object")
            values = referring.values(values, address)
            yield Instance(type_, address, values, Place(path, lines.get(address, 1)))
    for inner in module.get("child_modules") or ():
        yield from _module(inner, path, unknown, referring, lines)


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
