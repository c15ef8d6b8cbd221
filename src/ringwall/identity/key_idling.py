"""Keys that are idle: refused for now, since they lack what keeps their owner out.

Not withdrawn: a policy is written, tried and taken back, and a role given by mistake is taken back
too. No program should need a new key for that. The edge refuses an idle key like one that is
withdrawn, until nothing is wrong with it any more.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from ringwall.identity import key_bounds, revocations
from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiKey, Subject, User

log = logging.getLogger("ringwall.identity")

_REASON = "it lacks what keeps its owner out"


def follow(key: ApiKey, facts: Facts) -> None:
    """Let a living key be idle from now on, or good again, as policies have it now."""
    wrong = (key_bounds.lacking(key, facts) or "")[:300]
    if wrong == key.idle:
        return
    with transaction.atomic():
        before = ApiKey.objects.select_for_update().filter(pk=key.pk, revoked=None).first()
        if before is None:
            return  # withdrawn meanwhile, which no policy takes back
        ApiKey.objects.filter(pk=key.pk).update(idle=wrong)
        if wrong and not before.idle:
            revocations.revoke(Subject.SESSION, key.pk, until=key.expires, reason=_REASON)
        elif before.idle and not wrong:
            revocations.lift(Subject.SESSION, key.pk)
    key.idle = wrong
    log.warning("key %s is %s", key.pk, f"idle: {wrong}" if wrong else "good again")


def follow_owner(owner: User, facts: Facts, now: datetime) -> None:
    """The same for all keys of a person, when what they are has changed."""
    if not facts.kept_out:
        return
    living = ApiKey.objects.filter(Q(expires__gt=now), revoked=None, owner=owner)
    for key in living.select_related("owner", "organisation", "client__client"):
        if key_bounds.excess(key, facts) is None:
            follow(key, facts)
