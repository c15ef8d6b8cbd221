"""What keeps out whoever has it: roles, groups and the like that take rights away.

Having less may be being allowed more: a forbid names a role, or a permit has an ``unless``. Whoever
could leave out such a role would do what they may not. So whatever carries a part of what somebody
has, as an API key does, has to carry this part.

What counts is where a policy asks for it: under a negation in a permit, or under none in a forbid.
Where that cannot be told (``==``, the condition of an ``if``) it counts as both: a role too many is
named, and none too few.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ringwall.access.language.syntax import (
    Attribute,
    Binary,
    Effect,
    Entity,
    EntityUid,
    Expression,
    Has,
    If,
    Is,
    Literal,
    Policy,
    Scope,
    ScopeOp,
    SetOf,
    Unary,
    Variable,
)
from ringwall.access.language.walking import parts
from ringwall.access.model import Kind, Role
from ringwall.access.policies import PolicySet


class Asked(StrEnum):
    """What a policy may ask of whoever asks, and keep them out for."""

    ROLE = "role"
    GROUP = "group"
    SCOPE = "scope"
    TENANT = "tenant"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOut:
    """A policy keeps out whoever has this.

    ``name`` is of the role, group or scope; empty for any scope, any tenant, any address. ``by``
    are the roles of which each brings the role with it, itself too. ``only`` is the one type of
    principals that the policy speaks of, if it speaks of one.
    """

    asked: Asked
    policy: str
    name: str = ""
    by: tuple[str, ...] = ()
    only: Kind | None = None

    def concerns(self, kind: Kind) -> bool:
        """Whether principals of this type are kept out by it."""
        return self.only in {None, kind}


def kept_out(policies: PolicySet | None, roles: Mapping[str, Role]) -> tuple[KeptOut, ...]:
    """What keeps out in a set, each once, told by the first policy that does it."""
    found: dict[tuple[Asked, str, Kind | None], KeptOut] = {}
    for policy in () if policies is None else policies.policies:
        for asked, name, only in _of(policy):
            by = _bringing(name, roles) if asked is Asked.ROLE else ()
            made = KeptOut(asked=asked, policy=policy.id, name=name, by=by, only=only)
            found.setdefault((asked, name, only), made)
    return tuple(found.values())


_Found = tuple[Asked, str, Kind | None]
_MOST_KNOWN: Final = 100_000
_known: dict[str, tuple[_Found, ...]] = {}
"""What was found in a policy's text: of a set, few policies change at a time."""


def _of(policy: Policy) -> tuple[_Found, ...]:
    known = _known.get(policy.text)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[policy.text] = known = tuple(dict.fromkeys(_read(policy)))
    return known


def _read(policy: Policy) -> Iterator[_Found]:
    only = _only(policy.principal)
    if only not in {None, Kind.USER, Kind.CLIENT}:
        return
    is_forbid = policy.effect is Effect.FORBID
    if is_forbid and policy.principal.uid is not None:
        yield from ((asked, name, only) for asked, name in _named(policy.principal.uid))
    for condition in policy.conditions:
        # True where having it makes the policy apply, False where it keeps it from that.
        for asked, name, sign in _asked(condition.body, sign=not condition.negated):
            if sign is None or sign is is_forbid:
                yield asked, name, only


def _only(scope: Scope) -> Kind | None:
    is_narrow = scope.op in {ScopeOp.IS, ScopeOp.IS_IN}
    return next((kind for kind in Kind if is_narrow and kind == scope.type), None)


_Sign = bool | None
_SAME: Final = frozenset({"&&", "||", "in", "contains", "containsAll", "containsAny"})


def _asked(root: Expression, *, sign: _Sign) -> Iterator[tuple[Asked, str, _Sign]]:
    """What an expression asks for, and whether having it makes it true; ``None`` for either way.

    Of an address or a tenant that is whether there is one: the schema lets nobody read one without
    asking that, and the one that there is, is the same for a part as for the whole.
    """
    stack: list[tuple[Expression, _Sign]] = [(root, sign)]
    while stack:
        found, sign = stack.pop()
        match found:
            case Entity(uid=uid) if uid.type != "Tenant":
                yield from ((asked, name, sign) for asked, name in _named(uid))
            case Has(of=of, name=name) if not _is_of_others(of):
                yield from ((asked, "", sign) for asked in Asked if asked == name)
            case Binary(op="in", right=right) if _may_be_tenants(right):
                yield Asked.TENANT, "", sign
            case Binary(op=op, left=left, right=right) if _is_scopes(left) and op in _SAME:
                yield from ((Asked.SCOPE, name, sign) for name in _scopes(op, right))
                continue
            case Attribute() if _is_scopes(found):
                yield Asked.SCOPE, "", None
        match found:
            case Unary(op="!", operand=operand):
                stack.append((operand, None if sign is None else not sign))
            case Binary(op=op) if op in _SAME:
                stack += [(part, sign) for part in parts(found)]
            case If(condition=condition, one=one, other=other):
                stack += [(condition, None), (one, sign), (other, sign)]
            case Is() | SetOf():
                stack += [(part, sign) for part in parts(found)]
            case _:
                stack += [(part, None) for part in parts(found)]


def _named(uid: EntityUid) -> Iterator[tuple[Asked, str]]:
    match uid.type:
        case "Role":
            yield Asked.ROLE, uid.id
        case "Group":
            yield Asked.GROUP, uid.id
        case "Tenant":
            yield Asked.TENANT, ""


def _may_be_tenants(right: Expression) -> bool:
    """Whether it is asked who is in a tenant: one that is named, or that of the resource."""
    among = right.items if isinstance(right, SetOf) else (right,)
    return any(not isinstance(one, Entity) or one.uid.type == "Tenant" for one in among)


def _is_of_others(of: Expression) -> bool:
    return isinstance(of, Variable) and of.name != "principal"


def _is_scopes(of: Expression) -> bool:
    return isinstance(of, Attribute) and of.name == "scopes" and not _is_of_others(of.of)


def _scopes(op: str, right: Expression) -> Iterator[str]:
    """The scopes that are asked for one by one; an empty name where it cannot be told which."""
    wanted = right.items if isinstance(right, SetOf) and op != "contains" else (right,)
    for one in wanted:
        yield one.value if isinstance(one, Literal) and isinstance(one.value, str) else ""


def _bringing(name: str, roles: Mapping[str, Role]) -> tuple[str, ...]:
    """The roles that include this one, over however many steps, and itself; sorted."""
    found, new = {name}, {name}
    while new:
        new = {one for one, role in roles.items() if new & {*role.includes}} - found
        found |= new
    return tuple(sorted(found))
