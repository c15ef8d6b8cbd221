"""The front door of Ringwall itself: may somebody do this here, by its built-in policies.

``ringwall.cedar`` is the whole set, ``ringwall.cedarschema`` what it speaks of; no configuration
adds to them or takes from them. Whoever asks brings the facts as values, and Cedar's own engine
decides. It is read once in a process, and where it cannot decide, nothing is allowed.
"""

import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from ringwall.access.actions import HANDS_OUT, ON, Action
from ringwall.access.language.syntax import EntityUid
from ringwall.core.events import Outcome, asked
from ringwall.runtime.recording import current_actor, record, record_at_once

log = logging.getLogger("ringwall.access")

POLICIES: Final = Path(__file__).with_name("ringwall.cedar")
SCHEMA: Final = Path(__file__).with_name("ringwall.cedarschema")
DEFAULT: Final = "default"
"""What denies when no policy does: nobody permits it."""
UNDECIDED: Final = "undecided"
"""What denies when the engine failed."""

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something as policies see it: ``Entity("User", "u1", {...}, roles)``.

    Values of attributes are truths, texts, whole numbers, entities, and sets of them. ``parents``
    are the entities that it is in.
    """

    type: str
    id: str
    attributes: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, hash=False)
    parents: tuple["Entity", ...] = ()

    @property
    def uid(self) -> EntityUid:
        """Its name in policies. What is odd in an id is escaped, so that nothing has two names."""
        return EntityUid(f"Ringwall::{self.type}", quote(self.id, safe="@:"))

    def __str__(self) -> str:
        """As logs have it."""
        return str(self.uid)


MACHINE: Final = Entity("Machine", "host")
"""Whoever runs commands on the machine."""
COMPANY: Final = Entity("Company", "company")
"""The installation as a whole."""


NO_POWERS: Final[Mapping[str, frozenset[Entity]]] = MappingProxyType(
    dict.fromkeys(("administers", "administers_passing", "belongs", "passing"), frozenset[Entity]())
)
"""The attributes of a ``User`` who belongs nowhere and administers nothing."""


def role(name: str) -> Entity:
    """A role of the company that somebody has in the company's own organisation."""
    return Entity("Role", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, by which policies; ``reference`` of a denial is all that is told of them.

    ``asked`` says who wanted to do what to what.
    """

    allowed: bool
    policies: tuple[str, ...]
    asked: str
    reference: str = ""
    action: str = ""
    on: tuple[str, str] = ("", "")
    """The type and the id of what it was asked about."""

    def __str__(self) -> str:
        """As logs have it, with what nobody else is told."""
        said = "allowed" if self.allowed else f"denied ({self.reference})"
        return f"{self.asked}: {said} by {', '.join(self.policies)} of {set_hash()[:12]}"


def handing(
    *,
    roles: Iterable[str] = (),
    held: Iterable[str] = (),
    fleeting: Iterable[str] = (),
    scopes: Iterable[str] = (),
    held_scopes: Iterable[str] = (),
    to_self: bool = False,
) -> Mapping[str, Any]:
    """The context of what hands out: who would have what by it, and what the asker has.

    ``roles`` and ``scopes`` are what somebody would have, or have no more; ``held`` and
    ``held_scopes`` what the asker has in the same place; ``fleeting`` what they have only for some
    time; ``to_self`` says that the two are one.
    """
    return {
        "roles": frozenset(roles),
        "held": frozenset(held),
        "fleeting": frozenset(fleeting),
        "scopes": frozenset(scopes),
        "held_scopes": frozenset(held_scopes),
        "to_self": to_self,
    }


def may(
    principal: Entity, action: Action, resource: Entity, context: Mapping[str, Any] = _NOTHING
) -> Decision:
    """Whether somebody may do this to that. Never raises: what cannot be decided is denied.

    ``context`` is that of the action's type in the schema: empty, :func:`handing`, or what it says.
    """
    question = f"{principal} {action} {resource}"
    try:
        allowed, policies = _ask(principal, action, resource, context)
    except Exception:
        # Whatever it was, nothing follows from it but a denial.
        log.exception("nobody could decide: %s", question)
        allowed, policies = False, (UNDECIDED,)
    reference = "" if allowed else secrets.token_hex(4)
    return Decision(
        allowed=allowed,
        policies=policies,
        asked=question,
        reference=reference,
        action=str(action),
        on=(resource.type, resource.id),
    )


_READS: Final = frozenset({"see", "list", "read"})


def note(decision: Decision) -> Decision:
    """Record what was decided of something that somebody wants to do; the decision.

    A denial is recorded whatever becomes of a transaction; what was allowed is there with what
    follows from it. That somebody may look at what they are shown is not recorded, but for mail.
    """
    is_read = decision.action.rpartition(":")[2] in _READS and decision.action != Action.MAIL_READ
    if decision.allowed and is_read:
        return decision
    made = asked(
        current_actor(),
        decision.action or "undecided",
        outcome=Outcome.SUCCESS if decision.allowed else Outcome.FAILURE,
        on=decision.on if decision.on[0] else None,
        allowed=decision.allowed,
        policies=decision.policies,
        policy_set=set_hash(),
        reference=decision.reference,
    )
    if decision.allowed:
        record(made)
    else:
        record_at_once(made)
    return decision


def may_machine(action: Action) -> Decision:
    """Whether whoever runs a command on the machine may do this, to whatever the command names."""
    return may(MACHINE, action, _named(ON[action]), handing() if action in HANDS_OUT else _NOTHING)


def _named(kind: str) -> Entity:
    """Something that a command names and looks up only when it may."""
    nobody = Entity("User", "named", NO_POWERS)
    place = Entity("Organisation", "named", {"company": False, "suspended": False})
    if kind == "Request":
        asked = {"asker": nobody, "of": place, "by_machine": False}
        return Entity("Request", "named", asked, (place,))
    attributes: Mapping[str, Mapping[str, Any]] = {
        "User": nobody.attributes,
        "Organisation": place.attributes,
        "Session": {"owner": nobody},
        "Consent": {"owner": nobody},
    }
    return COMPANY if kind == "Company" else Entity(kind, "named", attributes.get(kind, _NOTHING))


@cache
def set_hash() -> str:
    """The SHA-256 of policies and schema, in hexadecimal: which set has decided."""
    return sha256(POLICIES.read_bytes() + b"\0" + SCHEMA.read_bytes()).hexdigest()


class _Engine(NamedTuple):
    """What is read once; ``ids`` are the policies' own names by those that the engine gives."""

    policies: Any
    schema: Any
    ids: Mapping[str, str]


@cache
def _engine() -> _Engine:
    import cedarpy  # noqa: PLC0415 - sixteen megabytes that not every process needs

    text = POLICIES.read_text(encoding="utf-8")
    read = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    return _Engine(
        cedarpy.PolicySet.from_str(text),
        cedarpy.Schema.from_str(SCHEMA.read_text(encoding="utf-8")),
        {name: one["annotations"]["id"] for name, one in read.items()},
    )


class _FailedError(RuntimeError):
    """The engine has said something else than yes or no."""


def _ask(
    principal: Entity, action: Action, resource: Entity, context: Mapping[str, Any]
) -> tuple[bool, tuple[str, ...]]:
    request = {
        "principal": str(principal.uid),
        "action": str(EntityUid("Ringwall::Action", action)),
        "resource": str(resource.uid),
        "context": {name: _value(value) for name, value in context.items()},
    }
    # The principal last: where it is the resource too, its own facts count.
    entities = list(_told((resource, principal)).values())
    return _decided(json.dumps(request), json.dumps(entities))


@lru_cache(maxsize=512)
def _decided(request: str, entities: str) -> tuple[bool, tuple[str, ...]]:
    """What the engine says: the same for the same question, which pages ask again and again."""
    import cedarpy  # noqa: PLC0415 - as above

    engine = _engine()
    answer = cedarpy.is_authorized(json.loads(request), engine.policies, entities, engine.schema)
    if answer.diagnostics.errors:
        msg = f"Cedar could not decide: {answer.diagnostics.errors}"
        raise _FailedError(msg)
    if answer.decision not in {cedarpy.Decision.Allow, cedarpy.Decision.Deny}:
        msg = f"Cedar answered {answer.decision}"
        raise _FailedError(msg)
    policies = tuple(sorted(engine.ids[one] for one in answer.diagnostics.reasons))
    return answer.decision is cedarpy.Decision.Allow, policies or (DEFAULT,)


def _told(entities: Iterable[Entity]) -> dict[EntityUid, dict[str, Any]]:
    """Entities and those they are in, as Cedar's JSON, each once."""
    found: dict[EntityUid, dict[str, Any]] = {}
    for one in entities:
        found |= _told(one.parents)
        found[one.uid] = {
            "uid": _name(one),
            "attrs": {name: _value(value) for name, value in one.attributes.items()},
            "parents": [_name(parent) for parent in one.parents],
        }
    return found


def _name(entity: Entity) -> dict[str, str]:
    return {"type": f"Ringwall::{entity.type}", "id": entity.uid.id}


def _value(value: Any) -> Any:
    if isinstance(value, Entity):
        return {"__entity": _name(value)}
    if isinstance(value, frozenset):
        return [_value(one) for one in sorted(value, key=str)]
    return value
