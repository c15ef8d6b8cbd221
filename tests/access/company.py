"""Somebody, some organisations and the schema, to ask Ringwall's own policies about."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from ringwall.access import guarding
from ringwall.access.actions import HANDS_OUT, Action
from ringwall.access.guarding import COMPANY, Entity, handing

TEXT: Final = guarding.POLICIES.read_text(encoding="utf-8")
SCHEMA: Final = guarding.SCHEMA.read_text(encoding="utf-8")

SHOP: Final = Entity("Organisation", "shop", {"company": True, "suspended": False})
NORTH: Final = Entity("Organisation", "north", {"company": False, "suspended": False})
SOUTH: Final = Entity("Organisation", "south", {"company": False, "suspended": False})
ASLEEP: Final = Entity("Organisation", "asleep", {"company": False, "suspended": True})
PLACES: Final = (SHOP, NORTH, SOUTH, ASLEEP)
POWERS: Final = {"owner", "security-administrator", "operator", "auditor", "developer"}


def user(
    name: str,
    *roles: str,
    administers: tuple[Entity, ...] = (),
    belongs: tuple[Entity, ...] = (),
    passing: tuple[str, ...] = (),
    administers_passing: tuple[Entity, ...] = (),
) -> Entity:
    attributes = {
        "administers": frozenset(administers),
        "administers_passing": frozenset(administers_passing),
        "belongs": frozenset(belongs),
        "passing": frozenset(passing),
    }
    return Entity("User", name, attributes, tuple(guarding.role(one) for one in roles))


def let_in(who: Entity, *by: Entity) -> Entity:
    """Somebody whom others have let in."""
    return replace(who, attributes={**who.attributes, "let_in_by": frozenset(by)})


def allowed(
    principal: Entity, action: Action, resource: Entity, context: Any = None, **more: Any
) -> bool:
    if context is None:
        context = handing(**more) if action in HANDS_OUT else {}
    return guarding.may(principal, action, resource, context).allowed


@dataclass(frozen=True)
class Declared:
    """An action, or a group of them, as the schema declares it."""

    groups: tuple[str, ...]
    principals: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


_ACTION: Final = re.compile(
    r"action (?P<names>[^;{]*?)(?:\s+in \[(?P<groups>[^]]*)\])?"
    r"(?:\s+appliesTo \{ principal: \[(?P<who>[^]]*)\], resource: \[(?P<what>[^]]*)\],[^;]*)?;"
)


def actions_of_schema() -> dict[str, Declared]:
    text = re.sub(r"//.*", "", SCHEMA)
    return {
        name: Declared(
            tuple(re.findall(r'"([^"]+)"', one["groups"] or "")),
            tuple(re.findall(r"\w+", one["who"] or "")),
            tuple(re.findall(r"\w+", one["what"] or "")),
        )
        for one in _ACTION.finditer(text)
        for name in re.findall(r'"([^"]+)"', one["names"])
    }


def above(action: Declared) -> set[str]:
    groups = actions_of_schema()
    found: set[str] = set()
    waiting = [*action.groups]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += groups[one].groups
    return found


def request_of(asker: Entity, of: Entity = SHOP, *, by_machine: bool = False) -> Entity:
    attributes = {"asker": asker, "of": of, "by_machine": by_machine}
    return Entity("Request", f"{asker.id} in {of.id}", attributes, (of,))


def resources_of(owner: Entity) -> list[Entity]:
    return [
        COMPANY,
        *PLACES,
        owner,
        Entity("Session", "s", {"owner": owner}),
        Entity("Consent", "c", {"owner": owner}),
        Entity("Key", "k", {"owner": owner}),
        Entity("Key", "of-program", {"client": Entity("Client", "c")}),
        Entity("Client", "c", {"maker": owner}),
        Entity("Client", "companys"),
        request_of(owner),
    ]
