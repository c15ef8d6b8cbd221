"""What becomes of a plan is in the log, before it is done."""

from pathlib import Path

from ringwall.core.events import Change, Happened, entity
from ringwall.posture.fixing.plans import Plan, Stage
from ringwall.runtime.recording import current_actor, record_at_once


def record(state: Path, plan: Plan) -> None:
    """Tell the log how far a plan has come; ``RecordingError`` where it cannot be told."""
    is_new = plan.stage is Stage.MADE
    change = Change(
        happened=Happened.CREATED if is_new else Happened.UPDATED,
        type="Plan",
        uid=plan.id,
        name=plan.check,
        after={
            "stage": plan.stage.value,
            "component": plan.component,
            "check": plan.check,
            "digest": plan.digest,
            "step": plan.done,
            "said": plan.history[-1] if plan.history else "",
            **({"calls": [one.do.line for one in plan.draft.steps]} if is_new else {}),
        },
    )
    record_at_once(entity(current_actor(), change), state=state)
