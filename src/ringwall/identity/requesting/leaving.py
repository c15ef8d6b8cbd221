"""What becomes of requests as whoever asked leaves."""

import logging

from django.utils import timezone

from ringwall.identity.models import AccessRequest, Organisation, RequestState, User
from ringwall.identity.requesting import telling

log = logging.getLogger("ringwall.identity")


def leave(user: User, organisation: Organisation | None = None) -> None:
    """End all that somebody asks for and has for some time, as they leave an organisation, or all.

    In the transaction in which they leave. What they had is told as at every other end.
    """
    rows = AccessRequest.objects.filter(
        user=user, state__in=(RequestState.WAITING, RequestState.GRANTED)
    )
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    now = timezone.now()
    for one in rows.select_related("organisation", "user").select_for_update(of=("self",)):
        had = one.state == RequestState.GRANTED
        if had and one.ends is not None and one.ends <= now:
            continue  # it had ended already, which is still to be told
        one.state, one.closed = RequestState.LEFT, now
        one.ends = now if had else one.ends
        one.save(update_fields=["state", "closed", "ends"])
        log.info("%s is over: %s leaves", one, user.subject)
        if had:
            telling.ended(one)
