"""A report with something of everything: the cases of many checks, and hostile names."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from ringwall.core.observations import Observation, State
from ringwall.posture.checking.cases import snapshot_of
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.judging import Judged, judge_one
from ringwall.posture.reports.report import Part, Report, report_of
from ringwall.posture.snapshot.snapshot import Scope, Snapshot

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOSTILE: Final = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\u202e"
ACCOUNTS: Final = ("111122223333", "444455556666", "777788889999")
_PREFIXES: Final = ("aws-s3-", "aws-iam-", "aws-ec2-", "aws-rds-", "aws-kms-", "aws-cloudtrail-")


def sample() -> Report:
    """Several accounts, by the cases of checks of six services; of some checks nothing is there."""
    checks = [one for one in own_checks() if one.id.startswith(_PREFIXES)]
    several: list[Part] = []
    for number, known in enumerate(checks):
        if number % 9 == 8:
            continue
        for case in known.cases:
            snapshot, seen = snapshot_of(known.check, case)
            judged = judge_one(snapshot, known, seen)
            name = HOSTILE if number == 3 else f"{known.check.judges.split('-')[-1]}-{number}"
            account = ACCOUNTS[number % 3]
            seen.found = replace(seen.found, label=name, account=account, region="eu-west-1")
            if judged is not None:
                several.append(_part(account, snapshot, [known], judged))
    denied = Observation(State.DENIED, None, "kms:ListKeys", NOW, "AccessDenied: no kms:ListKeys")
    silent = Snapshot()
    silent.note_listing(Scope("aws-kms-key", ACCOUNTS[1], "eu-west-1"), denied)
    left_out = [one for number, one in enumerate(checks) if number % 9 == 8]
    several.append(_part(ACCOUNTS[1], silent, left_out))
    return report_of(several, made=NOW)


def _part(scope: str, snapshot: Snapshot, checks: list[KnownCheck], *judged: Judged) -> Part:
    return Part(scope=scope, read=NOW, snapshot=snapshot, judged=judged, checks=tuple(checks))
