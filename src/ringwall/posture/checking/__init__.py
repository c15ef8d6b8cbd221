"""What a check is written with: one function in one file, with its metadata and its cases.

::

    \"\"\"Buckets keep earlier versions of what is overwritten.

    Why: whoever may write may otherwise destroy.
    Fix: turn versioning on for the bucket.
    \"\"\"

    CHECK = Check(judges="aws-s3-bucket", severity=Severity.MEDIUM, reads=("versioning",), ...)


    def judge(it: Subject, world: World) -> Judgment:
        if it.read("versioning", {}).get("Status") == "Enabled":
            return passes("earlier versions are kept")
        return fails("what is overwritten is gone")


    CASES = (case("on", PASS, versioning={"Status": "Enabled"}), case("off", FAIL, versioning={}))

The file's name is the check's id with underscores, its docstring is its page.
"""

from ringwall.core.findings import Severity
from ringwall.core.observations import UnknownError
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.cases import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Other,
    case,
    other,
)
from ringwall.posture.checking.check import Check, Judgment, fails, passes
from ringwall.posture.checking.reading import Subject, World

__all__ = [
    "ABSENT",
    "DENIED",
    "FAIL",
    "NOT_JUDGED",
    "PASS",
    "UNKNOWN",
    "Case",
    "Check",
    "Judgment",
    "Other",
    "Outcome",
    "Severity",
    "Subject",
    "UnknownError",
    "World",
    "case",
    "fails",
    "other",
    "passes",
]
