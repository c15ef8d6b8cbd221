"""Ringwall's own web process, as the edge leads to it."""

from collections.abc import Mapping
from typing import Final

from ringwall.gateway.envoy import headers
from ringwall.gateway.envoy.replies import direct
from ringwall.gateway.envoy.resources import Json
from ringwall.gateway.envoy.signed_in import nothing_asked
from ringwall.identity.facts import CALLBACK

WEB: Final = "ringwall-web"
"""The cluster of Ringwall's own web process."""

_TIMEOUT: Final = "30s"


def own_pages(given: Mapping[str, str]) -> list[Json]:
    """Every path of the host of sign-in."""
    return [_entry("sign-in", {"prefix": "/"}, given)]


def callbacks(given: Mapping[str, str]) -> list[Json]:
    """What protected hosts have of Ringwall; renewal is for the edge alone."""
    nowhere: Json = {
        "match": {"path": f"{CALLBACK}renew"},
        "direct_response": direct(404),
        "response_headers_to_add": headers.setting(given),
        "typed_per_filter_config": nothing_asked(),
    }
    return [nowhere, _entry("ringwall", {"prefix": CALLBACK}, given)]


def _entry(name: str, match: Json, given: Mapping[str, str]) -> Json:
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
                "header": {
                    "key": "x-ringwall-address",
                    "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                },
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        ],
        "response_headers_to_add": headers.setting(given),
        "typed_per_filter_config": nothing_asked(),
    }
