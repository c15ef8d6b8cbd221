"""Mail domains: an organisation shows that one is its own, by DNS or by a file on its server."""

import logging
import re
import secrets
from typing import Final, Protocol

from django.db import IntegrityError, transaction
from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.access.guarding import MACHINE
from ringwall.identity.asking import By, require
from ringwall.identity.models import Domain, Organisation

log = logging.getLogger("ringwall.identity")

RECORD: Final = "_ringwall-domain"
"""The label of the TXT record, whose text is the token."""
PATH: Final = "/.well-known/ringwall-domain"
"""Where the file lies, whose first line is the token."""

_NAME: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_BEGINS: Final = "ringwall-domain="


class Resolver(Protocol):
    """What looks a domain up. Both say nothing (empty) when there is nothing or it fails."""

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name."""
        ...

    def page(self, url: str) -> str:
        """The first kilobyte behind an https URL; redirects are not followed."""
        ...


def add(organisation: Organisation, name: str, *, by: By) -> Domain:
    """Note that an organisation wants to show a domain to be its own; the one there is, if it did.

    ``ValueError`` when it cannot be one, or another organisation has shown it to be its.
    """
    require(by, Action.DOMAINS_CHANGE, organisation)
    wanted = _parse(name)
    _require_nobody_elses(organisation, wanted)
    found = Domain.objects.filter(organisation=organisation, name=wanted).first()
    if found is not None:
        return found
    token = _BEGINS + secrets.token_urlsafe(24)
    return Domain.objects.create(organisation=organisation, name=wanted, token=token)


def verify(domain: Domain, resolver: Resolver, *, by: By) -> bool:
    """Look for the token in DNS, then on the web server; whether the domain is shown to be theirs.

    ``ValueError`` when another organisation was faster.
    """
    require(by, Action.DOMAINS_CHANGE, domain.organisation)
    if domain.token in (text.strip() for text in resolver.texts(f"{RECORD}.{domain.name}")):
        return _verified(domain, how="DNS")
    lines = resolver.page(f"https://{domain.name}{PATH}").splitlines()
    if lines and lines[0].strip() == domain.token:
        return _verified(domain, how="a file")
    return False


def vouch(domain: Domain) -> None:
    """Take a domain for theirs because somebody on the host says so. Errors as of ``verify``."""
    require(MACHINE, Action.DOMAINS_CHANGE, domain.organisation)
    _verified(domain, how="somebody on the host")


def remove(domain: Domain, *, by: By) -> None:
    """Let an organisation no longer speak for a domain; connections stop doing so at once."""
    require(by, Action.DOMAINS_CHANGE, domain.organisation)
    domain.delete()
    log.warning("domain %s is no longer of %s", domain.name, domain.organisation.slug)


def find(organisation: Organisation, name: str) -> Domain:
    """The domain of that name; ``LookupError`` when the organisation has none."""
    found = Domain.objects.filter(organisation=organisation, name=name.strip().lower()).first()
    if found is None:
        msg = f"{organisation.slug} has no domain {name.strip()}: add it first"
        raise LookupError(msg)
    return found


def is_own(organisation: Organisation, email: str) -> bool:
    """Whether a mail address lies in a domain the organisation has shown to be its own.

    A domain covers no subdomain: those may be somebody else's.
    """
    name = email.rpartition("@")[2].lower()
    return Domain.objects.filter(
        organisation=organisation, name=name, verified__isnull=False
    ).exists()


def owner_of(email: str) -> Organisation | None:
    """The organisation that speaks for a mail address."""
    name = email.rpartition("@")[2].strip().lower()
    found = (
        Domain.objects.select_related("organisation")
        .filter(name=name, verified__isnull=False, organisation__suspended=None)
        .first()
    )
    return found.organisation if found else None


def _verified(domain: Domain, *, how: str) -> bool:
    if domain.verified is not None:
        return True
    try:
        with transaction.atomic():
            domain.verified = timezone.now()
            domain.save(update_fields=["verified"])
    except IntegrityError as error:
        domain.verified = None
        msg = f"{domain.name} was shown to be another organisation's"
        raise ValueError(msg) from error
    log.warning("domain %s is of %s, shown by %s", domain.name, domain.organisation.slug, how)
    return True


def _require_nobody_elses(organisation: Organisation, name: str) -> None:
    others = Domain.objects.filter(name=name, verified__isnull=False)
    if others.exclude(organisation=organisation).exists():
        msg = f"{name} was shown to be another organisation's"
        raise ValueError(msg)


def _parse(name: str) -> str:
    try:
        found = name.strip().rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        found = ""
    if len(found) > 253 or not _NAME.fullmatch(found):
        msg = f'"{name.strip()}" is not a mail domain such as example.com'
        raise ValueError(msg)
    return found
