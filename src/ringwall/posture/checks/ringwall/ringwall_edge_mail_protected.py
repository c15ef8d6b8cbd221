"""Mail with links to sign in is sent over TLS.

Why: whoever reads such mail on its way can become the person whom it is for.
Fix: set `identity.mail.smtp.security` to tls or starttls.
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
    controls=("nist-800-53r5 SC-8 partial", "owasp-asvs 12.3.1 supporting"),
)
_OWN = ("localhost", "127.0.0.1", "::1")


def judge(it: Subject, world: World) -> Judgment | None:
    """A server on this machine needs none."""
    smtp = it.read("identity")["mail"]["smtp"]
    if smtp is None:
        return None
    if smtp["security"] == "none" and smtp["host"] not in _OWN:
        return fails(f"mail goes to {smtp['host']} without protection")
    return passes("mail is protected on its way to the server")


CASES = (
    case(
        "STARTTLS", PASS, identity={"mail": {"smtp": {"host": "m.example", "security": "starttls"}}}
    ),
    case(
        "this machine", PASS, identity={"mail": {"smtp": {"host": "localhost", "security": "none"}}}
    ),
    case("open", FAIL, identity={"mail": {"smtp": {"host": "m.example", "security": "none"}}}),
    case("the outbox alone", NOT_JUDGED, identity={"mail": {"smtp": None}}),
)
