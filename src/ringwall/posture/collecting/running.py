"""Carry out a plan: many calls at a time, one snapshot."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.collecting.calling import Answer, Caller, CredentialsError, observed
from ringwall.posture.collecting.lanes import Lanes
from ringwall.posture.collecting.pacing import Pace
from ringwall.posture.collecting.planning import Plan
from ringwall.posture.collecting.shape import (
    Batches,
    Detail,
    Item,
    Job,
    Listing,
    Ready,
    Where,
    Within,
)
from ringwall.posture.collecting.tagging import spread
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Seen, Snapshot

AT_A_TIME: Final = 16
"""Calls that are under way at once."""
_REST_S: Final = 1.0
Told = Callable[[str, int, int], None]
"""What is going on: what is read, how much of it is done, of how many calls."""


@dataclass(frozen=True, slots=True)
class Target:
    """An account that is read: who calls, from where, and the regions that are looked at."""

    account: str
    partition: str
    home: str
    """The region that is asked for what is in none."""
    regions: tuple[str, ...]
    caller: Caller


def identify(
    caller: Caller, home: str, regions: Sequence[str] = (), *, doubted: Sequence[str] = ()
) -> Target:
    """Whose account it is, and its regions; :class:`CredentialsError` where that is not told.

    Of regions that are ``doubted`` AWS is asked whether there are such.
    """
    told = caller.call("sts:GetCallerIdentity", Where("", home), {})
    if told.state is not State.KNOWN:
        is_denied = told.state is State.DENIED
        said = (
            "does not know these credentials"
            if is_denied
            else "cannot be asked whose account it is"
        )
        msg = f"AWS {said}: {told.why}"
        raise CredentialsError(msg)
    account, arn = told.pages[0]["Account"], str(told.pages[0]["Arn"])
    partition = arn.split(":")[1]
    if not regions:
        found = caller.call("ec2:DescribeRegions", Where(account, home), {})
        if found.state is not State.KNOWN:
            msg = f"the regions cannot be listed: {found.why}; name them with --region"
            raise CredentialsError(msg)
        regions = [one["RegionName"] for one in found.pages[0]["Regions"]]
    if doubted:
        _require_regions(caller, Where(account, home), doubted)
    return Target(account, partition, home, tuple(sorted(regions)), caller)


def _require_regions(caller: Caller, where: Where, doubted: Sequence[str]) -> None:
    found = caller.call("ec2:DescribeRegions", where, {"AllRegions": True})
    if found.state is not State.KNOWN:
        return  # what is asked there says so
    known = [one["RegionName"] for one in found.pages[0]["Regions"]]
    for name in doubted:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f": is it {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"
            msg = f"{name} is no region of AWS{meant}"
            raise CredentialsError(msg)


class Run:
    """One reading of one account into a snapshot.

    ``only`` are components: of others of their kinds no details are read. ``narrow`` says, once
    they are listed, of which ones details are read at all.
    """

    def __init__(
        self,
        target: Target,
        snapshot: Snapshot,
        told: Told | None = None,
        *,
        only: Iterable[str] = (),
        narrow: Callable[[Seen], bool] | None = None,
    ) -> None:
        self._target, self._snapshot = target, snapshot
        self._only = frozenset(only)
        self._kinds = {one.partition("/")[0] for one in self._only}
        self._narrow = narrow or (lambda _: True)
        self._told = told or (lambda *_: None)
        self._done, self._all = 0, 0
        self._lock = threading.Lock()
        _place(snapshot, target)

    def carry_out(self, plan: Plan) -> None:
        """Make all calls of a plan."""
        with Lanes(AT_A_TIME) as lanes:
            for some in plan.waves:
                self._list(lanes, (job for one in some for job in self._jobs(one)))
            self._detail(lanes, plan.details)
        spread(self._snapshot, self._target.account)

    def _wheres(self, one: Listing) -> list[Where]:
        target = self._target
        home = (one.region or target.home,)
        regions = target.regions if one.within is Within.REGION else home
        return [Where(target.account, region, target.partition) for region in regions]

    def _jobs(self, one: Listing) -> Iterable[tuple[Listing, Where, dict[str, Any]]]:
        if one.batches is not None:
            yield from self._batched(one, one.batches)
            return
        for where in self._wheres(one):
            yield one, where, dict(one.arguments)

    def _batched(
        self, one: Listing, batches: Batches
    ) -> Iterable[tuple[Listing, Where, dict[str, Any]]]:
        for where in self._wheres(one):
            some = [
                seen
                for seen in self._snapshot.of_kind(batches.kind)
                if seen.found.account == where.account
                and (one.within is Within.ACCOUNT or seen.found.region == where.region)
            ]
            for kind in one.kinds:  # where there is nothing to ask for, there is none
                listed = dict(self._snapshot.listings(batches.kind))
                told = listed.get(Scope(batches.kind, where.account, where.region)) or listed.get(
                    Scope(batches.kind, where.account)
                )
                scope = self._scope(kind, one, where)
                self._snapshot.note_listing(
                    scope, told or Observation(State.ERROR, why=f"{batches.kind} was never listed")
                )
            lots: dict[str, list[Seen]] = {}
            for seen in some:
                lots.setdefault(batches.apart(seen), []).append(seen)
            for lot in lots.values():
                for begin in range(0, len(lot), batches.most):
                    part = lot[begin : begin + batches.most]
                    yield one, where, {**one.arguments, **batches.arguments(part)}

    def _list(self, lanes: Lanes, jobs: Iterable[tuple[Listing, Where, dict[str, Any]]]) -> None:
        def submit(job: tuple[Listing, Where, dict[str, Any]]) -> "Future[Answer]":
            one, where, arguments = job
            caller = self._target.caller
            lane = self._lane(one.call, where)
            return lanes.submit(lane, caller.call, one.call, where, arguments, one.absent)

        under_way = {submit(job): job for job in jobs}
        self._all += len(under_way)
        failed = list[tuple[Listing, Where, Observation]]()
        for done in as_completed(under_way):
            one, where, asked = under_way[done]
            told = self._take_listing(one, replace(where, asked=asked), done.result())
            if not told.is_told:
                failed.append((one, where, told))
            self._tick(one.call)
        for one, where, told in failed:  # now that all that are listed beside it are there
            for aspect in one.told:
                self._mark(aspect, where, one, told)

    def _scope(self, kind: str, one: Listing, where: Where) -> Scope:
        region = where.region if one.within is Within.REGION else ""
        return Scope(kind, where.account, region)

    def _take_listing(self, one: Listing, where: Where, answer: Answer) -> Observation:
        told = Observation(answer.state, None, one.call, answer.at, answer.why)
        for page in answer.pages:
            try:
                for item in one.read(page, where):
                    self._take(item, where, one.call, answer)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                why = f"its answer is of an unknown form: {type(error).__name__}: {error}"
                told = Observation(State.ERROR, None, one.call, answer.at, why)
        for kind in one.kinds:
            self._snapshot.note_listing(self._scope(kind, one, where), told)
        return told

    def _mark(self, aspect: str, where: Where, one: Listing, told: Observation) -> None:
        """What a call would have told of components that another one lists is not known."""
        kind, _, name = aspect.partition(".")
        for seen in self._snapshot.of_kind(kind):
            there = one.within is Within.ACCOUNT or seen.found.region == where.region
            if seen.found.account == where.account and there:
                seen.aspects.setdefault(name, told)

    def _take(self, item: Item, where: Where, call: str, answer: Answer) -> None:
        region = where.region if item.region is None else item.region
        seen = self._snapshot.add(
            Found(
                kind=item.kind,
                name=item.name,
                label=item.label,
                account=where.account,
                region=region,
                tags=tuple(sorted(item.tags.items())),
            )
        )
        seen.aspects.setdefault(LISTED, Observation(State.KNOWN, {}, call, answer.at))
        for aspect, value in item.aspects.items():
            state = State.ABSENT if value is None else State.KNOWN
            seen.aspects[aspect] = Observation(state, value, call, answer.at)

    def _detail(self, lanes: Lanes, details: Iterable[Detail]) -> None:
        by_kind: dict[str, list[Detail]] = {}
        for one in details:
            by_kind.setdefault(one.kind, []).append(one)
        under_way: dict[Future[Observation], tuple[Seen, Detail]] = {}
        begun: list[tuple[Seen, Detail, Job, Future[Answer]]] = []
        for kind, several in by_kind.items():
            for seen in self._snapshot.of_kind(kind):
                if seen.found.account != self._target.account or self._is_left_out(seen):
                    continue
                for one in several:  # botocore finds a bucket's endpoint once, if it comes once
                    arguments = _arguments(one, seen)
                    if arguments is None:
                        continue
                    lane = self._lane(one.call, self._where(one, seen))
                    if one.job is not None:
                        begin = lanes.submit(lane, self._begin, one, one.job, seen, arguments)
                        begun.append((seen, one, one.job, begin))
                    else:
                        under_way[lanes.submit(lane, self._one, one, seen, arguments)] = (seen, one)
        for seen, one, job, begin in begun:  # behind all others: it is most likely done by then
            lane = self._lane(one.call, self._where(one, seen))
            under_way[lanes.submit(lane, self._end, one, job, seen, begin)] = (seen, one)
        self._all += len(under_way)
        for done in as_completed(under_way):
            seen, one = under_way[done]
            seen.aspects[one.aspect] = done.result()
            self._tick(one.call)

    def _is_left_out(self, seen: Seen) -> bool:
        if seen.found.kind in self._kinds and seen.found.id not in self._only:
            return True
        return not self._narrow(seen)

    def _one(self, one: Detail, seen: Seen, arguments: Any) -> Observation:
        where = self._where(one, seen)
        if one.ready is not None:
            unready = self._made_ready(one.ready, where)
            if unready is not None:
                return unready
        return _told(one, self._target.caller.call(one.call, where, arguments, one.absent))

    def _where(self, one: Detail, seen: Seen) -> Where:
        target = self._target
        region = one.region or seen.found.region or target.home
        return Where(target.account, region, target.partition)

    def _lane(self, call: str, where: Where) -> Pace:
        service = call.partition(":")[0]
        return self._target.caller.paces.of(where.account, where.region, service)

    def _begin(self, one: Detail, job: Job, seen: Seen, arguments: Any) -> Answer:
        return self._target.caller.call(job.call, self._where(one, seen), arguments, one.absent)

    def _end(self, one: Detail, job: Job, seen: Seen, begin: "Future[Answer]") -> Observation:
        begun = begin.result()
        if begun.state is not State.KNOWN:
            return observed(begun, job.call, None)
        try:
            arguments = job.hands(begun.pages)
        except (KeyError, TypeError, IndexError) as error:
            why = f"its answer is of an unknown form: {type(error).__name__}: {error}"
            return Observation(State.ERROR, None, job.call, begun.at, why)
        if arguments is None:
            return observed(begun, job.call, None)
        until, where = time.monotonic() + job.ready_s, self._where(one, seen)
        while True:
            answer = self._target.caller.poll(one.call, where, arguments, one.absent, job.is_done)
            if answer.state is not State.KNOWN or not answer.pages:
                return observed(answer, one.call, None)
            if job.is_done(answer.pages[0]):
                return _told(one, answer)
            if time.monotonic() > until:
                why = f"{one.call} was not done within {job.ready_s:.0f} s: scan again later"
                return Observation(State.ERROR, None, one.call, answer.at, why)
            self._target.caller.sleep(_REST_S)

    def _made_ready(self, ready: Ready, where: Where) -> Observation | None:
        """What is known where it cannot be made ready; ``None`` once it is."""
        until = time.monotonic() + ready.ready_s
        while True:
            answer = self._target.caller.poll(ready.call, where, {}, frozenset(), ready.is_done)
            if not answer.pages or answer.state is not State.KNOWN:
                return observed(answer, ready.call, None)
            if ready.is_done(answer.pages[0]):
                return None
            if time.monotonic() > until:
                why = f"{ready.call} was not done within {ready.ready_s:.0f} s: scan again later"
                return Observation(State.ERROR, None, ready.call, answer.at, why)
            time.sleep(_REST_S)

    def _tick(self, call: str) -> None:
        self._done += 1
        self._told(call, self._done, self._all)


def _arguments(one: Detail, seen: Seen) -> Mapping[str, Any] | None:
    """What is asked of a component; ``None`` where nothing is, which is noted."""
    try:
        arguments = one.arguments(seen)
    except (KeyError, TypeError, IndexError) as error:
        why = f"what {one.call} needs is not known: {error}"
        seen.aspects[one.aspect] = Observation(State.ERROR, None, one.call, None, why)
        return None
    if arguments is None:
        state = State.ABSENT if one.otherwise is None else State.KNOWN
        seen.aspects[one.aspect] = Observation(state, one.otherwise, one.call)
    return arguments


def _place(snapshot: Snapshot, target: Target) -> None:
    """The account and its regions, which everything else is in."""
    told = Observation(State.KNOWN, api="sts:GetCallerIdentity")
    account = Found(
        kind="aws-account", name=target.account, label=target.account, account=target.account
    )
    snapshot.add(account).aspects[LISTED] = told
    for kind in ("aws-account", "aws-region"):
        snapshot.note_listing(Scope(kind, target.account), told)
    for region in target.regions:
        found = Found(
            kind="aws-region",
            name=f"{target.account}/{region}",
            label=region,
            account=target.account,
            region=region,
        )
        snapshot.add(found).aspects[LISTED] = told


def _told(one: Detail, answer: Answer) -> Observation:
    """What an answer tells of a component's aspect."""
    value = None
    if answer.state is State.KNOWN:
        try:
            value = one.pick(answer.pages)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            why = f"its answer is of an unknown form: {type(error).__name__}: {error}"
            return Observation(State.ERROR, None, one.call, answer.at, why)
        if value is None and one.absent:  # this call says by an error that there is none
            why = "its answer has nothing of what was asked for"
            return Observation(State.ERROR, None, one.call, answer.at, why)
    return observed(answer, one.call, value)
