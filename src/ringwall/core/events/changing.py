"""What is done to what is kept: accounts, and everything else, with before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ringwall.core.events.acting import Actor
from ringwall.core.events.shape import Class, Parts, Recorded, event, merged, personal
from ringwall.core.events.signing import Factor, Person, factor_part

_ACCOUNT: Final = Class(
    3001,
    "Account Change",
    {
        1: "Create",
        2: "Enable",
        3: "Password Change",
        5: "Disable",
        6: "Delete",
        10: "MFA Factor Enable",
        11: "MFA Factor Disable",
        99: "Other",
    },
)
_ENTITY: Final = Class(
    3004,
    "Entity Management",
    {1: "Create", 2: "Read", 3: "Update", 4: "Delete", 12: "Suspend", 13: "Resume"},
)
_GROUP: Final = Class(3006, "Group Management", {3: "Add User", 4: "Remove User"})


class Happened(StrEnum):
    """What became of something."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


_ENTITY_ACTIVITIES: Final = {Happened.CREATED: 1, Happened.UPDATED: 3, Happened.DELETED: 4}
_ENTITY_TYPES: Final = {"User": 2, "Group": 3, "Organisation": 4, "EmailAddress": 6}
_TYPE_NAMES: Final = {2: "User", 3: "Group", 4: "Organization", 6: "Email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing before and after; only fields that differ, and of those no secret.

    ``hidden`` are values that are personal, by field, as ``(before, after)``; ``whose`` they are.
    ``secret`` names fields that changed and whose values are nobody's to know.
    """

    happened: Happened
    type: str
    uid: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    secret: tuple[str, ...] = ()
    whose: str = ""
    tenant: str = ""
    person: str = ""
    """The id of the person whom it is about, if there is one."""
    name: str = ""
    """What people call it, where that is nobody's personal data."""

    @property
    def fields(self) -> list[str]:
        """The names of all that differs."""
        return sorted({*self.before, *self.after, *self.hidden, *self.secret})

    @property
    def message(self) -> str:
        """It in words."""
        if self.happened is Happened.UPDATED:
            return f"{self.type} {self.happened}: {', '.join(self.fields)}"
        return f"{self.type} {self.happened}"


def entity(actor: Actor, change: Change) -> Recorded:
    """Something was created, changed or deleted: Entity Management."""
    base = _entity_of(change)
    made = event(
        _ENTITY,
        _ENTITY_ACTIVITIES[change.happened],
        message=change.message,
        entity={**base, **({"data": dict(change.before)} if change.before else {})},
        entity_result=None
        if change.happened is Happened.DELETED
        else {**base, "data": dict(change.after)},
        unmapped={"ringwall": _own_words(actor, change)},
        **actor.parts(),
    )
    made = merged(made, {"metadata": _metadata(actor, change)})
    return Recorded(made, personal(actor.personal(), (change.whose, _hidden_data(change))))


def account(
    actor: Actor, change: Change, *, activity: int, factors: Iterable[Factor] = ()
) -> Recorded:
    """Something was done to somebody's account: Account Change. ``activity`` is OCSF's."""
    person = Person(change.person)
    own = _own_words(actor, change)
    own |= {"before": dict(change.before), "after": dict(change.after), "uid": change.uid}
    made = event(
        _ACCOUNT,
        activity,
        message=change.message,
        user=person.described(),
        user_result=None if change.happened is Happened.DELETED else person.described(),
        auth_factors=[factor_part(one) for one in factors],
        unmapped={"ringwall": {**own, "type": change.type}},
        **actor.parts(),
    )
    made = merged(made, {"metadata": _metadata(actor, change)})
    words = {"email": "email_addr", "name": "full_name"}
    before = {words[n]: b for n, (b, _) in change.hidden.items() if n in words}
    after = {words[n]: a for n, (_, a) in change.hidden.items() if n in words}
    told = {"user": before or after, "user_result": after}
    if change.happened is Happened.DELETED:
        told = {"user": before}
    others = {n: v for n, v in change.hidden.items() if n not in words}
    own_patch = {
        "before": {n: b for n, (b, _) in others.items()},
        "after": {n: a for n, (_, a) in others.items()},
    }
    patch = {**told, "unmapped": {"ringwall": own_patch}}
    return Recorded(made, personal(actor.personal(), (change.whose, patch)))


def group_members(
    actor: Actor, *, group: str, tenant: str, record: str, person: str, added: bool
) -> Recorded:
    """Somebody came into a group, or left it: Group Management.

    ``record`` is the directory's record of them, ``person`` their id where they are a member.
    """
    user = Person(person).described()
    made = event(
        _GROUP,
        3 if added else 4,
        message="somebody came into a group" if added else "somebody left a group",
        group={"uid": group},
        user={**user, "uid_alt": record},
        unmapped={"ringwall": actor.own_words()},
        **actor.parts(),
    )
    told = {**actor.metadata(), "tenant_uid": tenant} if tenant else actor.metadata()
    return Recorded(merged(made, {"metadata": told}), personal(actor.personal()))


def _entity_of(change: Change) -> Parts:
    type_id = _ENTITY_TYPES.get(change.type, 99)
    made = {"uid": change.uid, "type_id": type_id, "type": _TYPE_NAMES.get(type_id, change.type)}
    return made | ({"name": change.name} if change.name else {})


def _own_words(actor: Actor, change: Change) -> Parts:
    made = actor.own_words() | {"fields": change.fields, "type": change.type}
    if change.person:
        made["person"] = change.person
    if change.secret:
        made["left_out"] = list(change.secret)
    return made


def _metadata(actor: Actor, change: Change) -> Parts:
    told = actor.metadata()
    return {**told, "tenant_uid": change.tenant} if change.tenant else told


def _hidden_data(change: Change) -> Parts:
    before = {name: one for name, (one, _) in change.hidden.items()}
    after = {name: one for name, (_, one) in change.hidden.items()}
    made: Parts = {"entity": {"data": before}}
    if change.happened is not Happened.DELETED:
        made["entity_result"] = {"data": after}
    return made
