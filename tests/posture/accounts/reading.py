"""Read an account as ``posture scan`` does, through faults if there are any."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from tests.posture.accounts.making import REGION
from tests.posture.faulty import Fault, Faults

from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.collecting.calling import Caller
from ringwall.posture.collecting.planning import Plan, plan_for
from ringwall.posture.collecting.running import Run, Target, identify
from ringwall.posture.collecting.session import clients
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.snapshot.snapshot import Snapshot

Verdicts = dict[tuple[str, str], Judged]


@cache
def cloud_checks() -> tuple[KnownCheck, ...]:
    """Those that judge AWS."""
    return tuple(one for one in own_checks() if one.check.judges.startswith("aws-"))


MADE: Final = ("s3", "iam", "ec2", "rds", "kms", "cloudtrail", "account")
"""The services of which a generated account has anything."""


def checks_of_made() -> list[KnownCheck]:
    """Those that judge what a generated account has."""
    prefixes = tuple(f"aws-{one}-" for one in MADE)
    return [one for one in cloud_checks() if one.id.startswith(prefixes)]


class Reading:
    """One account, and whoever reads it. ``faults`` lets a test answer in AWS's place."""

    def __init__(self) -> None:
        self._make, _ = clients()
        self._made: dict[tuple[str, str], Any] = {}
        self._plain: dict[str, Any] = {}
        self.faults = Faults()
        self.snapshot = Snapshot()
        self.slept: list[float] = []

    def client(self, service: str) -> Any:
        """A client to make things with: no fault is before it."""
        if service not in self._plain:
            self._plain[service] = self._make(service, REGION)
        return self._plain[service]

    def _watched(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self._made:
            self._made[key] = self.faults.wrap(self._make(*key))
        return self._made[key]

    def target(self, regions: Iterable[str] = (REGION,)) -> Target:
        """Who is asked, by a caller that has forgotten all; ``CredentialsError`` as it comes."""
        return identify(Caller(self._watched, sleep=self.slept.append), REGION, list(regions))

    def read(self, plan: Plan, fault: Fault | None = None, **more: Any) -> Snapshot:
        """Carry out a plan."""
        self.faults.reset()
        self.snapshot = Snapshot()
        target = self.target(**more)
        self.faults.fault = fault or (lambda _: None)
        try:
            Run(target, self.snapshot).carry_out(plan)
        finally:
            self.faults.fault = lambda _: None
        return self.snapshot

    def judge(
        self,
        checks: Iterable[KnownCheck],
        fault: Fault | None = None,
        plan: Plan | None = None,
        **more: Any,
    ) -> Verdicts:
        """Read for these checks, and what they say."""
        checks = list(checks)
        snapshot = self.read(plan or plan_for(checks), fault, **more)
        return {(one.check, one.component): one for one in judge_all(snapshot, checks)}
