"""Every view of identity, found by walking its URL patterns, and what is said of each.

A new view is found by itself. ``test_every_view.py`` fails until it is classified here:

- A view that is ``csrf_exempt`` stands in :data:`EXEMPT`, with the reason why a browser that
  another site makes ask cannot do harm by it. No other view may be exempt.
- A view whose path names something stands in :data:`CROSSINGS`, with what North has of that kind
  and South's administrator asks for; or in :data:`OPEN_TO_ALL`, with the reason why whoever knows
  the name may ask.
- A view that asks no policy stands in :data:`UNGUARDED`, with the reason; all others name their
  actions by ``pages.guarded``.
- A view whose path names nothing stands in :data:`CROSSINGS` too if its form can name something of
  an organisation; else in :data:`NAMES_NOTHING`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class View:
    """A view: the pattern of its path, its callback, the names of the parts that vary."""

    pattern: str
    callback: Any
    parameters: tuple[str, ...]

    @property
    def is_exempt(self) -> bool:
        """Whether Django does not look for a token of ours."""
        return bool(getattr(self.callback, "csrf_exempt", False))

    def path(self, given: Mapping[str, Any] | None = None) -> str:
        """A path that leads to it; what is not ``given`` is a 1, as nearly every part may be."""
        from django.urls.resolvers import RegexPattern, RoutePattern
        from django.utils.regex_helper import normalize

        told = dict.fromkeys(self.parameters, "1") | _OTHERWISE | dict(given or {})
        made = "/"
        for part in _parts(self):
            if isinstance(part, RoutePattern):
                text = str(part)
                for name, converter in part.converters.items():
                    kind = _KINDS[type(converter).__name__]
                    text = text.replace(f"<{kind}:{name}>", str(told[name]))
                made += text
            elif isinstance(part, RegexPattern):
                text, _ = normalize(str(part))[0]
                made += text % told
        return made


_OTHERWISE: Final = {"protocol": "oidc"}
"""Parts of paths that cannot be a 1."""

_KINDS: Final = {
    "IntConverter": "int",
    "StringConverter": "str",
    "SlugConverter": "slug",
    "UUIDConverter": "uuid",
    "PathConverter": "path",
}


def every_view() -> list[View]:
    """All of them, as the URL patterns of identity lead to them."""
    from ringwall.identity.pages import urlpatterns

    return [View(pattern, callback, names) for pattern, callback, names, _ in _walk(urlpatterns)]


def _parts(view: View) -> list[Any]:
    from ringwall.identity.pages import urlpatterns

    return next(parts for pattern, _, _, parts in _walk(urlpatterns) if pattern == view.pattern)


def _walk(patterns: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any, Any, Any]]:
    from django.urls.resolvers import URLResolver

    for one in patterns:
        parts = (*before, one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, parts)
            continue
        names = tuple(name for part in parts for name in part.regex.groupindex)
        yield "".join(str(part) for part in parts), one.callback, names, list(parts)


EXEMPT: Final = {
    ".ringwall/sign-out": "a host's own page asks; the view asks for its Origin itself",
    ".ringwall/renew": "the edge asks, with the secret in the body; a cookie proves nothing there",
    "enter": "a form from a page of another origin is not kept, and the rest is a visit",
    "scim/v2": "a token in a header, which no browser adds by itself",
    "^scim/v2/(?P<rest>.*)$": "a token in a header, which no browser adds by itself",
    "sign-on/<slug:slug>/acs": "the provider's page sends what the provider signed; who is let in "
    "is the browser that asked for it, at the next step",
    "identity/o/api/token": "clients prove who they are; cookies count for nothing",
    "identity/o/api/revoke": "clients prove who they are; cookies count for nothing",
    "identity/o/api/introspect": "clients prove who they are; cookies count for nothing",
    "identity/o/api/userinfo": "an access token in a header",
    "identity/o/api/device/code": "clients prove who they are; cookies count for nothing",
    "identity/o/authorize": "a form of a client becomes a plain visit, which asks the person",
    "identity/o/logout": "a client's form leads to a question; the answer has a token of ours",
}


@dataclass(frozen=True, slots=True)
class Crossing:
    """How somebody of South reaches for what is North's by one view.

    ``given`` makes the parts of the path of North's things; ``forms`` make what is sent. With
    ``own`` the path is South's own and only the forms name North's: the page may say whatever it
    says to a name that is none, but nothing changes. ``by_token``: asked by South's directory.
    """

    given: Callable[[Any], dict[str, Any]] = lambda _: {}
    forms: tuple[Callable[[Any], dict[str, Any]], ...] = ()
    own: bool = False
    by_token: bool = False
    answers: frozenset[int] = frozenset({403, 404})


def _north(_: Any) -> dict[str, Any]:
    return {"slug": "north"}


def _south(_: Any) -> dict[str, Any]:
    return {"slug": "south"}


_MEMBERS: Final = (
    lambda _: {"member": "boss@example.com", "roles": "guest"},
    lambda _: {"member": "boss@example.com", "action": "remove"},
)
_INVITED: Final = (lambda _: {"action": "withdraw", "email": "new@example.com"},)
_SIGN_ON: Final = (
    lambda _: {"action": "remove-connection", "connection": "north-id"},
    lambda _: {"action": "remove-domain", "domain": "north.example"},
    lambda _: {"action": "verify-domain", "domain": "north.example"},
    lambda _: {"action": "unmap", "group": "Finance", "role": "buyer"},
)
_TOKENS: Final = (lambda its: {"action": "withdraw", "token": str(its.scim_token.pk)},)
_RULES: Final = (lambda _: {"name": "Taken", "second_factor": "required", "networks": ""},)


def _asked(its: Any) -> dict[str, Any]:
    return {"request": str(its.request.pk), "note": "mine"}


_ANSWERS: Final = (
    lambda its: {"action": "approve", **_asked(its)},
    lambda its: {"action": "deny", **_asked(its)},
    lambda its: {"action": "end", **_asked(its)},
)

CROSSINGS: Final[dict[str, tuple[Crossing, ...]]] = {
    "sessions/<str:sid>/end": (Crossing(lambda its: {"sid": its.session.pk}),),
    "organisations/switch": (Crossing(forms=(lambda _: {"organisation": "north"},)),),
    "keys/<str:key_id>/rotate": (Crossing(lambda its: {"key_id": its.key.pk}),),
    "keys/<str:key_id>/withdraw": (Crossing(lambda its: {"key_id": its.key.pk}),),
    # Says the same of every name, and takes back what the asker allowed: nothing.
    "applications/<str:client_id>/withdraw": (
        Crossing(lambda its: {"client_id": its.client.pk}, answers=frozenset({302})),
    ),
    "organisations/<slug:slug>/": (
        Crossing(_north, _MEMBERS),
        Crossing(_south, _MEMBERS, own=True),
    ),
    "organisations/<slug:slug>/invitations": (
        Crossing(_north, (*_INVITED, lambda _: {"email": "x@example.com", "roles": ""})),
        Crossing(_south, _INVITED, own=True),
    ),
    "requests": (Crossing(forms=(lambda its: {"action": "withdraw", **_asked(its)},), own=True),),
    "organisations/<slug:slug>/requests": (
        Crossing(_north, _ANSWERS),
        Crossing(_south, _ANSWERS, own=True),
    ),
    "organisations/<slug:slug>/rules": (Crossing(_north, _RULES),),
    "organisations/<slug:slug>/sign-on": (
        Crossing(_north, _SIGN_ON),
        Crossing(_south, _SIGN_ON, own=True),
    ),
    "organisations/<slug:slug>/provisioning": (
        Crossing(_north, (*_TOKENS, lambda _: {"name": "Mine"})),
        Crossing(_south, _TOKENS, own=True),
    ),
    "invitations/<str:secret>": (Crossing(lambda its: {"secret": its.invitation}),),
    "^scim/v2/(?P<rest>.*)$": (
        Crossing(lambda its: {"rest": f"Users/{its.record.pk}"}, by_token=True),
        Crossing(lambda its: {"rest": f"Groups/{its.group.pk}"}, by_token=True),
    ),
    "outbox/<int:number>": (Crossing(lambda its: {"number": its.mail.pk}),),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": (Crossing(lambda its: {"pk": its.passkey.pk}),),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": (
        Crossing(lambda its: {"pk": its.passkey.pk}, (lambda _: {"name": "Mine"},)),
    ),
    "accounts/email/": (
        Crossing(
            forms=(
                lambda _: {"email": "boss@example.com", "action_remove": ""},
                lambda _: {"email": "boss@example.com", "action_primary": ""},
            ),
            own=True,
        ),
    ),
}

OPEN_TO_ALL: Final = {
    "sign-on/<slug:slug>": "people begin there who are not signed in; its name is in the mail",
    "sign-on/<slug:slug>/callback": "the provider's answer says who it is, to our own question",
    "sign-on/<slug:slug>/acs": "as the callback; the answer is signed",
    "sign-on/<slug:slug>/finish": "as the callback; the answer waits in the browser's own session",
    "sign-on/<slug:slug>/metadata": "public by SAML: names and a certificate",
    "^accounts/(?P<protocol>oidc|saml)/": "nothing is there",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "whoever has the link",
}

_NOTHING: Final = """
    .ringwall/enter .ringwall/again .ringwall/sign-out .ringwall/session .ringwall/renew
    enter enrol first first/passkey first/password first/app recover recover/password
    .well-known/ringwall/assertions.json sessions sessions/others/end organisations keys
    applications scim/v2 sign-on outbox
    accounts/login/ accounts/logout/ accounts/inactive/ accounts/signup/ accounts/reauthenticate/
    accounts/confirm-email/ accounts/password/change/ accounts/password/set/
    accounts/password/reset/ accounts/login/code/confirm/ accounts/password/reset/key/done/
    accounts/password/reset/done/ accounts/2fa/ accounts/2fa/authenticate/
    accounts/2fa/reauthenticate/ accounts/2fa/totp/activate/ accounts/2fa/totp/deactivate/
    accounts/2fa/recovery-codes/ accounts/2fa/recovery-codes/generate/
    accounts/2fa/recovery-codes/download/ accounts/2fa/webauthn/ accounts/2fa/webauthn/add/
    accounts/2fa/webauthn/reauthenticate/ accounts/2fa/webauthn/login/
    accounts/3rdparty/login/cancelled/ accounts/3rdparty/login/error/ accounts/3rdparty/signup/
    accounts/3rdparty/
    .well-known/openid-configuration .well-known/oauth-authorization-server .well-known/jwks.json
    identity/o/api/token identity/o/api/revoke identity/o/api/introspect identity/o/api/userinfo
    identity/o/api/device/code identity/o/authorize identity/o/consent identity/o/device
    identity/o/logout
"""
NAMES_NOTHING: Final = frozenset({"", *_NOTHING.split()})
"""What of these is about somebody is about whoever asks, by a cookie, a token or a secret."""

_WHO: Final = "finds out who asks; what they may do is asked where they do it"
_PUBLIC: Final = "the same for everybody, and changes nothing"
_CLIENT: Final = "clients and tokens prove themselves by OAuth's own rules"
UNGUARDED: Final = {
    ".ringwall/enter": _WHO,
    ".ringwall/again": _WHO,
    ".ringwall/sign-out": "whoever has the cookie may be without it",
    ".ringwall/session": _WHO,
    ".ringwall/renew": _WHO,
    "enter": _WHO,
    "first": "the link from the machine lets in, and nothing else",
    "first/passkey": "the link from the machine lets in, and nothing else",
    "first/password": "the link from the machine lets in, and nothing else",
    "first/app": "the link from the machine lets in, and nothing else",
    "recover": "the link from the machine lets in, and nothing else",
    "recover/password": "the link from the machine lets in, and nothing else",
    ".well-known/ringwall/assertions.json": _PUBLIC,
    "^accounts/(?P<protocol>oidc|saml)/": "nothing is there",
    "sign-on": _WHO,
    "sign-on/<slug:slug>": _WHO,
    "sign-on/<slug:slug>/callback": _WHO,
    "sign-on/<slug:slug>/acs": _WHO,
    "sign-on/<slug:slug>/finish": _WHO,
    "sign-on/<slug:slug>/metadata": _PUBLIC,
    ".well-known/openid-configuration": _PUBLIC,
    ".well-known/oauth-authorization-server": _PUBLIC,
    ".well-known/jwks.json": _PUBLIC,
    "identity/o/api/token": _CLIENT,
    "identity/o/api/revoke": _CLIENT,
    "identity/o/api/introspect": _CLIENT,
    "identity/o/api/userinfo": _CLIENT,
    "identity/o/api/device/code": _CLIENT,
    "identity/o/authorize": _WHO,
    "identity/o/logout": "whoever has the cookie may be without it",
}
"""Views that ask no policy of Ringwall itself, and why not. All others name what they ask about."""
