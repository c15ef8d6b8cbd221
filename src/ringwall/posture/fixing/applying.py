"""Apply a plan: look again, do, judge anew, and take back what did not help.

Each step is kept on the disk before it is done, so that a plan whose applying was killed is known
and taken back before anything else.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Protocol

from ringwall.core.verdicts import Outcome
from ringwall.posture.config import Approval
from ringwall.posture.fixing.approving import not_approved
from ringwall.posture.fixing.explaining import explains, progress, shows
from ringwall.posture.fixing.making import again, changed
from ringwall.posture.fixing.plans import Call, Plan, Stage
from ringwall.posture.judging import Judged
from ringwall.posture.snapshot.snapshot import Snapshot

_WAS: Final = {Stage.APPLIED: "applied", Stage.STUCK: "taken back in part"}
_NOTHING: Final = "nothing to take back: all is as it was before"
_SETTLES_S: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""How long AWS is given until what was done can be read everywhere."""
_AGAIN_S: Final = 30.0
"""How often it is looked at of what AWS says takes longer."""


class Cloud(Protocol):
    """Promises to read anew, from AWS and nothing kept."""

    def read(self, plan: Plan) -> Snapshot:
        """All that the plan's check reads of its component, and that the plan stands on."""

    def judge(self, plan: Plan, snapshot: Snapshot) -> Judged | None:
        """What the plan's check says now; ``None`` where the component is gone."""

    def do(self, call: Call, plan: Plan) -> None:
        """Make a call; any exception says that it was refused, or that nobody knows."""

    def would(self, call: Call, plan: Plan) -> str:
        """What AWS says of a call without doing it, in words."""


Keep = Callable[[Plan], None]
"""Promises that the plan is on the disk, and in the log, when it returns; else nothing is done."""


class Applying:
    """Applies one plan. ``keep`` is called for each step before it is done."""

    def __init__(
        self,
        cloud: Cloud,
        keep: Keep,
        *,
        needs: Approval = Approval.ANYBODY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cloud, self._keep, self._now, self._sleep = cloud, keep, now, sleep
        self._needs = needs

    def dry_run(self, plan: Plan) -> list[str]:
        """What would be done, call by call, and what AWS says to it; nothing is changed."""
        snapshot = self._cloud.read(plan)
        found = [f"refused: {one}" for one in changed(plan.basis, snapshot)]
        for number, step in enumerate(plan.draft.steps, 1):
            said = self._cloud.would(step.do, plan)
            found.append(f"{number}. {step.do.words} ({step.do.call}): {said}")
        return found

    def apply(self, plan: Plan, *, by: str) -> Plan:
        """Do it; the plan as it ended. ``ValueError`` where it may not be applied now."""
        if plan.stage is not Stage.APPROVED:
            told = "".join(f"; {one}" for one in progress(plan))
            msg = f"plan {plan.id} is {plan.stage}: only what is approved is applied{told}"
            raise ValueError(msg)
        if why := not_approved(plan, self._needs):
            said = f"not applied, its approval does not do: {why}"
            return self._to(replace(plan, approved_by="", approved_by_uid=""), Stage.MADE, said)
        snapshot = self._cloud.read(plan)
        otherwise = changed(plan.basis, snapshot)
        if otherwise:
            return self._to(plan, Stage.STALE, f"not applied: {'; '.join(otherwise)}")
        judged = self._cloud.judge(plan, snapshot)
        if judged is None or judged.verdict.outcome is not Outcome.FAIL:
            said = "it is gone" if judged is None else judged.verdict.why
            return self._to(plan, Stage.STALE, f"not applied, there is nothing to mend: {said}")
        for number, step in enumerate(plan.draft.steps, 1):
            said = f"step {number}, {step.do.words}, begun by {by}"
            try:
                if number > 1:
                    snapshot = self._cloud.read(plan)
                plan = replace(plan, after=again(plan.basis, snapshot))
                plan = self._to(plan, Stage.BEGUN, said, done=number)
            except Exception as error:
                if plan.done:
                    self._take_back(plan, by=by)
                msg = f"step {number} was not begun, since it could not be kept: {error}"
                raise OSError(msg) from error
            try:
                self._cloud.do(step.do, plan)
            except Exception as error:  # noqa: BLE001 - whatever it is, all is taken back
                return self._take_back(plan, by=by, because=f"step {number} was refused: {error}")
        return self._verified(plan, by=by)

    def undo(self, plan: Plan, *, by: str, anyway: bool = False) -> Plan:
        """Take back what was applied, or was begun by whoever was killed.

        What others changed since would be taken back, too: only ``anyway``, else ``ValueError``.
        Where all is as it was before nothing is done.
        """
        if plan.stage not in {Stage.APPLIED, Stage.BEGUN, Stage.STUCK}:
            msg = f"plan {plan.id} is {plan.stage}: there is nothing to take back"
            raise ValueError(msg)
        if anyway:
            return self._take_back(plan, by=by)
        before = plan.after or plan.basis
        for seconds in _SETTLES_S[: 3 if plan.stage is Stage.BEGUN else 1]:
            self._sleep(seconds)  # what was done just before the end may not be told everywhere yet
            snapshot = self._cloud.read(plan)
            if otherwise := changed(before, snapshot):
                break
        is_shown = bool(plan.after) and plan.after != plan.basis
        if is_shown and not changed(plan.basis, snapshot):
            return self._to(plan, Stage.TAKEN_BACK, f"{_NOTHING}, {by} found", done=0)
        if not otherwise:
            if plan.stage is Stage.BEGUN and not self._was_done(plan, snapshot):
                plan = replace(plan, done=plan.done - 1)
            if not plan.done:
                return self._to(plan, Stage.TAKEN_BACK, f"{_NOTHING}, {by} found", done=0)
            return self._take_back(plan, by=by)
        if plan.stage is Stage.BEGUN:
            now = again(before, snapshot)
            if explains(plan.draft.steps[plan.done - 1], before, now):
                return self._take_back(plan, by=by)
            told = "; ".join(progress(plan))
            since = f"whoever applied plan {plan.id} was killed: {told}. Others changed it since"
        else:
            since = f"it was changed since plan {plan.id} was {_WAS[plan.stage]}"
        msg = f"{since}: {'; '.join(otherwise)}; `--anyway` takes that back, too"
        raise ValueError(msg)

    def _was_done(self, plan: Plan, snapshot: Snapshot) -> bool:
        """Whether the step begun last may have been done though all that was read is as before.

        Some plans stand on other members than they set: then the check tells.
        """
        if shows(plan.basis, plan.draft.steps[plan.done - 1]):
            return False
        judged = self._cloud.judge(plan, snapshot)
        return judged is None or judged.verdict.outcome is not Outcome.FAIL

    def _verified(self, plan: Plan, *, by: str) -> Plan:
        why = ""
        for seconds in _settling(plan):
            self._sleep(seconds)
            snapshot = self._cloud.read(plan)
            judged = self._cloud.judge(plan, snapshot)
            if judged is not None and judged.verdict.outcome is Outcome.PASS:
                plan = replace(plan, after=again(plan.basis, snapshot))
                said = f"judged anew, {plan.check} passes: {judged.verdict.why}"
                return self._to(plan, Stage.APPLIED, said)
            why = "it is gone" if judged is None else judged.verdict.why
        return self._take_back(plan, by=by, because=f"it did not help: {why}")

    def _take_back(self, plan: Plan, *, by: str, because: str = "") -> Plan:
        failed: list[str] = []
        try:
            said = f"taken back by {by}"
            plan = self._to(plan, plan.stage, f"{because}; {said}" if because else said)
        except Exception as error:  # noqa: BLE001 - a full disk does not keep it from being undone
            failed.append(f"this was not kept: {error}")
        for step in reversed(plan.draft.steps[: plan.done]):
            for call in step.undo:
                try:
                    self._cloud.do(call, plan)
                except Exception as error:  # noqa: BLE001 - the others are taken back all the same
                    failed.append(f"{call.words}: {error}")
        otherwise: list[str] = []
        for seconds in _settling(plan):
            self._sleep(seconds)
            snapshot = self._cloud.read(plan)
            otherwise = changed(plan.basis, snapshot)
            if not otherwise:
                return self._to(plan, Stage.TAKEN_BACK, "all is as it was before", done=0)
        plan = replace(plan, after=again(plan.basis, snapshot))
        said = "; ".join([*failed, *otherwise])
        return self._to(plan, Stage.STUCK, f"it could not be taken back whole: {said}")

    def _to(self, plan: Plan, stage: Stage, said: str, *, done: int | None = None) -> Plan:
        plan = plan.on(stage, said, now=self._now(), done=done)
        self._keep(plan)
        return plan


def _settling(plan: Plan) -> Iterator[float]:
    """How long is waited before each look at what was done."""
    yield from _SETTLES_S
    left = plan.draft.settles_s - sum(_SETTLES_S)
    while left > 0:
        yield min(left, _AGAIN_S)
        left -= _AGAIN_S
