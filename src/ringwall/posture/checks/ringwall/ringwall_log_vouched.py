"""Somebody outside vouches for the log.

Why: whoever has the machine and the key could write another history; a witness remembers the true
one.
Fix: give `log.witnesses` one, or `log.anchors` a place that keeps checkpoints.
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
        "nist-800-53r5 AU-10 partial",
        "iso-27001-2022 A.8.15 partial",
        "pci-dss-4 10.3.4 partial",
        "owasp-asvs 16.4.2 partial",
        "nist-csf-2.0 RS.AN-07 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Any of both will do."""
    log = it.read("declared")
    who = [one["name"] for one in (*log["witnesses"], *log["anchors"])]
    if who:
        return passes(f"{', '.join(who)} keep its checkpoints")
    return fails("neither a witness nor an anchor keeps its checkpoints")


CASES = (
    case("a witness", PASS, declared={"witnesses": [{"name": "w"}], "anchors": []}),
    case("an anchor", PASS, declared={"witnesses": [], "anchors": [{"name": "a"}]}),
    case("nobody", FAIL, declared={"witnesses": [], "anchors": []}),
)
