"""Ringwall's own web process, as the edge leads to it."""

from collections.abc import Mapping
from typing import Final

from ringwall.gateway.config import ClientCertificates, RoutePurpose
from ringwall.gateway.envoy import headers
from ringwall.gateway.envoy.limits import PAGES, EdgeLimits
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

_TIMEOUT: Final = "30s"


def own_pages(
    given: Mapping[str, str],
    *,
    certificates: ClientCertificates | None = None,
    limits: EdgeLimits | None = None,
) -> list[Json]:
    """Every path of the host of sign-in, which is told the certificate a client has shown.

    What is posted to pages that guessers and floods would use meets ``limits`` of their own.
    """
    told = {} if certificates is None else dict(_CERTIFICATE)
    if certificates is not None and certificates.roots is not None:
        told["x-ringwall-certificate-subject"] = "%DOWNSTREAM_PEER_SUBJECT%"
    pages = _entry("sign-in", {"prefix": "/"}, given, told)
    if limits is None:
        return [_nowhere(given), pages]
    found = [
        limits.at_page({**pages, "match": {"prefix": begins, **_SENT}}, purpose, RoutePurpose.PAGES)
        for purpose, paths in PAGES.items()
        for begins in paths
    ]
    return [_nowhere(given), *found, limits.at_page(pages, RoutePurpose.PAGES)]


def callbacks(given: Mapping[str, str]) -> list[Json]:
    """What protected hosts have of Ringwall."""
    return [_nowhere(given), _entry("ringwall", {"prefix": CALLBACK}, given)]


def _nowhere(given: Mapping[str, str]) -> Json:
    """Renewal is for the edge alone, which asks the web process itself."""
    return {
        "match": {"path": f"{CALLBACK}renew"},
        "direct_response": direct(404),
        "response_headers_to_add": headers.setting(given),
        "typed_per_filter_config": nothing_asked(),
    }


_SENT: Final[Json] = {
    "headers": [
        {
            "name": ":method",
            "string_match": {"safe_regex": {"regex": "GET|HEAD|OPTIONS"}},
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
