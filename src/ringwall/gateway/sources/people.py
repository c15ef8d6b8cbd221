"""Who is signed in, and from where: whom a block would hit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from django.apps import apps

from ringwall.access.built_in import OPERATOR, OWNER, SECURITY_ADMINISTRATOR
from ringwall.gateway.config import Network
from ringwall.gateway.sources.running import Running

_LATELY: Final = timedelta(days=1)
_RUN_IT: Final = frozenset({OWNER, SECURITY_ADMINISTRATOR, OPERATOR})


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that goes on and was used lately."""

    email: str
    address: IPv4Address | IPv6Address
    agent: str


def signed_in(now: datetime) -> tuple[SignedIn, ...]:
    """Every session that goes on and was used within a day. ``now`` is in UTC.

    None where nobody signs in.
    """
    if not apps.is_installed("ringwall.identity"):
        return ()
    from ringwall.identity.models import Session  # noqa: PLC0415 - only where its tables are

    rows = Session.objects.filter(
        ended__isnull=True, expires__gt=now, last_use__gt=now - _LATELY, address__isnull=False
    ).values_list("user__email", "address", "user_agent")
    return tuple(
        SignedIn(email, ip_address(address), agent)
        for email, address, agent in rows.iterator()
        if address is not None
    )


def signed_in_from(network: Network, now: datetime) -> tuple[str, ...]:
    """The mail addresses of people with a session that goes on and was used from there lately.

    Nobody where nobody signs in. ``now`` is in UTC.
    """
    return tuple(sorted({one.email for one in signed_in(now) if one.address in network}))


def running_it(now: datetime) -> tuple[Running, ...]:
    """From where people who run Ringwall are signed in, in sessions that were used within a day.

    Those are owners, security administrators and operators of the company itself.
    """
    if not apps.is_installed("ringwall.identity"):
        return ()
    from ringwall.identity import lent  # noqa: PLC0415 - only where its tables are
    from ringwall.identity.models import Membership, Session  # noqa: PLC0415 - as above
    from ringwall.identity.models.organisations import Kind  # noqa: PLC0415 - as above
    from ringwall.identity.sessions import is_over  # noqa: PLC0415 - as above

    members = Membership.objects.filter(organisation__kind=Kind.PROVIDER, active=True)
    rows = members.filter(user__is_active=True)
    people = {one.user_id for one in rows if _RUN_IT & {*lent.held(one, now)}}
    if not people:
        return ()
    found = Session.objects.select_related("user").filter(
        user_id__in=people, ended__isnull=True, last_use__gt=now - _LATELY, address__isnull=False
    )
    return tuple(
        Running.at(one.user.email, ip_address(one.address))
        for one in found
        if one.address is not None and not is_over(one, now)
    )
