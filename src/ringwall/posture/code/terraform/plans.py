"""A plan as ``terraform show -json`` writes it: everything is said, and what is not known, too.

By developer.hashicorp.com/terraform/internals/json-format.
"""

import json
from collections.abc import Iterator
from typing import Any

from ringwall.core.observations import Place
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown


def instances(text: str, path: str) -> list[Instance] | None:
    """The resources of a plan or a state; ``None`` where the file is neither."""
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise CodeError(path, error.lineno, f"it is no JSON: {error.msg}") from error
    except RecursionError as error:
        raise CodeError(path, 1, "it is nested too deeply") from error
    if not isinstance(told, dict) or "format_version" not in told:
        return None
    values = told.get("planned_values") or told.get("values")
    if not isinstance(values, dict):
        return None
    unknown = {
        one["address"]: (one.get("change") or {}).get("after_unknown") or {}
        for one in told.get("resource_changes") or ()
        if "address" in one
    }
    referred = _referred((told.get("configuration") or {}).get("root_module") or {}, "")
    lines = _lines(text)
    return list(_module(values.get("root_module") or {}, path, unknown, referred, lines))


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
            address = one["address"]
            plain = address.split("[")[0] if "[" in address else address
            names = referred.get(plain, {})
            values = _merged(one.get("values") or {}, unknown.get(address, {}), address)
            for name, target in names.items():
                if isinstance(values.get(name), Unknown):
                    why = f"{target} is known only once it is there"
                    values[name] = Reference(why, target, "id")
            yield Instance(one["type"], address, values, Place(path, lines.get(address, 1)))
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


def _referred(module: dict[str, Any], prefix: str) -> dict[str, dict[str, str]]:
    """Which argument refers to which resource, by the configuration that a plan carries."""
    found: dict[str, dict[str, str]] = {}
    for one in module.get("resources") or ():
        names = found[f"{prefix}{one['address']}"] = {}
        for name, said in (one.get("expressions") or {}).items():
            several = said.get("references") if isinstance(said, dict) else None
            for text in several or ():
                parts = text.split(".")
                if len(parts) == 2 and parts[0] not in {"var", "local", "module", "each", "data"}:
                    names[name] = f"{prefix}{text}"
    for name, call in (module.get("module_calls") or {}).items():
        found |= _referred(call.get("module") or {}, f"{prefix}module.{name}.")
    return found
