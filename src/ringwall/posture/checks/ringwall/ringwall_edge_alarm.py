"""An attack raises the alarm by itself.

Why: attacks come at night; until somebody raises the alarm by hand they have what they wanted.
Fix: set `availability.attacks.raise_alarm: true`, and `busy` below 1.
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
    judges="ringwall-edge",
    severity=Severity.MEDIUM,
    reads=("availability",),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-800-53r5 IR-4(1) supporting",
        "owasp-asvs 2.4.1 supporting",
        "owasp-asvs 15.2.2 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """With `busy` at 1 nothing is shed."""
    attacks = it.read("availability")["attacks"]
    if not attacks["raise_alarm"]:
        return fails(
            "availability.attacks.raise_alarm is off: nobody is refused until a person acts"
        )
    if attacks["busy"] >= 1:
        return fails("availability.attacks.busy is 1: in alarm no request is refused")
    return passes(f"the alarm is raised by itself, and sheds beyond {attacks['busy']:.0%}")


CASES = (
    case("on", PASS, availability={"attacks": {"raise_alarm": True, "busy": 0.85}}),
    case("off", FAIL, availability={"attacks": {"raise_alarm": False, "busy": 0.85}}),
    case("never sheds", FAIL, availability={"attacks": {"raise_alarm": True, "busy": 1.0}}),
)
