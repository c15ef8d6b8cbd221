"""From a change event to the verdicts that it changed."""

from collections.abc import Iterable

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.planning import Plan, plan_for
from ringwall.posture.collecting.rereading import reread
from ringwall.posture.collecting.running import Target
from ringwall.posture.happening import Happened
from ringwall.posture.judging import Judged
from ringwall.posture.rejudging import Standing
from ringwall.posture.snapshot.snapshot import Snapshot


class Watch:
    """An account as it was read, kept up to date by what happens in it. Not thread-safe."""

    def __init__(self, target: Target, snapshot: Snapshot, checks: Iterable[KnownCheck]) -> None:
        several = list(checks)
        self._target, self._plan = target, plan_for(several)
        self.standing = Standing(snapshot, several)

    @property
    def plan(self) -> Plan:
        """The calls that tell what the checks read."""
        return self._plan

    def take(self, told: Happened) -> list[tuple[Judged | None, Judged | None]]:
        """Read again what it changed, and judge; what comes out otherwise, before and after.

        What happened in another account, or in a region that is not looked at, changes nothing.
        """
        if told.account not in {"", self._target.account}:
            return []
        kinds = set(told.kinds({kind for one in self._plan.listings for kind in one.kinds}))
        kinds |= {one.kind for one in self._plan.details if _service(one.call) in told.prefixes}
        kinds |= {"aws-account", "aws-region"} if kinds else set()
        if not kinds:
            return []
        region = told.region if told.region in self._target.regions else ""
        changes = reread(
            self._target,
            self.standing.snapshot,
            self._plan,
            kinds,
            matches=lambda seen: (
                told.matches(seen) or seen.found.kind in {"aws-account", "aws-region"}
            ),
            region=region,
        )
        return self.standing.again(changes) if changes else []


def _service(call: str) -> str:
    """Whose call it is: WAF tells which web ACL stands before a load balancer."""
    return call.partition(":")[0]
