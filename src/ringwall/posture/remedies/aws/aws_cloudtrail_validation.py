"""Have digests made of a trail's files."""

from typing import Final

from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.drafting import set_and_back
from ringwall.posture.fixing.plans import Draft
from ringwall.posture.fixing.terraform import argument

MENDS: Final = ("aws-cloudtrail-validation",)


def plan(it: Subject, world: World) -> Draft:
    """It is switched off again if it does not help."""
    it.read("listed")
    return set_and_back(
        "cloudtrail:UpdateTrail",
        {"Name": it.name},
        {"EnableLogFileValidation": True},
        {"EnableLogFileValidation": False},
        change="digests of its files: none → each hour",
        words=f"have digests made of the trail {it.label}",
        terraform=argument("aws_cloudtrail", it.label, {"enable_log_file_validation": True}),
        keys={"listed": ("LogFileValidationEnabled",)},
    )
