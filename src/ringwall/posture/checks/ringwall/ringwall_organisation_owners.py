"""The company has more than one owner, and not many.

Why: with one owner a lost phone locks the company out; with many nobody knows who may do all.
Fix: give the role `owner` to two to five people.
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
    judges="ringwall-organisation",
    severity=Severity.MEDIUM,
    reads=("rules", "members"),
    controls=(
        "nist-800-53r5 AC-6(5) partial",
        "nist-800-53r5 CP-2 supporting",
        "iso-27001-2022 A.8.2 partial",
    ),
)
_MOST = 5


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the company itself."""
    if it.read("rules")["kind"] != "provider":
        return None
    owners = sum("owner" in one["roles"] for one in it.read("members"))
    if owners < 2:
        return fails(f"there {'is one owner' if owners else 'are no owners'}")
    if owners > _MOST:
        return fails(f"there are {owners} owners", Severity.LOW)
    return passes(f"there are {owners} owners")


def _members(count: int) -> list[dict[str, object]]:
    return [{"person": str(number), "roles": ["owner"]} for number in range(count)]


RULES = {"kind": "provider"}
CASES = (
    case("two", PASS, rules=RULES, members=_members(2)),
    case("one", FAIL, rules=RULES, members=_members(1)),
    case("nine", FAIL, rules=RULES, members=_members(9)),
    case("a customer", NOT_JUDGED, rules={"kind": "customer"}, members=[]),
)
