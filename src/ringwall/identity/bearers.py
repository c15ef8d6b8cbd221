"""What a program shows in ``Authorization: Bearer`` at the host of sign-in: a key or a token.

The edge verifies them on the way to services. To Ringwall's own host it passes them on as they are,
so here they are verified, and held against the tables besides: a key that has become too strong, is
idle or was withdrawn counts at once for nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ringwall.access import guarding
from ringwall.access.guarding import Entity
from ringwall.identity import apikeys, effective, key_bounds, lent
from ringwall.identity.admission import objection
from ringwall.identity.facts import Facts
from ringwall.identity.key_format import PREFIX, is_whole
from ringwall.identity.kinds import Purpose
from ringwall.identity.models import ApiClient, ApiKey, Kind, Membership, Organisation, User
from ringwall.identity.networks import is_within
from ringwall.identity.provider import authentication, certificates, reading
from ringwall.identity.tokens import TYPES

_GOOD: Final = frozenset({"active", "ending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Somebody, or a program, by what was shown; ``roles`` are those of the company that count.

    ``scopes`` is ``None`` where all that the roles allow may be done. ``credential`` is the id of
    the key, else empty.
    """

    person: User | None = None
    client: ApiClient | None = None
    organisation: Organisation | None = None
    roles: tuple[str, ...] = ()
    scopes: frozenset[str] | None = frozenset()
    credential: str = ""
    objection: str = ""
    """Why they are not let in for now, by the rules of the company; a sentence for them."""

    @property
    def entity(self) -> Entity:
        """As policies see it: with no role but those of the company that it shows."""
        roles = tuple(guarding.role(one) for one in self.roles)
        if self.person is not None:
            return Entity("User", self.person.subject, guarding.NO_POWERS, roles)
        return Entity("Program", "" if self.client is None else str(self.client.pk), {}, roles)


def bearer(
    text: str, *, facts: Facts, certificate: str, address: str | None, now: datetime
) -> Bearer | None:
    """Who shows ``text``; ``None`` for all that is not good, or not for Ringwall itself.

    ``certificate`` is the edge's header about the client's certificate, to which a token may be
    bound (RFC 8705 section 3).
    """
    if text.startswith(PREFIX):
        return _by_key(text, facts, address, now)
    return _by_token(text, facts, certificate, address, now)


def _by_key(text: str, facts: Facts, address: str | None, now: datetime) -> Bearer | None:
    if not is_whole(text):
        return None
    claims = reading.verified(
        text.removeprefix(PREFIX).rpartition("~")[0],
        facts=facts,
        now=now,
        typ=TYPES[Purpose.KEY],
        purpose=Purpose.KEY,
    )
    if claims is None or not _is_for_us(claims, facts) or reading.is_revoked(claims, now):
        return None
    rows = ApiKey.objects.select_related("owner", "organisation", "client__client")
    key = rows.filter(pk=str(claims.get("sid"))).first()
    if key is None or apikeys.state_of(key, now) not in _GOOD or _is_suspended(key.organisation):
        return None
    if key.ends is not None and key.ends <= now:
        return None
    if key_bounds.excess(key, facts) is not None or key_bounds.lacking(key, facts) is not None:
        return None
    is_persons = key.owner is not None
    # A person's key without scopes has a token that says nothing of them.
    scopes = None if is_persons and not key.scopes else frozenset(key.scopes)
    return Bearer(
        person=key.owner,
        client=key.client,
        organisation=key.organisation,
        roles=_of_company(key.roles, key.organisation, facts, is_program=not is_persons),
        scopes=scopes,
        credential=key.pk,
        objection=_by_network(key.organisation, address),
    )


def _by_token(
    text: str, facts: Facts, certificate: str, address: str | None, now: datetime
) -> Bearer | None:
    read = reading.access_token(text, facts=facts, now=now)
    if read is None or not _is_for_us(read.claims, facts):
        return None
    bound = read.claims.get("rw_bound")
    if bound is not None:
        shown = certificates.read(certificate)
        if shown is None or shown.hex != bound:
            return None
    client = authentication.find(str(read.claims.get("client_id")))
    if client is None:
        return None
    scopes = frozenset(str(read.claims.get("scope", "")).split())
    said = [str(one) for one in read.claims.get("roles", ())]
    if read.grant is None:
        roles = [one for one in said if one in client.roles]
        return Bearer(
            client=client,
            organisation=client.organisation,
            roles=_of_company(roles, client.organisation, facts, is_program=True),
            scopes=scopes,
            objection=_by_network(client.organisation, address),
        )
    person, session = read.grant.user, read.grant.session
    member = (
        Membership.objects.select_related("organisation")
        .filter(user=person, organisation__slug=str(read.claims.get("tenant")), active=True)
        .filter(organisation__suspended=None)
        .first()
    )
    if member is None:
        return Bearer(person=person, client=client, scopes=scopes)
    missing = objection(session, member, address=address, now=now)
    held = lent.held(member, now)
    roles = [one for one in said if one in held]
    return Bearer(
        person=person,
        client=client,
        organisation=member.organisation,
        roles=_of_company(roles, member.organisation, facts, is_program=False),
        scopes=scopes,
        objection="" if missing is None else missing.text,
    )


def _is_for_us(claims: dict[str, Any], facts: Facts) -> bool:
    """Whether it names no single host, each of which is somebody else's service."""
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else list(audience or ())
    return facts.api_audience in listed


def _of_company(
    roles: list[str], organisation: Organisation | None, facts: Facts, *, is_program: bool
) -> tuple[str, ...]:
    """Those that mean something at Ringwall itself: none of a customer's organisation does.

    A program without an organisation is the company's own; a person without one has no roles.
    """
    if organisation is None and not is_program:
        return ()
    if effective.kind_of(organisation) != Kind.PROVIDER:
        return ()
    return effective.roles(roles, organisation, facts)


def _is_suspended(organisation: Organisation | None) -> bool:
    return organisation is not None and organisation.suspended is not None


def _by_network(organisation: Organisation | None, address: str | None) -> str:
    if organisation is None or is_within(address, organisation.networks):
        return ""
    return f"{organisation.name} lets its members in only from certain networks, and this is none"
