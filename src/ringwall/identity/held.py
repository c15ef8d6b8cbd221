"""What was sent while nobody was signed in any more: kept until they are, then sent again.

A session may end while somebody fills in a form. The edge answers the form with 307 to the host of
sign-in, so the browser sends it there too. It is kept only if the page that sent it is of the very
origin it was meant for: a form that another site made the browser send would otherwise pass for
one of ours once the person has signed in. What a program says of its origin proves nothing, so the
form is sent only from the browser that came back with the ``state`` the edge had given to it
(:mod:`ringwall.identity.pages.visiting`).
"""

import json
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from ringwall.identity.models import HeldForm
from ringwall.identity.sealing import UnsealingError, seal, unseal
from ringwall.identity.secrets import hash_of, new_secret

LARGEST: Final = 64 * 1024
"""Bytes of a form that is kept."""

_FIELDS: Final = 200
KEPT_FOR: Final = timedelta(minutes=30)
_AT_MOST: Final = 2000
"""Forms that wait at the same time; the oldest go first."""


def hold(request: HttpRequest, target: str) -> str | None:
    """Keep a form meant for ``target``; the secret it is taken with, ``None`` if it is not kept.

    Kept are forms as browsers send them by themselves (``application/x-www-form-urlencoded``), of
    at most :data:`LARGEST` bytes, from a page of the same origin as ``target``.
    """
    if not _comes_from(request, "/".join(target.split("/", 3)[:3])):
        return None
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > LARGEST:
        return None
    try:
        pairs = parse_qsl(
            request.body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_FIELDS,
            errors="strict",
        )
    except ValueError:
        return None
    now, secret = timezone.now(), new_secret()
    with transaction.atomic():
        HeldForm.objects.filter(created__lt=now - KEPT_FOR).delete()
        spare = HeldForm.objects.order_by("-created")[_AT_MOST - 1 :].values("pk")
        HeldForm.objects.filter(pk__in=list(spare.values_list("pk", flat=True))).delete()
        HeldForm.objects.create(
            secret_hash=hash_of(secret),
            target=target,
            fields=seal(json.dumps(pairs).encode()),
            created=now,
        )
    return secret


def _comes_from(request: HttpRequest, origin: str) -> bool:
    """Whether the page that sent this is of ``origin``, as no page of another could pretend.

    Browsers make the ``Origin`` of what was redirected elsewhere ``null``; the ``Referer`` remains,
    unless the page asked for none.
    """
    said = request.headers.get("Origin", "null")
    if said != "null":
        return said == origin
    referer = request.headers.get("Referer", "")
    return referer == origin or referer.startswith(f"{origin}/")


def take(secret: str, *, authority: str) -> tuple[str, list[tuple[str, str]]] | None:
    """The target and the fields of a form, once, on the host it was meant for; else ``None``."""
    with transaction.atomic():
        rows = HeldForm.objects.select_for_update().filter(
            secret_hash=hash_of(secret),
            target__startswith=f"https://{authority}/",
            created__gt=timezone.now() - KEPT_FOR,
        )
        found = rows.first()
        if found is None or not HeldForm.objects.filter(pk=found.pk).delete()[0]:
            return None
    try:
        pairs = json.loads(unseal(found.fields))
    except UnsealingError:
        return None
    return found.target, [(str(name), str(value)) for name, value in pairs]
