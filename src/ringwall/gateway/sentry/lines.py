"""What one line of the edge's record tells of an attack. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ringwall.gateway.sentry.recognising import Kind

_LIMITED: Final = frozenset({"local_rate_limited", "request_rate_limited"})
_PROTECTED: Final = ("overload", "rbac_access_denied_matched_policy[shed-")
_CHALLENGED: Final = 503
_RESET: Final = "DR"
_BY_SCRIPT: Final = "lua_response"
"""The edge's own answers, such as the challenge's: the service was not asked."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where people sign in, sign up and get back in.

    ``paths`` are beginnings of paths at ``host``, which is empty where Ringwall has none of its
    own; ``routes`` are those of services, by name.
    """

    host: str = ""
    paths: tuple[str, ...] = ()
    routes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """Who asked and what came of it. ``who`` is a person or a program, empty for strangers.

    ``at`` is in seconds since 1970, 0 where the line does not say. ``flags`` are Envoy's response
    flags in their short form.
    """

    address: str
    host: str
    path: str
    method: str
    status: int
    details: str
    who: str
    tenant: str
    route: str
    service: str
    at: float = 0.0
    flags: str = ""

    @property
    def is_limited(self) -> bool:
        """Whether a limit refused it."""
        return self.details in _LIMITED

    @property
    def is_sampled(self) -> bool:
        """Whether in a flood only a share of such lines is written."""
        return self.is_limited or self.details.startswith(_PROTECTED)

    @property
    def is_refused_stranger(self) -> bool:
        """Whether the edge refused somebody of whom it knows nothing, to protect itself."""
        asked = self.details == _BY_SCRIPT and self.status == _CHALLENGED
        return not self.who and (self.is_sampled or asked)

    @property
    def is_reset(self) -> bool:
        """Whether the client took the request back: a stream reset (RFC 9113 section 5.4.2)."""
        return _RESET in self.flags.split(",") or self.details == "http2.remote_reset"

    @property
    def was_answered(self) -> bool:
        """Whether somebody whom the edge knows got what they asked for."""
        return bool(self.who) and 200 <= self.status < 400

    def about(self, sign_in: SignIn) -> tuple[Kind, ...]:
        """The kinds of attack that it may be part of."""
        found = []
        if self.is_limited:
            found.append(Kind.TENANT if self.who else Kind.REQUESTS)
            if self.is_sign_in(sign_in):
                found.append(Kind.SIGN_IN)
        if self.status in {408, 504} or "timeout" in self.details:
            found.append(Kind.SLOW)
        if (
            self.is_reset
            or self.details.startswith("http2.")
            or self.details == "downstream_remote_disconnect"
        ):
            found.append(Kind.FRAMES)
        if self.status in {502, 503, 504} and self.service and self.details != _BY_SCRIPT:
            found.append(Kind.UPSTREAM)
        return tuple(found)

    def is_sign_in(self, where: SignIn) -> bool:
        """Whether it was a try to sign in, to sign up or to get back in."""
        is_own = bool(where.host) and self.host.split(":")[0].lower() == where.host
        return self.route in where.routes or (is_own and self.path.startswith(where.paths))


def read(line: bytes) -> Line | None:
    """One line of the record; ``None`` for what is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    status = found.get("status")
    return Line(
        address=_text(found, "client"),
        host=_text(found, "host"),
        path=_text(found, "path"),
        method=_text(found, "method"),
        status=status if isinstance(status, int) else 0,
        details=_text(found, "details"),
        who=_text(found, "user"),
        tenant=_text(found, "tenant"),
        route=_text(found, "route"),
        service=_text(found, "service"),
        at=_time(_text(found, "time")),
        flags=_text(found, "flags"),
    )


def _time(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
