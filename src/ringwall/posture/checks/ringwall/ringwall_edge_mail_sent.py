"""People are told what happened to their account.

Why: who hears of a new device or a new way to sign in ends what a stranger began.
Fix: set `identity.mail.smtp`: without a server mail stays in the outbox of Ringwall.
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
    severity=Severity.MEDIUM,
    reads=("identity",),
    controls=(
        "owasp-asvs 6.3.5 partial",
        "owasp-asvs 6.3.7 partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Whether there is a server to send by; where nobody signs in there is nothing to tell."""
    identity = it.read("identity")
    if identity["host"] is None:
        return None
    smtp = identity["mail"]["smtp"]
    if smtp is None:
        return fails("identity.mail.smtp is not set: no mail leaves the outbox")
    return passes(f"mail is given to {smtp['host']}")


def _with(smtp: dict[str, str] | None, host: str | None = "id.example.com") -> dict[str, object]:
    return {"host": host, "mail": {"smtp": smtp}}


CASES = (
    case("a server", PASS, identity=_with({"host": "mail.example.com"})),
    case("the outbox alone", FAIL, identity=_with(None)),
    case("nobody signs in", NOT_JUDGED, identity=_with(None, host=None)),
)
