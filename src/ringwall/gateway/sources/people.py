"""Who is signed in from a network: whom a block of it would hit."""

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from django.apps import apps

from ringwall.gateway.config import Network

_LATELY: Final = timedelta(days=1)


def signed_in_from(network: Network, now: datetime) -> tuple[str, ...]:
    """The mail addresses of people with a session that goes on and was used from there lately.

    Nobody where nobody signs in. ``now`` is in UTC.
    """
    if not apps.is_installed("ringwall.identity"):
        return ()
    from ringwall.identity.models import Session  # noqa: PLC0415 - only where its tables are

    rows = Session.objects.filter(
        ended__isnull=True, expires__gt=now, last_use__gt=now - _LATELY, address__isnull=False
    )
    found = {
        email
        for email, address in rows.values_list("user__email", "address").iterator()
        if address is not None and ip_address(address) in network
    }
    return tuple(sorted(found))
