"""Tokens of programs are good for nobody else.

Why: a token that is bound to a certificate is worth nothing to who finds it in a log.
Fix: register the client anew with `--bound`, or with tls_client_auth.
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
    judges="ringwall-client",
    severity=Severity.LOW,
    reads=("declared",),
    controls=(
        "nist-800-53r5 IA-9 supporting",
        "owasp-asvs 10.4.14 partial",
        "owasp-asvs 10.3.5 supporting",
    ),
)
_BINDING = ("tls_client_auth", "self_signed_tls_client_auth")


def judge(it: Subject, world: World) -> Judgment | None:
    """Clients of browsers and devices have no certificate to be bound to."""
    told = it.read("declared")
    if told["certificate_bound"] or told["auth_method"] in _BINDING:
        return passes("its tokens are bound to its certificate")
    if told["auth_method"] == "none":
        return None
    return fails("whoever gets hold of one of its tokens can use it")


def _client(method: str, *, is_bound: bool = False) -> dict[str, object]:
    return {"auth_method": method, "certificate_bound": is_bound}


CASES = (
    case("bound", PASS, declared=_client("private_key_jwt", is_bound=True)),
    case("by its certificate", PASS, declared=_client("tls_client_auth")),
    case("not bound", FAIL, declared=_client("private_key_jwt")),
    case("a browser's", NOT_JUDGED, declared=_client("none")),
)
