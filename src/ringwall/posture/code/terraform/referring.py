"""What arguments of a plan refer to, by the configuration that the plan carries."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ringwall.posture.code.terraform.values import Reference
from ringwall.posture.snapshot.partial import Unknown

_ELSE: Final = "var|local|module|each|data|count|self|path"
_RESOURCE: Final = re.compile(rf"((?!(?:{_ELSE})\.)[\w-]+\.[\w-]+)(\[.*\])?")
_INDEX: Final = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
_MODULES: Final = re.compile(rf"(?:module\.[\w-]+(?:{_INDEX.pattern})?\.)*")
_OWN: Final = frozenset({"each.key", "count.index"})
Expressions = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """Which resource of its module an expression refers to, and which attribute of it.

    ``is_own`` is whether by the index of who refers.
    """

    address: str
    attribute: str
    is_own: bool

    def among(self, addresses: set[str], referring: str) -> str | None:
        """The one that it is of all that there are; ``None`` where it may be another."""
        modules = _MODULES.match(referring)
        within = modules[0] if modules else ""
        if f"{within}{self.address}" in addresses:
            return f"{within}{self.address}"
        rest = referring[len(within) :]
        own = f"{within}{self.address}{rest[rest.find('[') :] if '[' in rest else ''}"
        return own if self.is_own and own in addresses else None


def written(module: Mapping[str, Any], prefix: str = "") -> dict[str, Expressions]:
    """The arguments and blocks of each resource, by its address without indexes."""
    found = {
        f"{prefix}{one['address']}": one.get("expressions") or {}
        for one in module.get("resources") or ()
    }
    for name, call in (module.get("module_calls") or {}).items():
        found |= written(call.get("module") or {}, f"{prefix}module.{name}.")
    return found


def unindexed(address: str) -> str:
    """An address as the configuration has it."""
    return _INDEX.sub("", address)


def target(said: Any) -> Target | None:
    """What an expression refers to; one that refers to several may be either, and is none."""
    several = (said.get("references") if isinstance(said, dict) else None) or ()
    fitting = [told for text in several if (told := _RESOURCE.fullmatch(text))]
    exact = {told[0] for told in fitting if told[2]} or {told[0] for told in fitting}
    if len({told[1] for told in fitting}) != 1 or len(exact) != 1:
        return None
    address = exact.pop()
    longer = (one.removeprefix(f"{address}.") for one in several if one.startswith(f"{address}."))
    return Target(address, next(longer, "id"), not _OWN.isdisjoint(several))


def refer(
    values: dict[str, Any], said: Expressions, find: Callable[[Target], str | None]
) -> dict[str, Any]:
    """Values with what is not known by what it refers to, in blocks, too.

    AWS's provider sorts some kinds of blocks: one is that of the configuration which alone says
    what is known of it.
    """
    made = dict(values)
    for name, expression in said.items():
        value = made.get(name)
        if isinstance(value, Unknown):
            to = target(expression)
            address = find(to) if to is not None else None
            if to is not None and address is not None:
                why = f"{address} is known only once it is there"
                made[name] = Reference(why, address, to.attribute)
        elif isinstance(value, list) and isinstance(expression, list | dict):
            blocks = expression if isinstance(expression, list) else [expression]
            made[name] = [_block(one, blocks, find) for one in value]
    return made


def _block(value: Any, blocks: list[Any], find: Callable[[Target], str | None]) -> Any:
    if not isinstance(value, dict):
        return value
    fitting = [one for one in blocks if isinstance(one, dict) and _fits(value, one)]
    return refer(value, fitting[0], find) if len(fitting) == 1 else value


def _fits(value: dict[str, Any], block: Expressions) -> bool:
    """Whether a block may be what a value stems from: all that it says stands there."""
    for name, expression in block.items():
        told = value.get(name)
        if isinstance(told, Unknown):
            continue
        if isinstance(expression, dict) and "constant_value" in expression:
            if expression["constant_value"] != told:
                return False
        elif told in (None, [], ""):
            return False
    return True
