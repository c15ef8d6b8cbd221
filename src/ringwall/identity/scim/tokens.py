"""What a provisioning system shows: a token of one organisation, of which only the hash is kept."""

import logging
from datetime import timedelta
from typing import Final

from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.identity.asking import By, require
from ringwall.identity.models import Organisation, ScimToken
from ringwall.identity.secrets import hash_of, new_secret

log = logging.getLogger("ringwall.identity")

PREFIX: Final = "rws_"
LONGEST: Final = timedelta(days=366)
_NOTED_EVERY: Final = timedelta(minutes=1)


def make(
    organisation: Organisation, name: str, *, life: timedelta, by: By
) -> tuple[ScimToken, str]:
    """Make a token that lives for ``life``, a year at most; the text is shown this once."""
    require(by, Action.DIRECTORIES_CHANGE, organisation)
    if not timedelta(0) < life <= LONGEST:
        msg = "a token lives for a day to a year"
        raise ValueError(msg)
    if not name.strip() or len(name) > 100:
        msg = "a token has a name of 100 characters at most, so that you know it again"
        raise ValueError(msg)
    secret = PREFIX + new_secret()
    made = ScimToken.objects.create(
        organisation=organisation,
        name=name.strip(),
        secret_hash=hash_of(secret),
        expires=timezone.now() + life,
    )
    log.warning("a provisioning token of %s is made: %s", organisation.slug, made.name)
    return made, secret


def withdraw(organisation: Organisation, token_id: int, *, by: By) -> ScimToken:
    """Let a token no longer count. ``LookupError`` when there is none of that number."""
    require(by, Action.DIRECTORIES_CHANGE, organisation)
    found = ScimToken.objects.filter(organisation=organisation, pk=token_id).first()
    if found is None:
        msg = f"{organisation.slug} has no provisioning token {token_id}"
        raise LookupError(msg)
    if found.revoked is None:
        found.revoked = timezone.now()
        found.save(update_fields=["revoked"])
        log.warning("a provisioning token of %s is withdrawn: %s", organisation.slug, found.name)
    return found


def token_of(header: str) -> ScimToken | None:
    """The token that an ``Authorization`` header shows (RFC 6750), if it counts."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX):
        return None
    now = timezone.now()
    found = (
        ScimToken.objects.select_related("organisation")
        .filter(secret_hash=hash_of(secret.strip()), revoked=None, expires__gt=now)
        .filter(organisation__suspended=None)
        .first()
    )
    if found is None:
        return None
    if found.last_use is None or now - found.last_use > _NOTED_EVERY:
        ScimToken.objects.filter(pk=found.pk).update(last_use=now)
    return found
