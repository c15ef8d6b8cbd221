"""The page about who may do what in Ringwall itself, by asking its policies."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.access import guarding, policies
from ringwall.access.actions import HANDS_OUT, ON, Action
from ringwall.access.built_in import ADMINISTRATOR, PROVIDER_ROLES
from ringwall.access.guarding import COMPANY, Entity, handing

_NOBODY: Final[Mapping[str, Any]] = guarding.NO_POWERS
_OTHER: Final = Entity("User", "other", _NOBODY)
_SHOP: Final = Entity("Organisation", "shop", {"company": True, "suspended": False})
_NORTH: Final = Entity("Organisation", "north", {"company": False, "suspended": False})
_COLUMNS: Final = (*PROVIDER_ROLES, ADMINISTRATOR)


def lines() -> Iterator[str]:
    """The table of actions and roles, then every policy with what it is for."""
    yield from (
        "| action | on | " + " | ".join(f"`{one}`" for one in _COLUMNS) + " |",
        "|---" * (len(_COLUMNS) + 2) + "|",
    )
    for action in Action:
        if action in {Action.MEMBERS_JOIN, Action.DIRECTORY_READ, Action.DIRECTORY_WRITE}:
            continue
        cells = " | ".join(_cell(one, action) for one in _COLUMNS)
        yield f"| `{action}` | {ON[action].lower()} | {cells} |"
    yield from ("", "## Policies", "", "| policy | |", "|---|---|")
    source = guarding.POLICIES.read_bytes()
    for policy in policies.read([(guarding.POLICIES, source)]).policies:
        yield f"| `{policy.id}` | {policy.annotations['description']} |"


def _cell(role: str, action: Action) -> str:
    asker = _asker(role)
    things = _things(action, asker)
    told = list(dict.fromkeys(word for word, on in things if _may(asker, action, on)))
    return "yes" if len(told) > 1 or told == [""] else "".join(told)


def _asker(role: str) -> Entity:
    if role == ADMINISTRATOR:
        places = frozenset({_NORTH})
        return Entity("User", "asker", {**_NOBODY, "administers": places, "belongs": places})
    attributes = {**_NOBODY, "belongs": frozenset({_SHOP})}
    return Entity("User", "asker", attributes, (guarding.role(role),))


def _things(action: Action, asker: Entity) -> Iterator[tuple[str, Entity]]:
    """What there is of the kind: one of the asker's own, one of others."""
    own, others = "own", "of others"
    match ON[action]:
        case "Company":
            yield "", COMPANY
        case "Organisation":
            yield "the company's", _SHOP
            yield "customers'", _NORTH
        case "User":
            yield own, Entity("User", "asker", _NOBODY)
            yield others, _OTHER
        case "Client":
            yield own, Entity("Client", "c", {"maker": asker})
            yield others, Entity("Client", "c")
        case "Request":
            for place in (_SHOP, _NORTH):
                yield own, _request("asker", place)
                yield others, _request("other", place)
        case kind:
            yield own, Entity(kind, "x", {"owner": asker})
            yield others, Entity(kind, "x", {"owner": _OTHER})


def _request(name: str, place: Entity) -> Entity:
    asked = {"asker": Entity("User", name, _NOBODY), "of": place, "by_machine": False}
    return Entity("Request", f"{name} in {place.id}", asked, (place,))


def _may(asker: Entity, action: Action, on: Entity) -> bool:
    context: Mapping[str, Any] = handing() if action in HANDS_OUT else {}
    if action == Action.INVITATIONS_TAKE:
        context = {"addressed": True}
    return guarding.may(asker, action, on, context).allowed
