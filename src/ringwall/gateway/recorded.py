"""What became of a past request, and who asked: read off its line of the record."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from ringwall.access.asking.known import ADDRESS, PROOF, Fact
from ringwall.access.compiler.facts import GROUP_MARK, Parameter, Several, Text, Word
from ringwall.access.compiler.requests import Address, Request
from ringwall.access.model import Kind
from ringwall.core.principals import Principal
from ringwall.gateway.destinations import Destination
from ringwall.gateway.envoy import permissions
from ringwall.gateway.envoy.permissions import PREFIX
from ringwall.gateway.envoy.web import WEB
from ringwall.gateway.record_lines import PastRequest

_DENIED: Final = "rbac_access_denied_matched_policy["
_MENDABLE: Final = frozenset({permissions.PROOF, permissions.UNKNOWN})


class Unasked(StrEnum):
    """Why policies were not asked about a request at all."""

    OWN = "were for Ringwall's own pages"
    NOWHERE = "led to no route"
    NOT_SIGNED_IN = "brought no credential that holds"
    REVOKED = "brought a credential that was called back"
    BY_ROUTE = "were refused by what the route itself asks"
    EARLIER = "ended before policies were asked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, by which policies, or ``default``, ``unreadable``, ``unknown``, ``proof``.

    By nothing where there were no policies, and the route alone let it through.
    """

    allowed: bool
    by: tuple[str, ...] = ()


def outcome_of(row: PastRequest) -> Outcome | Unasked:
    """What the edge decided about a request, or why it came to no decision."""
    details, policy = row.details, row.policy
    if details.startswith("jwt_authn_access_denied"):
        return Unasked.NOT_SIGNED_IN
    if details.startswith(_DENIED):
        name = details.removeprefix(_DENIED).removesuffix("]")
        if name.startswith(PREFIX):
            return Outcome(allowed=False, by=(name.removeprefix(PREFIX),))
        if name in _MENDABLE and policy == name:
            return Outcome(allowed=False, by=(name,))
        return Unasked.REVOKED if name == "revoked" else Unasked.BY_ROUTE
    if not row.route:
        return Unasked.NOWHERE
    if row.service == WEB:
        return Unasked.OWN
    if policy is not None and policy.startswith(PREFIX):
        return Outcome(allowed=True, by=tuple(policy.removeprefix(PREFIX).split(" ")))
    if row.policies is None and details == "via_upstream":
        return Outcome(allowed=True)
    return Unasked.EARLIER


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, as far as that is known; ``unknown`` is what neither record nor tables tell.

    ``kind`` is whom policies take them for; ``delegated`` says that an application acted for them.
    """

    kind: Kind
    delegated: bool
    request: Request
    unknown: frozenset[Fact] = frozenset()


@dataclass(frozen=True, slots=True)
class Tables:
    """What the database tells now of what the record does not.

    ``principal`` finds one by id, organisation and the id of a key; ``proven`` tells when the
    person of a session was proven last, in seconds since 1970.
    """

    principal: Callable[[str, str | None, str | None], Principal | None]
    proven: Callable[[str], int | None]


NOWHERE: Final = ip_address("0.0.0.0")  # noqa: S104 - it stands for none, and nothing listens
NO_TABLES: Final = Tables(lambda *_: None, lambda _: None)


def key_of(row: PastRequest) -> str | None:
    """The id of the API key that a request came with."""
    is_key = row.session is not None and row.session.startswith("k")
    return row.session if is_key else None


def asked_by(row: PastRequest, to: Destination, tables: Tables) -> Asked:
    """The facts of a request as the edge had them; the tables say what is not recorded.

    An older line tells no roles and scopes: those that the tables have now stand in for them.
    """
    words: dict[Word, str] = {Parameter(name): value for name, value in to.parameters.items()}
    if to.host_tenant is not None:
        words[Text.HOST_TENANT] = to.host_tenant
    now, address = int(row.at), _address(row.address)
    unknown: set[Fact] = set() if address is not None else {ADDRESS}
    address = address or NOWHERE
    if row.user is None:
        request = Request(words=words, now=now, address=address)
        return Asked(Kind.ANONYMOUS, False, request, frozenset(unknown))
    words[Text.USER] = row.user
    if row.tenant is not None:
        words[Text.TENANT] = row.tenant
    if row.program is not None:
        words[Text.CLIENT] = row.program
    sets = _sets(row, tables, unknown)
    if row.has_facts:
        is_person = row.strength is not None
    else:
        is_person = key_of(row) is None and row.program != row.user
    if row.strength is not None:
        words[Text.STRENGTH] = row.strength
    elif is_person:
        unknown.add(Text.STRENGTH)
    proven = None
    if is_person:
        proven = _proven(row, tables)
        if proven is None:
            unknown.add(PROOF)
    if is_person or key_of(row) is not None:
        _mail(row, tables, words, sets, unknown)
    return Asked(
        Kind.USER if is_person or row.program is None else Kind.CLIENT,
        is_person and row.program is not None,
        Request(words=words, sets=sets, now=now, proven=proven, address=address),
        frozenset(unknown),
    )


def _sets(row: PastRequest, tables: Tables, unknown: set[Fact]) -> dict[Several, frozenset[str]]:
    found: dict[Several, frozenset[str]] = {}
    if row.has_facts:
        if row.roles is not None:
            found[Several.ROLES] = _split(row.roles, Several.ROLES.separator)
        if row.scopes is not None:
            found[Several.SCOPES] = _split(row.scopes, Several.SCOPES.separator)
        return found
    key = key_of(row)
    known = tables.principal(row.user or "", row.tenant, key)
    if known is None:
        unknown.add(Several.ROLES)
    elif known.roles or known.groups:
        found[Several.ROLES] = frozenset(
            [*known.roles, *(GROUP_MARK + group for group in known.groups)]
        )
    if key is not None and known is not None:
        if known.scopes is not None:
            found[Several.SCOPES] = frozenset(known.scopes)
    elif key is not None or row.program is not None:
        unknown.add(Several.SCOPES)
    return found


def _proven(row: PastRequest, tables: Tables) -> int | None:
    """When the person was proven; the tables do not tell where that was later than the request."""
    if row.proven is not None or row.session is None or row.program is not None:
        return row.proven
    last = tables.proven(row.session)
    return last if last is not None and last <= row.at else None


def _mail(
    row: PastRequest,
    tables: Tables,
    words: dict[Word, str],
    sets: dict[Several, frozenset[str]],
    unknown: set[Fact],
) -> None:
    """The mail address, which is not recorded.

    Tokens of applications without the scope, and keys, carried it or not, as policies had it then.
    """
    is_told = row.program is None or "email" in sets.get(Several.SCOPES, ())
    if key_of(row) is not None or not is_told:
        unknown.add(Text.EMAIL)
        return
    known = tables.principal(row.user or "", row.tenant, None)
    if known is None or known.email is None:
        unknown.add(Text.EMAIL)
    else:
        words[Text.EMAIL] = known.email


@lru_cache(maxsize=4096)
def _split(text: str, separator: str) -> frozenset[str]:
    return frozenset(one for one in text.split(separator) if one)


@lru_cache(maxsize=65_536)
def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
