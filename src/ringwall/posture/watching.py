"""From a change event to the verdicts that it changed."""

from collections.abc import Iterable
from dataclasses import replace

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.settled import WHOLE
from ringwall.posture.collecting.planning import Plan, scan_for
from ringwall.posture.collecting.rereading import Matches, reread
from ringwall.posture.collecting.running import Target
from ringwall.posture.happening import Happened
from ringwall.posture.judging import Judged
from ringwall.posture.rejudging import Changes, Standing
from ringwall.posture.snapshot.snapshot import CONTROLS, Snapshot


class Watch:
    """An account as it was read, kept up to date by what happens in it. Not thread-safe."""

    def __init__(self, target: Target, snapshot: Snapshot, checks: Iterable[KnownCheck]) -> None:
        several = list(checks)
        self._target, self._plan = target, scan_for(several)
        calls = [one.call for one in self._plan.listings]
        calls += [one.call for one in self._plan.details]
        self._services = {_service(one) for one in calls}
        self.standing = Standing(snapshot, several)
        self.changes = Changes()
        """What the last change made otherwise in what was read."""

    @property
    def plan(self) -> Plan:
        """The calls that tell what the checks read."""
        return self._plan

    def take(self, told: Happened) -> list[tuple[Judged | None, Judged | None]]:
        """Read again what it changed, and judge; what comes out otherwise, before and after.

        What happened in another account changes nothing, nor does what is of no service that is
        read and names nothing that is. What happened in a region that is not looked at may be of
        the whole account: every region is read again then, as it is where a record names another.
        """
        self.standing.still, self.changes = [], Changes()
        if told.account not in {"", self._target.account}:
            return []
        own, others = self._kinds(told)
        if not own | others:
            return []
        is_here = told.region in self._target.regions and not told.others_of(self._target.regions)
        changes = reread(
            self._target,
            self.standing.snapshot,
            self._part(told),
            own | others | WHOLE,
            chooses=lambda before, now: _choosing(told, own, others, (before, now)),
            region=told.region if is_here else "",
        )
        self.changes = changes
        return self.standing.again(changes) if changes else []

    def lent(self) -> list[tuple[Judged | None, Judged | None]]:
        """Judge again what stands on what is lent to the account, since that is otherwise now."""
        seen = self.standing.snapshot.of_kind("aws-account")
        return self.standing.again(Changes(aspects={(one.found.id, CONTROLS) for one in seen}))

    def _part(self, told: Happened) -> Plan:
        """The plan, without what services that did nothing tell of the whole account."""
        is_all = told.is_cut or not self._services & {*told.prefixes}
        details = (
            one
            for one in self._plan.details
            if is_all or one.kind not in WHOLE or _service(one.call) in told.prefixes
        )
        return replace(self._plan, details=tuple(details))

    def _kinds(self, told: Happened) -> tuple[set[str], set[str]]:
        """The kinds of the service that was called, and others of which its calls tell something.

        Of a service that is not read itself it is what its record names: tags are put on
        everything by a service of their own.
        """
        known = {kind for one in self._plan.listings for kind in one.kinds}
        others = {one.kind for one in self._plan.details if _service(one.call) in told.prefixes}
        for one in self._plan.listings:
            if _service(one.call) in told.prefixes:
                others |= {*one.kinds, *(aspect.partition(".")[0] for aspect in one.told)}
        own = set(told.kinds(known | others))
        if not own | others:
            own = set(told.named_kinds(known))
            own |= {one.found.kind for one in self.standing.snapshot if told.matches(one)}
        return own, others - own


def _choosing(
    told: Happened, own: set[str], others: set[str], snapshots: tuple[Snapshot, Snapshot]
) -> Matches:
    """Of which components details are read again.

    Of those that the record names. Where it names none of its service, as where only a listener's
    name is told, of all of its service; so it is of each other kind of which the service tells.
    """

    def named(kinds: Iterable[str]) -> bool:
        several = (seen for one in snapshots for kind in kinds for seen in one.of_kind(kind))
        return any(told.matches(seen) for seen in several)

    whole = set(WHOLE) if not told.is_cut else own | others | WHOLE
    if not named(own):
        whole |= own
    whole |= {kind for kind in others if not named([kind])}
    return lambda seen: seen.found.kind in whole or told.matches(seen)


def _service(call: str) -> str:
    """Whose call it is: WAF tells which web ACL stands before a load balancer."""
    return call.partition(":")[0]
