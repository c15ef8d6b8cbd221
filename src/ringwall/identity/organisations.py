"""Organisations: made, renamed, given rules, suspended, restored, removed."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.guarding import COMPANY, Decision
from ringwall.identity import revocations
from ringwall.identity.asking import By, require
from ringwall.identity.asking import may as may_by
from ringwall.identity.installed import current_facts
from ringwall.identity.models import (
    ApiClient,
    ApiKey,
    EntryCode,
    Kind,
    Organisation,
    Revocation,
    SecondFactor,
    Session,
    Subject,
    User,
    Visit,
)
from ringwall.identity.networks import is_within, parse_networks

log = logging.getLogger("ringwall.identity")

_SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_CREDENTIAL: Final = timedelta(days=367)
"""No key or token of an organisation lives longer; until then its name is not given again."""


def create(*, slug: str, name: str, by: By, kind: Kind = Kind.CUSTOMER) -> Organisation:
    """Make an organisation. ``ValueError`` when the name cannot be or is taken.

    The slug is a label of host names (RFC 1123) and stays for good.
    """
    require(by, Action.ORGANISATIONS_MAKE, COMPANY)
    if not _SLUG.fullmatch(slug):
        msg = f'"{slug}" cannot name an organisation: lower-case letters, digits and - between them'
        raise ValueError(msg)
    _require_free(slug)
    try:
        with transaction.atomic():
            made = Organisation.objects.create(slug=slug, name=_name(name), kind=kind)
    except IntegrityError as error:
        msg = f"there is an organisation {slug} already"
        raise ValueError(msg) from error
    log.info("organisation %s is made", slug)
    return made


def find(slug: str) -> Organisation:
    """The organisation of that name; ``LookupError`` when there is none."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        msg = f"there is no organisation {slug}: `ringwall org list` shows them"
        raise LookupError(msg)
    return found


def rename(organisation: Organisation, name: str, *, by: By) -> None:
    """Change what people read; the slug stays."""
    require(by, Action.RULES_CHANGE, organisation)
    organisation.name = _name(name)
    organisation.save(update_fields=["name"])


def suspend(organisation: Organisation, *, reason: str, by: By) -> None:
    """Let nobody act for an organisation from now on: people, programs and provisioning.

    Its people stay signed in for what else they belong to. The company itself cannot be suspended:
    ``ValueError``.
    """
    require(by, Action.ORGANISATIONS_SUSPEND, COMPANY)
    if organisation.kind == Kind.PROVIDER:
        msg = "the company's own organisation cannot be suspended: nobody could lift it"
        raise ValueError(msg)
    with transaction.atomic():
        now = timezone.now()
        if not Organisation.objects.filter(pk=organisation.pk, suspended=None).update(
            suspended=now
        ):
            return
        revocations.revoke(Subject.TENANT, organisation.slug, until=None, reason=reason)
        _leave(organisation)
    organisation.suspended = now
    log.warning("organisation %s is suspended: %s", organisation.slug, reason)


def restore(organisation: Organisation, *, by: By) -> None:
    """Let its members in again. What was ended stays so; they come in anew without signing in."""
    require(by, Action.ORGANISATIONS_SUSPEND, COMPANY)
    with transaction.atomic():
        if not Organisation.objects.filter(pk=organisation.pk, suspended__isnull=False).update(
            suspended=None
        ):
            return
        revocations.lift(Subject.TENANT, organisation.slug)
    organisation.suspended = None
    log.warning("organisation %s is restored", organisation.slug)


def remove(organisation: Organisation, *, by: By) -> None:
    """Delete an organisation with all that is its own; its people keep their accounts.

    Its name is refused at the edge for as long as any of its keys could live, and is not given
    again before. ``ValueError`` for the company itself.
    """
    require(by, Action.ORGANISATIONS_REMOVE, COMPANY)
    if organisation.kind == Kind.PROVIDER:
        msg = "the company's own organisation cannot be removed"
        raise ValueError(msg)
    with transaction.atomic():
        until = timezone.now() + _LONGEST_CREDENTIAL
        revocations.revoke(Subject.TENANT, organisation.slug, until=until, reason="removed")
        # One that was suspended is refused for good; nobody could ever take that back.
        revocations.end(Subject.TENANT, organisation.slug, until=until)
        _leave(organisation)
        ApiKey.objects.filter(organisation=organisation).delete()
        for one in ApiClient.objects.filter(organisation=organisation):
            one.client.delete()
        organisation.delete()
    log.warning("organisation %s is removed", organisation.slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an organisation asks of its members. Lengths of time are seconds, ``None`` the usual."""

    second_factor: str = SecondFactor.OPTIONAL
    session_idle: int | None = None
    session_absolute: int | None = None
    networks: tuple[str, ...] = ()
    sso_enforced: bool = False


def rules_of(organisation: Organisation) -> Rules:
    """The rules in force."""
    return Rules(
        second_factor=organisation.second_factor,
        session_idle=organisation.session_idle,
        session_absolute=organisation.session_absolute,
        networks=tuple(organisation.networks),
        sso_enforced=organisation.sso_enforced,
    )


class NetworksError(ValueError):
    """Networks that this person may not set, or not from where they are."""


def set_rules(
    organisation: Organisation,
    rules: Rules,
    *,
    by: By,
    address: str | None = None,
) -> None:
    """Put rules in force, for sessions that are open too. ``ValueError`` says what cannot be.

    ``by`` is who asks, from ``address``. :class:`NetworksError` when they would shut themselves
    out, or may not say where its people come from.
    """
    require(by, Action.RULES_CHANGE, organisation)
    told: dict[str, Any] = {
        "second_factor": _second_factor(rules.second_factor),
        "session_idle": _seconds("idle", rules.session_idle, least=shortest_idle()),
        "session_absolute": _seconds("absolute", rules.session_absolute, least=shortest_idle()),
        "networks": parse_networks(_texts(rules.networks)),
        "sso_enforced": rules.sso_enforced,
    }
    if rules.sso_enforced and not organisation.connections.filter(enabled=True).exists():
        msg = "single sign-on cannot be enforced before a connection is enabled: nobody could enter"
        raise ValueError(msg)
    with transaction.atomic():
        now = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if told["networks"] != now.networks:
            _require_may_close(now, told["networks"], by=by, address=address)
        for name, value in told.items():
            setattr(organisation, name, value)
        organisation.save(update_fields=list(told))
        _shorten(organisation)
    log.info("organisation %s has the rules %s", organisation.slug, told)


def _require_may_close(
    organisation: Organisation, networks: list[str], *, by: By, address: str | None
) -> None:
    decision = may_by(by, Action.NETWORKS_CHANGE, organisation)
    if not (decision if isinstance(by, Decision) else guarding.note(decision)).allowed:
        who = f"owners of {organisation.name}"
        if organisation.kind != Kind.PROVIDER:
            who = f"administrators of {organisation.name} and the company's owners"
        msg = f"only {who} change where its people may come from: anybody else could shut them out"
        raise NetworksError(msg)
    if isinstance(by, User) and not is_within(address, networks):
        msg = (
            f"you ask from {address or 'an unknown address'}, which is in none of these networks, "
            "and would shut yourself out: add a network that holds it"
        )
        raise NetworksError(msg)


def shortest_idle() -> int:
    """Seconds without a use that can be told apart: the edge asks once in a token's life."""
    return max(300, 2 * int(current_facts().settings.token_lifetime))


def _shorten(organisation: Organisation) -> None:
    """Hold sessions that act for an organisation to its limits."""
    from ringwall.identity.sessions import limits  # noqa: PLC0415 - sessions ask for organisations

    idle, absolute = limits(organisation)
    for session in Session.objects.filter(organisation=organisation, ended=None):
        session.idle = min(session.idle, idle)
        session.expires = min(session.expires, session.created + timedelta(seconds=absolute))
        session.save(update_fields=["idle", "expires"])


def _leave(organisation: Organisation) -> None:
    """End what acts for an organisation; sessions go on for whatever else they are good."""
    EntryCode.objects.filter(organisation=organisation).delete()
    Visit.objects.filter(organisation=organisation).delete()
    Session.objects.filter(organisation=organisation).update(organisation=None)


def _require_free(slug: str) -> None:
    facts = current_facts()
    wildcard = facts.settings.tenant_hosts
    if wildcard is not None and wildcard.replace("*", slug, 1) in facts.hosts:
        msg = f"{wildcard.replace('*', slug, 1)} is a host of the edge already: choose another name"
        raise ValueError(msg)
    was = Revocation.objects.filter(subject=Subject.TENANT, value=slug, lifted=False)
    if any(one.until is None or one.until > timezone.now() for one in was):
        msg = (
            f"{slug} was removed or is suspended, and keys of it may still be about: choose another"
        )
        raise ValueError(msg)


def _name(name: str) -> str:
    found = " ".join(name.split())
    if not 1 <= len(found) <= 150 or not found.isprintable():
        msg = "an organisation's name has 1 to 150 characters"
        raise ValueError(msg)
    return found


def _second_factor(value: str) -> str:
    if value not in SecondFactor.values:
        msg = f'"{value}" is no rule for factors: {", ".join(SecondFactor.values)}'
        raise ValueError(msg)
    return value


def _seconds(what: str, value: int | None, *, least: int) -> int | None:
    if value is not None and not least <= value <= 366 * 86400:
        msg = f"the {what} limit of sessions cannot be {value} s: {least} s to a year"
        raise ValueError(msg)
    return value


def _texts(values: Iterable[str]) -> list[str]:
    return [one for one in (value.strip() for value in values) if one]
