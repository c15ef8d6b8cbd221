"""What people and programs get who are not signed in, or not surely enough.

A browser that navigates is sent to sign in, with the very page it wanted; whoever else gets 401 as
problem details (RFC 9457), with a ``WWW-Authenticate`` that says what is missing (RFC 6750 section
3, RFC 9470 section 3).

A token of a cookie that is revoked may have been called back only, because roles have changed: a
second cookie has it renewed at the next request, and what a page fetches is sent that way at once.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from ringwall.gateway.envoy.permissions import PREFIX
from ringwall.gateway.envoy.resources import Json, typed
from ringwall.gateway.envoy.signed_in import AGAIN_HEADER, TOKEN_HEADER

_STATE: Final = (
    "__Host-ringwall-state=%REQ(x-request-id)%; "
    "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800"
)
"""The request's id, which the edge makes and nobody else can choose, ties the way back to this
browser."""


def mappers(origin: str) -> list[Json]:
    """Local-reply mappers; ``origin`` is the host of sign-in's. The first that matches answers."""
    who = "state=%REQ(x-request-id)%&"
    more = "%METADATA(ROUTE:ringwall:query)%"
    target = "to=https://%REQ(:authority)%%REQ(:path)%"
    found: list[Json] = []
    for reason, query, challenge, before in (
        (_because(_denied("proof")), who + more + target, _STEP_UP, []),
        (
            _because(
                _UNKNOWN, _denied("revoked"), _denied("place"), _denied("bound"), _denied("unknown")
            ),
            who + target,
            _SIGN_IN,
            _maybe_called_back(),
        ),
    ):
        location = f"{origin}/enter?{query}"
        for methods, status in ((("GET", "HEAD"), 302), ((), 307)):
            conditions = [reason, _BROWSER]
            if methods:
                conditions.append(_any([_header(":method", exact=one) for one in methods]))
            found.append(
                {
                    "filter": _all(conditions),
                    "status_code": status,
                    "headers_to_add": [
                        _set("location", location),
                        _set("set-cookie", _STATE, append=True),
                        _set("cache-control", "no-store"),
                    ],
                    "body_format_override": _text(f"{status}\n"),
                }
            )
        found += before
        found.append(
            {
                "filter": reason,
                "status_code": 401,
                "headers_to_add": [
                    _set("www-authenticate", challenge),
                    _set("cache-control", "no-store"),
                ],
                "body_format_override": _problem(challenge),
            }
        )
    return found


def forbidden(origin: str | None = None) -> list[Json]:
    """The mappers of what policies deny: a page, or a problem (RFC 9457); neither names a policy.

    The reference is the request's id, by which the access record tells the policy. ``origin`` is
    the host of sign-in's, where people see who they are.
    """
    denied = _because(
        f'response.code_details.startsWith("rbac_access_denied_matched_policy[{PREFIX}")'
    )
    return [
        {
            "filter": _all([denied, _BROWSER]),
            "status_code": 403,
            "headers_to_add": [
                _set("cache-control", "no-store"),
                _set("content-security-policy", _PAGE_POLICY),
                _set("referrer-policy", "no-referrer"),
            ],
            "body_format_override": {
                "text_format_source": {"inline_string": _page(origin)},
                "content_type": "text/html; charset=utf-8",
            },
        },
        {
            "filter": denied,
            "status_code": 403,
            "headers_to_add": [_set("cache-control", "no-store")],
            "body_format_override": {
                "json_format": {
                    "type": "about:blank",
                    "title": "Forbidden",
                    "status": 403,
                    "detail": "You are not allowed to do this.",
                    "reference": _REFERENCE,
                },
                "content_type": "application/problem+json",
            },
        },
    ]


def _page(origin: str | None) -> str:
    """The page in Envoy's words, to which a single per cent sign begins an operator."""
    links = ['<a href="/">To the start page</a>']
    if origin is not None:
        links.append(f'<a href="{escape(origin)}/">Your account, and what you may ask for</a>')
    page = _FORBIDDEN.replace("%", "%%").replace("LINKS", "\n".join(links))
    return page.replace("REFERENCE", _REFERENCE)


_FORBIDDEN: Final = Path(__file__).with_name("forbidden.html").read_text(encoding="utf-8")
_REFERENCE: Final = "%REQ(x-request-id)%"
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The page has its style in it and nothing else, and no text that anybody else could choose."""


def _maybe_called_back() -> list[Json]:
    """Mappers for what may be called back only, where that was not tried yet."""
    shown = {"header_filter": {"header": {"name": TOKEN_HEADER, "present_match": True}}}
    untried = {"header_filter": {"header": {"name": AGAIN_HEADER, "present_match": False}}}
    reason = [_because(_denied("revoked")), shown, untried]
    fetches = [_header("sec-fetch-mode", exact=one) for one in ("cors", "same-origin", "no-cors")]
    given = [_set("set-cookie", _CALLED_BACK, append=True), _set("cache-control", "no-store")]
    return [
        {
            "filter": _all([*reason, _any(fetches)]),
            "status_code": 307,
            "headers_to_add": [_set("location", "https://%REQ(:authority)%%REQ(:path)%"), *given],
            "body_format_override": _text("307\n"),
        },
        {
            "filter": _all(reason),
            "status_code": 401,
            "headers_to_add": [_set("www-authenticate", _SIGN_IN), *given],
            "body_format_override": _problem(_SIGN_IN),
        },
    ]


_CALLED_BACK: Final = (
    "__Host-ringwall-again=%START_TIME(%s.%3f)%; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=10"
)
"""When a token was refused, so that what is renewed later counts as the next one. Read by
``session.lua`` alone, which takes it away like the session's own."""

_SIGN_IN: Final = 'Bearer realm="ringwall"'
_STEP_UP: Final = (
    'Bearer realm="ringwall", error="insufficient_user_authentication", '
    'error_description="a stronger or more recent proof is needed", '
    "%METADATA(ROUTE:ringwall:challenge)%"
)


def _problem(challenge: str) -> Json:
    stronger = "insufficient" in challenge
    return {
        "json_format": {
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": (
                "Sign in again with the factor that WWW-Authenticate names."
                if stronger
                else "Sign in, or send a valid access token or API key."
            ),
        },
        "content_type": "application/problem+json",
    }


def _text(body: str) -> Json:
    return {
        "text_format_source": {"inline_string": body},
        "content_type": "text/plain; charset=utf-8",
    }


def _set(name: str, value: str, *, append: bool = False) -> Json:
    action = "APPEND_IF_EXISTS_OR_ADD" if append else "OVERWRITE_IF_EXISTS_OR_ADD"
    return {"header": {"key": name, "value": value}, "append_action": action}


_UNKNOWN: Final = 'response.code_details.startsWith("jwt_authn_access_denied")'
"""No token, or none that holds here."""


def _denied(name: str) -> str:
    return f'response.code_details == "rbac_access_denied_matched_policy[{name}]"'


def _because(*reasons: str) -> Json:
    """An answer of the edge for one of some reasons, which its details tell apart."""
    return {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": typed(
                "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
                expression=" || ".join(reasons),
            ),
        }
    }


def _header(name: str, **match: str) -> Json:
    return {"header_filter": {"header": {"name": name, "string_match": match}}}


def _all(filters: Sequence[Json]) -> Json:
    return {"and_filter": {"filters": list(filters)}}


def _any(filters: Sequence[Json]) -> Json:
    return {"or_filter": {"filters": list(filters)}}


_OLD_BROWSER: Final = _all(
    [
        {"header_filter": {"header": {"name": "sec-fetch-mode", "present_match": False}}},
        _header("accept", contains="text/html"),
    ]
)
_BROWSER: Final = _any([_header("sec-fetch-mode", exact="navigate"), _OLD_BROWSER])
"""A navigation, by fetch metadata; browsers without it ask for HTML."""
