"""What is revoked, refused by hash look-ups: an RBAC filter that changes through ECDS."""

from collections.abc import Mapping, Sequence
from typing import Final

from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.gateway.envoy.signed_in import REVOKED_FILTER, rbac_action

TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"

_HEADERS: Final = {
    "session": "x-ringwall-session",
    "user": "x-ringwall-user",
    "tenant": "x-ringwall-tenant",
}
"""Which header names a subject; the edge itself has set it from the verified token."""


def revoked(values: Mapping[str, Sequence[str]]) -> Json:
    """The ECDS resource; ``values`` by subject. With none, everyone passes."""
    matcher: Json | None = None
    for subject, header in reversed(_HEADERS.items()):
        if values.get(subject):
            matcher = _look_up(header, values[subject], otherwise=matcher)
    rules: Json = {} if matcher is None else {"matcher": matcher}
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": REVOKED_FILTER,
        "typed_config": typed(TYPE, rules_stat_prefix="revoked_", **rules),
    }


def _look_up(header: str, values: Sequence[str], *, otherwise: Json | None) -> Json:
    tree: Json = {
        "matcher_tree": {
            "input": extension(
                "header",
                "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                header_name=header,
            ),
            "exact_match_map": {"map": dict.fromkeys(values, _REFUSE)},
        }
    }
    tree["on_no_match"] = {"matcher": otherwise} if otherwise is not None else _PASS
    return tree


_PASS: Final = rbac_action("ALLOW", "alive")
_REFUSE: Final = rbac_action("DENY", "revoked")
