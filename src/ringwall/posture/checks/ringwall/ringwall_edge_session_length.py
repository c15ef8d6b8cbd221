"""Sessions end after a working day without use.

Why: a browser that is left open, or a cookie that was taken, is somebody's session until it ends.
Fix: set `identity.sessions.idle` to 12h or less and `absolute` to 30d or less.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="ringwall-edge",
    severity=Severity.LOW,
    reads=("identity",),
    controls=(
        "nist-800-53r5 AC-12 partial",
        "nist-800-53r5 AC-11 supporting",
        "owasp-asvs 7.3.1 partial",
        "owasp-asvs 7.3.2 partial",
    ),
)
_IDLE, _ABSOLUTE = 12 * 3600, 30 * 86400


def judge(it: Subject, world: World) -> Judgment | None:
    """In seconds; where nobody signs in there are no sessions."""
    identity = it.read("identity")
    if identity["host"] is None:
        return None
    sessions = identity["sessions"]
    long = []
    if sessions["idle"] > _IDLE:
        long.append(f"idle is {sessions['idle'] / 3600:.0f} hours")
    if sessions["absolute"] > _ABSOLUTE:
        long.append(f"absolute is {sessions['absolute'] / 86400:.0f} days")
    if long:
        return fails(f"of identity.sessions {' and '.join(long)}")
    return passes("sessions end by themselves")


def _with(**sessions: float) -> dict[str, object]:
    return {"host": "id.example.com", "sessions": {"idle": 43200, "absolute": 604800} | sessions}


CASES = (
    case("as it comes", PASS, identity=_with()),
    case("two days without use", FAIL, identity=_with(idle=2 * 86400)),
    case("a year at most", FAIL, identity=_with(absolute=365 * 86400)),
    case("nobody signs in", NOT_JUDGED, identity={"host": None, "sessions": {}}),
)
