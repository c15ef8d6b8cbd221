"""Tell people what waits to be told: by mail, by webhook, by an event of the log.

A notice stays until it was taken; one that is not is tried later and later, and given up after
four days. A receiver that died after it took one may get it twice.
"""

import logging
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import requests
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from ringwall.core.events import Actor, Change, Happened, Recorded, entity
from ringwall.findings.config import ByLog, ByMail, ByWebhook, Findings, Told
from ringwall.findings.models import Notice
from ringwall.findings.service import standings
from ringwall.findings.standing import Standing
from ringwall.findings.states import State
from ringwall.findings.store import Wanted
from ringwall.findings.telling import body, payload, subject
from ringwall.runtime.recording import current_actor, record_all

_log = logging.getLogger(__name__)

MOST_TRIES: Final = 30
_AT_ONCE: Final = 200
_FIRST: Final = 30.0
_LONGEST: Final = 4 * 3600.0
_PATIENCE: Final = 10.0
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""What an owner is written to at: `@team` and the like are names."""
_DJANGOS_OWN: Final = "django.core.mail.backends.smtp.EmailBackend"


class NotTakenError(Exception):
    """Whoever should be told was not; the text holds nothing that is secret."""


def deliver(rules: Findings, now: datetime) -> tuple[int, int]:
    """Tell what is due, in one message a rule and occasion; how many were told, and not told."""
    by_name = {rule.name: rule for rule in rules.notify}
    # One that is to be tried later than any is was noted by a clock that was ahead.
    is_due = Q(next_try__lte=now) | Q(next_try__gt=now + timedelta(seconds=2 * _LONGEST))
    due = Notice.objects.filter(is_due, tries__lt=MOST_TRIES).order_by("made", "id")
    together: dict[tuple[str, str], list[Notice]] = {}
    for one in due[:_AT_ONCE]:
        together.setdefault((one.rule, one.occasion), []).append(one)
    told = failed = 0
    for (name, occasion), some in together.items():
        keys = [one.pk for one in some]
        rule = by_name.get(name)
        if rule is None:
            Notice.objects.filter(pk__in=keys).delete()
            continue
        uids = list(dict.fromkeys(uid for one in some for uid in one.findings))
        try:
            _tell(rule, occasion, _standings(uids), keys, now)
        except NotTakenError as error:
            failed += len(some)
            _later(some, str(error), now)
            _log.warning("%s: %s", name, error)
        else:
            told += len(some)
    return told, failed


def _standings(uids: Sequence[str]) -> list[Standing]:
    found: list[Standing] = []
    for start in range(0, len(uids), 500):
        part = tuple(uids[start : start + 500])
        found += standings(Wanted(states=frozenset(State), extra=part))
    return found


def _tell(rule: Told, occasion: str, some: list[Standing], keys: list[int], now: datetime) -> None:
    match rule:
        case ByMail():
            with transaction.atomic():  # the mails are in their outbox, and the notices gone
                _mail(rule, occasion, some)
                Notice.objects.filter(pk__in=keys).delete()
        case ByLog():
            with transaction.atomic():
                record_all([_event(rule, occasion, some, current_actor())])
                Notice.objects.filter(pk__in=keys).delete()
        case ByWebhook():
            _post(rule, payload(occasion, some, now))
            Notice.objects.filter(pk__in=keys).delete()


def _mail(rule: ByMail, occasion: str, some: list[Standing]) -> None:
    """To each address what it is told of: to the team all, to owners their own."""
    if settings.EMAIL_BACKEND == _DJANGOS_OWN:
        raise NotTakenError("mail needs `identity`, whose outbox it goes by")
    by_address: dict[str, list[Standing]] = {one: list(some) for one in rule.to}
    if rule.owner:
        for standing in some:
            owner = standing.owner.strip()
            if _ADDRESS.fullmatch(owner) and owner not in rule.to:
                by_address.setdefault(owner, []).append(standing)
    for address, told in by_address.items():
        EmailMessage(
            subject=f"Ringwall: {subject(occasion, len(told))}",
            body=body(occasion, told),
            to=[address],
        ).send()


def _event(rule: ByLog, occasion: str, some: list[Standing], actor: Actor) -> Recorded:
    uids = [one.uid for one in some[:100]]
    change = Change(
        happened=Happened.UPDATED,
        type="Findings",
        uid=rule.name,
        name=subject(occasion, len(some)),
        after={"occasion": occasion, "count": len(some), "findings": uids},
    )
    return entity(actor, change)


def _post(rule: ByWebhook, told: dict[str, Any]) -> None:
    address = rule.url if rule.secret_url is None else rule.secret_url.reveal()
    headers = {name: one.reveal() for name, one in rule.headers.items()}
    try:
        with requests.post(
            address or "",
            json=told,
            headers=headers,
            timeout=_PATIENCE,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
    except requests.RequestException as error:
        # The address may be a secret, and the error hold it.
        msg = f"the webhook {rule.name} does not answer ({type(error).__name__})"
        raise NotTakenError(msg) from None
    if not 200 <= status < 300:
        raise NotTakenError(f"the webhook {rule.name} answered {status}")


def _later(some: list[Notice], error: str, now: datetime) -> None:
    given_up = [one for one in some if one.tries + 1 >= MOST_TRIES]
    if given_up:
        count = len({uid for one in given_up for uid in one.findings})
        _log.error("%s was not told of %d findings, for days: %s", some[0].rule, count, error)
        Notice.objects.filter(pk__in=[one.pk for one in given_up]).delete()
    some = [one for one in some if one.tries + 1 < MOST_TRIES]
    for one in some:
        one.tries += 1
        pause = min(_LONGEST, _FIRST * 2 ** min(one.tries - 1, 12))
        one.next_try, one.error = now + timedelta(seconds=pause), error[:300]
    Notice.objects.bulk_update(some, ["tries", "next_try", "error"])
