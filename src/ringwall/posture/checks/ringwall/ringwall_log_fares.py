"""The log takes, proves and passes on what happens.

Why: what is not recorded cannot be asked after; attackers begin where nobody writes.
Fix: `ringwall log` says what is wrong, and what to do.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
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
    severity=Severity.HIGH,
    reads=("state",),
    controls=(
        "nist-800-53r5 AU-5 partial",
        "nist-csf-2.0 DE.AE-03 supporting",
        "pci-dss-4 10.7.2 partial",
        "owasp-asvs 16.3.1 supporting",
        "owasp-asvs 16.3.2 supporting",
        "owasp-asvs 16.3.3 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """What `ringwall log` would say now; unknown where the collector does not run."""
    alarms = it.read("state")["alarms"]
    if alarms:
        return fails("; ".join(alarms))
    return passes("nothing is wrong with it")


CASES = (
    case("well", PASS, state={"alarms": []}),
    case("behind", FAIL, state={"alarms": ["the collector is behind by 300 MB of events"]}),
    case("it does not run", UNKNOWN, state=DENIED),
)
