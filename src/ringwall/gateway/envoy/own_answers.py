"""Answers that the edge has ready: while a service is worked on, and when it is gone.

Both are local replies, so that the mapper here has to stand before those that hide Envoy's words.
It leaves the body as it is, and with it the content type that a header has said already.
"""

from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime
from math import ceil
from typing import Final

from ringwall.gateway.availability.answers import Maintenance, WhenGone
from ringwall.gateway.envoy import headers
from ringwall.gateway.envoy.resources import Json, extension

_GONE: Final = "ringwall_gone"
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_NOBODY_THERE: Final = "502|503|504"


def mappers() -> list[Json]:
    """The mapper of both. What else has another status is not looked at any closer."""
    either = [
        {
            "status_code_filter": {
                "comparison": {
                    "op": "EQ",
                    "value": {"default_value": status, "runtime_key": "ringwall.unused"},
                }
            }
        }
        for status in (200, 503)
    ]
    ours = {
        "extension_filter": extension(
            "envoy.access_loggers.extension_filters.cel",
            "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
            expression=(
                f'response.code_details == "direct_response" || response.code_details == "{_GONE}"'
            ),
        )
    }
    return [
        {
            "filter": {"and_filter": {"filters": [{"or_filter": {"filters": either}}, ours]}},
            "body_format_override": {"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"}},
            "headers_to_add": [],
        }
    ]


def worked_on(maintenance: Maintenance, given: Sequence[Json]) -> Json:
    """What an entry of the route table does instead of leading anywhere.

    ``given`` are the headers of its answers.
    """
    told = _page(maintenance.content_type)
    if maintenance.until is not None:
        # A date (RFC 9110 section 10.2.3): it stays true for as long as the entry does.
        until = maintenance.until.astimezone(UTC)
        told["retry-after"] = format_datetime(until, usegmt=True)
    return {
        "direct_response": {"status": 503, "body": {"inline_string": maintenance.text}},
        "response_headers_to_add": [*given, *headers.setting(told)],
    }


def when_gone(gone: WhenGone) -> Json:
    """A filter that answers in place of 502, 503 and 504, whoever said so.

    An answer that says itself when to come again is left as it is: a service that is there, or the
    edge, which has too much to do.
    """
    told = _page(gone.content_type)
    if gone.status == 503:
        told["retry-after"] = str(ceil(gone.retry_after))
    status = extension("status", f"{_INPUTS}HttpResponseStatusCodeMatchInput")
    again = extension("again", f"{_INPUTS}HttpResponseHeaderMatchInput", header_name="retry-after")
    silent = {"not_matcher": _single(again, ".+")}
    policy = extension(
        "action",
        "envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy",
        status_code=gone.status,
        body={"inline_string": gone.text},
        response_code_details=_GONE,
        response_headers_to_add=headers.setting(told),
    )
    return extension(
        "ringwall.gone",
        "envoy.extensions.filters.http.custom_response.v3.CustomResponse",
        custom_response_matcher={
            "matcher_list": {
                "matchers": [
                    {
                        "predicate": {
                            "and_matcher": {"predicate": [_single(status, _NOBODY_THERE), silent]}
                        },
                        "on_match": {"action": policy},
                    }
                ]
            }
        },
    )


_INPUTS: Final = "envoy.type.matcher.v3."


def _single(given: Json, regex: str) -> Json:
    found = {"safe_regex": {"google_re2": {}, "regex": regex}}
    return {"single_predicate": {"input": given, "value_match": found}}


def _page(content_type: str) -> dict[str, str]:
    told = {"cache-control": "no-store", "content-type": content_type}
    if content_type.startswith("text/html"):
        told["content-security-policy"] = _PAGE_POLICY
    return told
