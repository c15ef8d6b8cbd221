"""Who says that it is them: the person, or a customer's own identity provider.

Whoever runs a provider can come in by it as any of its people, and set up a passkey in their name
before they ever come. So what it says counts for its own organisation and for no other: a session
that nothing but a customer's provider stands behind acts for that customer alone, and sees and ends
nothing of the person's elsewhere. The same holds for factors that were added in such a session,
also when they are shown by themselves later.

Something of the person's own that opens by itself ends that: a password, which they can only have
set by a link to their mail address, or a passkey that was added in a session of which this was so.
Beside that, factors for which a customer vouches count for nothing any more: shown after a password
they would be a second factor everywhere. A code, be it of the person's own app, opens nothing by
itself and changes nothing here.

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
_PASSKEY: Final = Authenticator.Type.WEBAUTHN.value


def voucher_of(records: Iterable[Mapping[str, Any]]) -> str:
    """The id of the customer whose word is all that a sign-in rests on; empty for none.

    ``records`` are what was shown in a browser: ``method``, ``provider`` of a sign-on, ``id`` of a
    factor.
    """
    found = ""
    for one in records:
        by = _by(one)
        if by:
            found = found if by == _GONE and found else by
        elif one.get("method") != "mfa" or one.get("type") == _PASSKEY:
            return ""
    return found


def counted(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What of all that was shown tells how surely somebody was proven."""
    shown = list(records)
    if voucher_of(shown):
        return shown
    return [one for one in shown if not _by_factor(one)]


def lacks_own_factor(records: Iterable[Mapping[str, Any]], own: Iterable[str]) -> bool:
    """Whether a proof of one's own goes on from a customer's word, without a factor of one's own.

    Whoever begins with a password is asked for a factor at once. It must not become less because a
    provider spoke before, or because the factor that was shown is one that counts for nothing.
    ``own`` are the kinds of factors that are the person's own.
    """
    shown = list(records)
    if not any(map(_by, shown)) or voucher_of(shown):
        return False
    return bool(set(own)) and not any(_is_own_factor(one) for one in shown)


def speaks_for(session: Session, organisation: Organisation | None) -> bool:
    """Whether what a session rests on counts for an organisation; ``None`` is outside of all."""
    return session.vouched_by in {"", "" if organisation is None else str(organisation.pk)}


def shows(session: Session, other: Session) -> bool:
    """Whether a session may see another of the same person, and end it, and what was begun in it.

    Of two behind which customers stood that are no more nobody knows whether it was one.
    """
    by = session.vouched_by
    return by == "" or session.pk == other.pk or (by != _GONE and by == other.vouched_by)


def voucher_in_words(session: Session) -> str:
    """The slug of the customer who vouches for a session, as far as it is known still."""
    if session.vouched_by in {"", _GONE}:
        return _GONE
    found = Organisation.objects.filter(pk=session.vouched_by).first()
    return _GONE if found is None else found.slug


def own_kinds(session: Session) -> frozenset[str]:
    """The kinds of factors that are somebody's own."""
    mine = Authenticator.objects.filter(user=session.user_id, vouchedfactor=None)
    return frozenset(mine.values_list("type", flat=True))


def kinds_in(session: Session) -> frozenset[str]:
    """The kinds of factors that are there and make a session stronger when they are shown."""
    if not session.vouched_by:
        return own_kinds(session)
    found = Authenticator.objects.filter(user=session.user_id)
    return frozenset(found.values_list("type", flat=True))


def is_vouched(factor: Authenticator) -> bool:
    """Whether a factor was added in a session behind which only a customer's provider stood."""
    return VouchedFactor.objects.filter(authenticator=factor.pk).exists()


def connect() -> None:
    """Note of every factor whether it is the person's own, as it is added."""
    post_save.connect(_added, sender=Authenticator, dispatch_uid="ringwall.identity.vouching.added")


def _by(record: Mapping[str, Any]) -> str:
    is_sign_on = record.get("method") == "socialaccount"
    return _by_provider(record) if is_sign_on else _by_factor(record)


def _is_own_factor(record: Mapping[str, Any]) -> bool:
    return record.get("method") == "mfa" and not _by_factor(record)


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
