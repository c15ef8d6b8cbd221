"""People and organisations for tests: North and South are customers, the Shop is the company."""

from datetime import timedelta
from typing import Any

import jwt
from django.utils import timezone


def organisation(slug: str, **more: Any) -> Any:
    from ringwall.identity.models import Organisation

    return Organisation.objects.create(slug=slug, name=slug.title(), **more)


def person(email: str, *, verified: bool = True, **roles: list[str]) -> Any:
    """Somebody with a mail address and memberships: ``person("a@b.example", north=["buyer"])``."""
    from allauth.account.models import EmailAddress

    from ringwall.identity.models import Membership, Organisation, User

    made = User.objects.create_user(email, name=email.partition("@")[0].title())
    EmailAddress.objects.create(user=made, email=email, verified=verified, primary=True)
    for slug, given in roles.items():
        Membership.objects.create(
            user=made, organisation=Organisation.objects.get(slug=slug), roles=given
        )
    return made


def join(user: Any, slug: str, *roles: str) -> Any:
    """A new membership."""
    from ringwall.identity.models import Membership, Organisation

    organisation = Organisation.objects.get(slug=slug)
    return Membership.objects.create(user=user, organisation=organisation, roles=list(roles))


def member(user: Any, slug: str) -> Any:
    from ringwall.identity.models import Membership

    return Membership.objects.get(user=user, organisation__slug=slug)


def session(user: Any, slug: str | None = None, **more: Any) -> Any:
    """A session that acts for an organisation, proven with two factors unless said otherwise."""
    from ringwall.identity.models import Organisation, Session

    now = timezone.now()
    told = {
        "acr": "mfa",
        "amr": ["otp", "pwd"],
        "address": "127.0.0.7",
        "key": user.subject,
        **more,
    }
    acts = Organisation.objects.get(slug=slug) if slug else None
    return Session.objects.create(
        user=user, organisation=acts, expires=now + timedelta(days=1), idle=3600, proven=now, **told
    )


def entered(session: Any, facts: Any, host: str) -> Any:
    """The cookie of a visit begun now at a host, such as ``north.shop.localhost``."""
    from ringwall.identity import visits
    from ringwall.identity.installed import current_mint

    authority = f"{host}:{facts.port}"
    url = visits.open_entry(session, target=f"https://{authority}/", state="s", facts=facts)
    code = url.rpartition("=")[2]
    mint = current_mint()
    return visits.take_entry(code, state="s", authority=authority, facts=facts, mint=mint)


def renewed(cookie: str, facts: Any, host: str, *, address: str | None = "127.0.0.7") -> Any:
    from ringwall.identity import visits
    from ringwall.identity.installed import current_mint

    secret = cookie.partition(".")[2].partition("~")[0]
    found = visits.renew(
        secret,
        authority=f"{host}:{facts.port}",
        facts=facts,
        mint=current_mint(),
        address=address,
    )
    return None if found is None else found.cookie


def told(cookie: str) -> dict[str, Any]:
    """What the token in a cookie says."""
    token = cookie.partition("~")[2]
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def is_accepted(cookie: str) -> bool:
    """Whether the edge would take a cookie's token: neither sid, sub nor tenant is revoked."""
    from ringwall.identity import revocations

    said, live = told(cookie), revocations.live(timezone.now())
    names = {"session": said["sid"], "user": said["sub"], "tenant": said.get("tenant")}
    return not any(value in live[subject] for subject, value in names.items())
