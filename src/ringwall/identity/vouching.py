"""Who says that it is them: the person, or a customer's own identity provider.

Whoever runs a provider can come in by it as any of its people, and set up a passkey in their name
before they ever come. So what it says counts for its own organisation and for no other: a session
that nothing but a customer's provider stands behind acts for that customer alone. The same holds
for factors that were added in such a session, also when they are shown by themselves later.

Something that is the person's own ends that: a password, which they can only have set by a link to
their mail address, or a factor that was added in a session of which this was so.

What the company's own provider says counts everywhere: the company runs all of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_save

from ringwall.identity.models import (
    Connection,
    Kind,
    Organisation,
    Session,
    VouchedFactor,
)

_GONE: Final = "gone"
"""Of a connection or a factor that is no more: nobody stands behind that."""


def voucher_of(records: Iterable[Mapping[str, Any]]) -> str:
    """The id of the customer whose word is all that a sign-in rests on; empty for none.

    ``records`` are what was shown in a browser: ``method``, ``provider`` of a sign-on, ``id`` of a
    factor.
    """
    found = ""
    for one in records:
        by = _by_provider(one) if one.get("method") == "socialaccount" else _by_factor(one)
        if not by:
            return ""
        found = found if by == _GONE and found else by
    return found


def speaks_for(session: Session, organisation: Organisation) -> bool:
    """Whether what a session rests on counts for an organisation."""
    return session.vouched_by in {"", str(organisation.pk)}


def own_kinds(session: Session) -> frozenset[str]:
    """The kinds of factors with which somebody can show that it is they themselves."""
    mine = Authenticator.objects.filter(user=session.user_id, vouchedfactor=None)
    return frozenset(mine.values_list("type", flat=True))


def connect() -> None:
    """Note of every factor whether it is the person's own, as it is added."""
    post_save.connect(_added, sender=Authenticator, dispatch_uid="ringwall.identity.vouching.added")


def _by_provider(record: Mapping[str, Any]) -> str:
    found = (
        Connection.objects.select_related("organisation")
        .filter(slug=record.get("provider"))
        .first()
    )
    if found is None:
        return _GONE
    return "" if found.organisation.kind == Kind.PROVIDER else str(found.organisation_id)


def _by_factor(record: Mapping[str, Any]) -> str:
    number = record.get("id")
    if record.get("method") != "mfa" or number is None:
        return ""
    factor = Authenticator.objects.select_related("vouchedfactor").filter(pk=number).first()
    if factor is None:
        return _GONE
    found: VouchedFactor | None = getattr(factor, "vouchedfactor", None)
    return "" if found is None else found.by


def _added(instance: Authenticator, *, created: bool, **_: Any) -> None:
    session: Session | None = getattr(context.request, "ringwall_session", None)
    if not created or session is None or not session.vouched_by:
        return
    if session.user_id == instance.user_id:
        VouchedFactor.objects.create(authenticator=instance, by=session.vouched_by)
