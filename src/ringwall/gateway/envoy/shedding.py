"""Whose requests are refused while the edge cannot do all: an RBAC filter over shares of classes.

Which share of a class is refused stands in the runtime, and changes within a moment. The filter is
there in alarm alone. Strangers come first, then those of them with a pass, then people and programs
that are known, and routes for bulk before others; routes that are vital, and Ringwall's own pages,
have no such filter at all.
"""

from collections.abc import Sequence
from typing import Final

from ringwall.gateway.config import Network, Priority
from ringwall.gateway.envoy.challenge import PASSED_HEADER
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.http import without_filter
from ringwall.gateway.envoy.predicates import header
from ringwall.gateway.envoy.replies import body
from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.gateway.sentry.orders import Class

SHED_FILTER: Final = "ringwall.shed"
SHED_TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"
_PREFIX: Final = "shed-"
_AFTER_S: Final = 5


def shed_filter(exempt: Sequence[Network]) -> Json:
    """The ECDS resource, for routes that say nothing of their priority."""
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": SHED_FILTER,
        "typed_config": _rbac(exempt, Class.ANONYMOUS, Class.KNOWN),
    }


def shed_by(priority: Priority | None, exempt: Sequence[Network]) -> Json | None:
    """What a route says of the filter; ``None`` for nothing. Without a priority it is our own."""
    match priority:
        case Priority.NORMAL:
            return None
        case Priority.BULK:
            return typed(f"{SHED_TYPE}PerRoute", rbac=_plain(exempt))
    return without_filter()


def shed_reply() -> Json:
    """The local-reply mapper of what is shed: 503, and when to try again."""
    return {
        "filter": {
            "extension_filter": {
                "name": "envoy.access_loggers.extension_filters.cel",
                "typed_config": typed(
                    "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
                    expression="response.code_details.startsWith("
                    f'"rbac_access_denied_matched_policy[{_PREFIX}")',
                ),
            }
        },
        "status_code": 503,
        "headers_to_add": [
            {
                "header": {"key": "retry-after", "value": str(_AFTER_S)},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
        ],
        "body_format_override": {
            "text_format_source": {"inline_string": body(503)},
            "content_type": "text/plain; charset=utf-8",
        },
    }


def _plain(exempt: Sequence[Network]) -> Json:
    """As a field of another message, which wants no type."""
    found = _rbac(exempt, Class.ANONYMOUS_BULK, Class.BULK)
    return {name: value for name, value in found.items() if name != "@type"}


def _rbac(exempt: Sequence[Network], anonymous: Class, known: Class) -> Json:
    somebody, passed = (header(one, regex=".+") for one in ("x-ringwall-user", PASSED_HEADER))
    nobody = {"not_matcher": _any([somebody, passed])}
    pays = {"and_matcher": {"predicate": [passed, {"not_matcher": somebody}]}}
    spared = [{"predicate": _from(exempt), "on_match": _PASS}] if exempt else []
    matchers = [
        *spared,
        _denying(anonymous, nobody),
        _denying(Class.PASSED, pays),
        _denying(known, somebody),
    ]
    matcher = {"matcher_list": {"matchers": matchers}, "on_no_match": _PASS}
    return typed(SHED_TYPE, matcher=matcher, rules_stat_prefix="shed")


def _denying(one: Class, who: Json) -> Json:
    share = {
        "single_predicate": {
            "input": extension(
                "request id",
                "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                header_name="x-request-id",  # the share is one of the input's hashes
            ),
            "custom_match": extension(
                "envoy.matching.matchers.runtime_fraction",
                "envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction",
                runtime_fraction={"default_value": {"numerator": 0}, "runtime_key": one.key},
            ),
        }
    }
    return {
        "predicate": {"and_matcher": {"predicate": [who, share]}},
        "on_match": rbac_action("DENY", f"{_PREFIX}{one}"),
    }


def _from(networks: Sequence[Network]) -> Json:
    ranges = [
        {"address_prefix": str(one.network_address), "prefix_len": one.prefixlen}
        for one in networks
    ]
    return {
        "single_predicate": {
            "input": extension(
                "source",
                "envoy.extensions.matching.common_inputs.network.v3.SourceIPInput",
            ),
            "custom_match": extension(
                "envoy.matching.matchers.ip",
                "envoy.extensions.matching.input_matchers.ip.v3.Ip",
                cidr_ranges=ranges,
                stat_prefix="exempt",
            ),
        }
    }


def _any(predicates: list[Json]) -> Json:
    return {"or_matcher": {"predicate": predicates}}


_PASS: Final = rbac_action("ALLOW", "kept")
