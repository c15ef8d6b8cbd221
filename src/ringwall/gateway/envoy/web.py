"""Ringwall's own web process, as the edge leads to it."""

from collections.abc import Mapping
from typing import Final

from ringwall.gateway.config import ClientCertificates, RoutePurpose
from ringwall.gateway.envoy import headers, http
from ringwall.gateway.envoy.challenge import CHALLENGE_FILTER
from ringwall.gateway.envoy.limits import PAGES, EdgeLimits
from ringwall.gateway.envoy.nobody import NOBODY_FILTER
from ringwall.gateway.envoy.replies import direct
from ringwall.gateway.envoy.resources import Json
from ringwall.gateway.envoy.signed_in import nothing_asked
from ringwall.identity.facts import CALLBACK
from ringwall.inventory.config import Circuit

WEB: Final = "ringwall-web"
"""The cluster of Ringwall's own web process."""
RENEWALS: Final = "ringwall-renewals"
"""The same for the edge's own questions: pages must never take all that the process can do."""
PAGES_CIRCUIT: Final = Circuit(connections=100, pending=32, requests=128)
"""The process takes 200 at a time."""

SIGNING_OUT: Final = ("/accounts/logout", "/identity/o/logout")
"""Where people sign out, by the beginning of the path."""
_TIMEOUT: Final = "30s"
_FILTERS: Final = "typed_per_filter_config"
_NOT_HELD_UP: Final[Json] = {
    CHALLENGE_FILTER: http.without_filter(),
    NOBODY_FILTER: http.without_filter(),
}


def own_page(method: str, path: str, *, signs_in: bool) -> tuple[bool, RoutePurpose | None]:
    """Whether a path is of Ringwall's own, and what is sent there for which purpose, if any.

    ``signs_in`` says that it is asked for at the host of sign-in, where all pages are.
    """
    if not signs_in:
        return path.startswith(CALLBACK), None
    if method in _LOOKS:
        return True, None
    for purpose, paths in PAGES.items():
        if path.startswith(paths):
            return True, purpose
    return True, None


def own_pages(
    given: Mapping[str, str],
    *,
    certificates: ClientCertificates | None = None,
    limits: EdgeLimits | None = None,
) -> list[Json]:
    """Every path of the host of sign-in, which is told the certificate a client has shown.

    What is posted to pages that guessers and floods would use meets ``limits`` of their own. While
    an attack is under way whoever signs out is not held up as a stranger.
    """
    told = {} if certificates is None else dict(_CERTIFICATE)
    if certificates is not None and certificates.roots is not None:
        told["x-ringwall-certificate-subject"] = "%DOWNSTREAM_PEER_SUBJECT%"
    pages = _entry("sign-in", {"prefix": "/"}, given, told)
    leaving = [
        {**pages, "match": {"prefix": begins}, _FILTERS: {**pages[_FILTERS], **_NOT_HELD_UP}}
        for begins in SIGNING_OUT
    ]
    if limits is None:
        return [_nowhere(given), *leaving, pages]
    found = [
        limits.at_page({**pages, "match": {"prefix": begins, **_SENT}}, purpose, RoutePurpose.PAGES)
        for purpose, paths in PAGES.items()
        for begins in paths
    ]
    usual = [limits.at_page(one, RoutePurpose.PAGES) for one in (*leaving, pages)]
    return [_nowhere(given), *found, *usual]


def callbacks(given: Mapping[str, str], *, limits: EdgeLimits | None = None) -> list[Json]:
    """What protected hosts have of Ringwall; whoever comes back from signing in is not held up.

    Instead it meets the ``limits`` of pages, for the same process answers.
    """
    found = _entry("ringwall", {"prefix": CALLBACK}, given)
    found[_FILTERS] = {**found[_FILTERS], **_NOT_HELD_UP}
    if limits is not None:
        found = limits.at_page(found, RoutePurpose.PAGES)
    return [_nowhere(given), found]


def _nowhere(given: Mapping[str, str]) -> Json:
    """Renewal is for the edge alone, which asks the web process itself."""
    return {
        "match": {"path": f"{CALLBACK}renew"},
        "direct_response": direct(404),
        "response_headers_to_add": headers.setting(given),
        "typed_per_filter_config": nothing_asked(),
    }


_LOOKS: Final = ("GET", "HEAD", "OPTIONS")
_SENT: Final[Json] = {
    "headers": [
        {
            "name": ":method",
            "string_match": {"safe_regex": {"regex": "|".join(_LOOKS)}},
            "invert_match": True,
        }
    ]
}
"""Whatever is no mere look: Django takes ``post`` for ``POST``, and so may others."""
_ADDRESS: Final = {"x-ringwall-address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"}
_CERTIFICATE: Final = {
    "x-ringwall-certificate": "%DOWNSTREAM_PEER_CERT%",
    "x-ringwall-certificate-fingerprint": "%DOWNSTREAM_PEER_FINGERPRINT_256%",
}
"""URL-encoded PEM, and SHA-256 in hex. The subject is told only of certificates that verified
authorities have signed: of any other it could say anything."""


def _entry(
    name: str, match: Json, given: Mapping[str, str], told: Mapping[str, str] | None = None
) -> Json:
    return {
        "name": name,
        "match": match,
        "route": {
            "cluster": WEB,
            "timeout": _TIMEOUT,
            "retry_policy": {
                "retry_on": "connect-failure,refused-stream,reset-before-request",
                "num_retries": 3,
                "retry_back_off": {"base_interval": "0.1s", "max_interval": "1s"},
            },
        },
        "request_headers_to_add": [
            {
                "header": {"key": key, "value": value},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
            for key, value in {**_ADDRESS, **(told or {})}.items()
        ],
        "response_headers_to_add": headers.setting(given),
        "typed_per_filter_config": nothing_asked(),
    }
