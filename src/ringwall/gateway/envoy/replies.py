"""Answers the edge gives by itself: the status and nothing else."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from ringwall.gateway.envoy import headers
from ringwall.gateway.envoy.resources import Json

STATUSES: Final = (400, 403, 404, 405, 408, 413, 421, 426, 429, 431, 500, 501, 502, 503, 504)


def direct(status: int) -> Json:
    """A route action that answers ``status`` in plain text."""
    return {"status": status, "body": {"inline_string": body(status)}}


_ON_EVERY_REPLY: Final = ("strict-transport-security", "x-content-type-options", "x-frame-options")


def local_replies(before: Sequence[Json] = ()) -> Json:
    """``LocalReplyConfig`` that hides Envoy's own words, which tell about the inside.

    Mappers ``before`` the usual ones get the same headers.
    """
    given = {name: headers.SECURITY[name] for name in _ON_EVERY_REPLY}
    made = _replies(given)
    own = [
        {**one, "headers_to_add": [*one["headers_to_add"], *headers.setting(given)]}
        for one in before
    ]
    return {**made, "mappers": [*own, *made["mappers"]]}


def inside_replies(before: Sequence[Json] = ()) -> Json:
    """The same for a sidecar, whose replies get their headers at the edge."""
    made = _replies({})
    return {**made, "mappers": [*before, *made["mappers"]]}


def _replies(given: Mapping[str, str]) -> Json:
    mappers = [
        {
            "filter": {
                "status_code_filter": {
                    "comparison": {
                        "op": "EQ",
                        "value": {"default_value": status, "runtime_key": "ringwall.unused"},
                    }
                }
            },
            "body_format_override": {
                "text_format_source": {"inline_string": body(status)},
                "content_type": "text/plain; charset=utf-8",
            },
            "headers_to_add": headers.setting(given),
        }
        for status in STATUSES
    ]
    return {
        "mappers": mappers,
        "body_format": {
            "text_format_source": {"inline_string": "%RESPONSE_CODE%\n"},
            "content_type": "text/plain; charset=utf-8",
        },
    }


_PHRASES: Final = {413: "Content Too Large"}
"""Where RFC 9110 has words of its own and not every Python has them yet."""


def body(status: int) -> str:
    """What stands in such an answer; whoever answers in the edge's stead says the same."""
    return f"{status} {_PHRASES.get(status, HTTPStatus(status).phrase)}\n"
