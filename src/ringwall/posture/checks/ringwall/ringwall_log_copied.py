"""Events are kept somewhere else, too.

Why: who takes the machine takes the log with it; proofs say that it is gone, not what it said.
Fix: pass events on (`log.forward`), or keep the table in a bucket (`log.bucket`).
"""

from ringwall.posture.checking import (
    FAIL,
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
    judges="ringwall-log",
    severity=Severity.MEDIUM,
    reads=("declared",),
    controls=(
        "nist-800-53r5 AU-9(2) partial",
        "nist-800-53r5 AU-4(1) partial",
        "pci-dss-4 10.3.3 partial",
        "owasp-asvs 16.4.3 partial",
        "nist-csf-2.0 RS.AN-07 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As they come, or the table itself."""
    log = it.read("declared")
    if log["forward"]:
        return passes(f"events are passed on to {', '.join(one['name'] for one in log['forward'])}")
    if log["bucket"] is not None:
        return passes("its table lies in a bucket")
    return fails("its only copy is on this machine")


CASES = (
    case("passed on", PASS, declared={"forward": [{"name": "siem"}], "bucket": None}),
    case("in a bucket", PASS, declared={"forward": [], "bucket": {"name": "b"}}),
    case("here alone", FAIL, declared={"forward": [], "bucket": None}),
)
