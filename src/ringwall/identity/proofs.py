"""When people were proven last, by the sessions of their tokens."""

from ringwall.identity.models import Session


def last_proof(sid: str) -> int | None:
    """When the person of a session was proven last, in seconds since 1970; ``None`` if it is gone.

    ``sid`` is that of a token, of whatever turn of the session.
    """
    found = Session.objects.filter(pk=sid.partition(".")[0]).values_list("proven", flat=True)
    proven = found.first()
    return None if proven is None else int(proven.timestamp())
