"""The cloud as plans are applied to it: read anew by the collectors, called by boto3."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.planning import plan_of, wanted_by
from ringwall.posture.collecting.running import Run, Target
from ringwall.posture.fixing.making import NoPlanError, judging, wanted_for
from ringwall.posture.fixing.plans import Call, Plan
from ringwall.posture.judging import Judged, judge_one
from ringwall.posture.snapshot.snapshot import Snapshot

_DRY: Final = "ec2"
"""The service that answers what it would do (``DryRun``)."""


class Aws:
    """One account. ``client`` makes boto3's clients, as those of the target."""

    def __init__(
        self, target: Target, client: Callable[[str, str], Any], check: KnownCheck
    ) -> None:
        self._target, self._client, self._check = target, client, check

    def read(self, plan: Plan) -> Snapshot:
        """All that the check reads of the component, and that the plan stands on."""
        wanted = wanted_by([self._check])
        with suppress(NoPlanError):  # of before, of a remedy that is no more
            wanted |= wanted_for(self._check)
        for one in plan.basis:
            wanted.add(f"{one.component.partition('/')[0]}.{one.aspect}")
        regions = (plan.region,) if plan.region else self._target.regions
        only = {plan.component, *(one.component for one in plan.basis)}
        snapshot = Snapshot()
        target = replace(self._target, regions=regions)
        Run(target, snapshot, only=only).carry_out(plan_of(wanted))
        return snapshot

    def judge(self, plan: Plan, snapshot: Snapshot) -> Judged | None:
        """What the check says now."""
        seen = snapshot.get(plan.component)
        return None if seen is None else judge_one(snapshot, judging(self._check), seen)

    def do(self, call: Call, plan: Plan) -> None:
        """Make a call."""
        self._made(call, plan, {})

    def would(self, call: Call, plan: Plan) -> str:
        """What EC2 says to it; other services have no such question."""
        if not call.call.startswith(f"{_DRY}:"):
            return "this service cannot be asked without doing it"
        from botocore.exceptions import ClientError  # noqa: PLC0415 - an extra

        try:
            self._made(call, plan, {"DryRun": True})
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            return "AWS would do it" if code == "DryRunOperation" else f"AWS refuses it: {error}"
        return "AWS would do it"

    def _made(self, call: Call, plan: Plan, more: dict[str, Any]) -> None:
        from botocore import xform_name  # noqa: PLC0415 - an extra

        service, _, operation = call.call.partition(":")
        client = self._client(service, call.region or plan.region or self._target.home)
        arguments = {**call.arguments, **self._later(call, plan), **more}
        getattr(client, xform_name(operation))(**arguments)

    def _later(self, call: Call, plan: Plan) -> dict[str, Any]:
        """What is known only now; ``LookupError`` where it is not one alone, or not known."""
        if not call.later:
            return {}
        seen, found = self.read(plan).get(plan.component), {}
        for name, aspect in call.later.items():
            told = seen.aspects.get(aspect) if seen is not None else None
            if told is None or not isinstance(told.value, list) or len(told.value) != 1:
                msg = f"{aspect} of {plan.component} does not tell one alone"
                raise LookupError(msg)
            (found[name],) = told.value
        return found
