"""What posture reads of who can sign in: people, organisations, keys and clients.

Found by discovery. People are named by their ids: a finding outlives whom it is about.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.identity.presence import is_here
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import Refused

KINDS: Final = ("ringwall-person", "ringwall-organisation", "ringwall-key", "ringwall-client")


def aspects(installation: Installation) -> Iterator[Collected]:
    """All that are let in now; nobody, where nobody can sign in."""
    from ringwall.runtime.opening import open_tables  # noqa: PLC0415 - before any table

    try:
        open_tables(installation, needs="identity")
    except Refused:
        if not is_here(installation.load()):
            return
        raise
    yield from _organisations()
    yield from _people()
    yield from _keys()
    yield from _clients()


def _organisations() -> Iterator[Collected]:
    from ringwall.identity.models import Organisation  # noqa: PLC0415 - as above

    for one in Organisation.objects.filter(suspended=None).prefetch_related("memberships"):
        members = [each for each in one.memberships.all() if each.active]
        yield _made(
            "ringwall-organisation",
            one.slug,
            rules={
                "kind": one.kind,
                "second_factor": one.second_factor,
                "session_idle": one.session_idle,
                "session_absolute": one.session_absolute,
                "networks": list(one.networks),
                "sso_enforced": one.sso_enforced,
            },
            members=[{"person": each.user_id.hex, "roles": list(each.roles)} for each in members],
        )


def _people() -> Iterator[Collected]:
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - as above

    from ringwall.identity.models import Session, User  # noqa: PLC0415 - as above

    factors: dict[Any, list[str]] = {}
    for user, kind in Authenticator.objects.values_list("user_id", "type"):
        factors.setdefault(user, []).append(str(kind))
    used: dict[Any, datetime] = {}
    for user, last in Session.objects.values_list("user_id", "last_use"):
        used[user] = max(last, used.get(user, last))
    people = User.objects.filter(is_active=True).prefetch_related("memberships__organisation")
    for one in people:
        roles = {
            each.organisation.slug: {"kind": each.organisation.kind, "roles": list(each.roles)}
            for each in one.memberships.all()
            if each.active and each.organisation.suspended is None
        }
        yield _made(
            "ringwall-person",
            one.subject,
            factors=sorted(factors.get(one.pk, ())),
            has_password=one.has_usable_password(),
            roles=roles,
            activity={
                "created": one.created.isoformat(),
                "last_use": used[one.pk].isoformat() if one.pk in used else None,
            },
        )


def _keys() -> Iterator[Collected]:
    from ringwall.identity.models import ApiKey  # noqa: PLC0415 - as above

    now = datetime.now(UTC)
    for one in ApiKey.objects.filter(revoked=None, expires__gt=now):
        if one.ends is not None and one.ends <= now:
            continue
        yield _made(
            "ringwall-key",
            one.id,
            declared={
                "scopes": list(one.scopes),
                "roles": list(one.roles),
                "audiences": list(one.audiences),
                "created": one.created.isoformat(),
                "expires": one.expires.isoformat(),
                "last_use": one.last_use.isoformat() if one.last_use else None,
                "acts_for": "person" if one.owner_id else "client",
            },
        )


def _clients() -> Iterator[Collected]:
    from ringwall.identity.models import ApiClient  # noqa: PLC0415 - as above

    for one in ApiClient.objects.filter(disabled=None).select_related("client"):
        yield _made(
            "ringwall-client",
            str(one.client_id),
            declared={
                "auth_method": one.auth_method,
                "certificate_bound": one.certificate_bound,
                "roles": list(one.roles),
                "redirect_uris": one.client.get_redirect_uris(),
                "grant_types": one.client.get_grant_types(),
                "first_party": one.first_party,
            },
        )


def _made(kind: str, name: str, **aspects: Any) -> Collected:
    now = datetime.now(UTC)
    told: Mapping[str, Observation] = {
        aspect: Observation(State.KNOWN, value, "tables", now) for aspect, value in aspects.items()
    }
    return Collected(found=Found(kind=kind, name=name, label=name), aspects=told)
