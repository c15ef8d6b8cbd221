"""What is revoked, refused by hash look-ups: an RBAC filter that changes through ECDS."""

from collections.abc import Mapping, Sequence
from typing import Final

from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.resources import Json, extension, typed
from ringwall.gateway.envoy.signed_in import REVOKED_FILTER
from ringwall.identity.kinds import GRANT, TOKEN

TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"

_HEADERS: Final = (
    ("x-ringwall-session", "session", ""),
    ("x-ringwall-grant", "session", GRANT),
    ("x-ringwall-token-id", "session", TOKEN),
    ("x-ringwall-user", "user", ""),
    ("x-ringwall-tenant", "tenant", ""),
)
"""Which header names a subject, which the edge itself has set from the verified token; and how the
values begin that can stand there, so that no map is larger than it need be."""


def revoked(values: Mapping[str, Sequence[str]], *, name: str = REVOKED_FILTER) -> Json:
    """The ECDS resource of one of the two filters; ``values`` by subject. With none, all pass."""
    matcher: Json | None = None
    for header, subject, beginning in reversed(_HEADERS):
        found = [value for value in values.get(subject, ()) if value.startswith(beginning)]
        if found:
            matcher = _look_up(header, found, otherwise=matcher)
    rules: Json = {} if matcher is None else {"matcher": matcher}
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": name,
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
