"""A check's metadata, and what its function says."""

from dataclasses import dataclass
from typing import NamedTuple

from ringwall.core.findings import Severity
from ringwall.core.verdicts import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check judges and reads, and where it belongs. Its id, title and page are its file's.

    ``reads`` names every aspect it may read: ``acl`` of what is judged, ``aws-account.summary`` of
    others, ``aws-iam-user.listed`` where it asks which there are. It decides what is collected,
    but for those of ``beside``, which count where they were read for others.
    ``of_clouds`` is that no code tells what it asks for: what happened, or what a whole account
    comes to.
    ``controls`` are ``<framework> <control> [full|partial|supporting]``, partial where nothing is
    said. ``known_as`` is what other tools call the same: ``prowler:...``, ``securityhub:S3.8``,
    ``checkov:CKV_AWS_20``. ``references`` are addresses where more is said, besides those that
    follow from these names (:mod:`ringwall.posture.checking.referring`). ``remedy`` names the plan
    that mends it, if there is one.
    """

    judges: str
    severity: Severity
    reads: tuple[str, ...]
    controls: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    remedy: str = ""
    beside: tuple[str, ...] = ()
    of_clouds: bool = False


class Judgment(NamedTuple):
    """What a check says of a component. That something is unknown is not said but found out."""

    outcome: Outcome
    why: str
    severity: Severity | None = None
    """Where it is worse, or less bad, than the check in general."""


def passes(why: str) -> Judgment:
    """It is as it ought to be, for this reason."""
    return Judgment(Outcome.PASS, why)


def fails(why: str, severity: Severity | None = None) -> Judgment:
    """It is not as it ought to be: what is wrong, in a sentence with names and values."""
    return Judgment(Outcome.FAIL, why, severity)
