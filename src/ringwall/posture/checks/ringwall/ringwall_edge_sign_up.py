"""People are invited, and make no accounts by themselves.

Why: whoever can make an account is behind everything that asks only for one.
Fix: set `identity.sign_up: invitation`, or accept this finding where your service is open to all.
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
        "nist-800-53r5 AC-2 partial",
        "iso-27001-2022 A.5.16 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where nobody signs in there are no accounts."""
    identity = it.read("identity")
    if identity["host"] is None:
        return None
    if identity["sign_up"] == "open":
        return fails("identity.sign_up is open: anybody becomes somebody who is signed in")
    return passes("people are invited")


CASES = (
    case("invited", PASS, identity={"host": "id.example.com", "sign_up": "invitation"}),
    case("open", FAIL, identity={"host": "id.example.com", "sign_up": "open"}),
    case("nobody signs in", NOT_JUDGED, identity={"host": None, "sign_up": "open"}),
)
