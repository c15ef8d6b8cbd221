"""Who may approve a plan, and whose approval counts: for every way in which plans are approved."""

from dataclasses import replace
from datetime import datetime

from ringwall.posture.config import Approval
from ringwall.posture.fixing.plans import Plan, Stage


def approved(plan: Plan, *, by: str, needs: Approval, now: datetime, by_uid: str = "") -> Plan:
    """The plan, approved; or as it was, with the refusal in its history: see its stage.

    ``by`` is a name to be told, ``by_uid`` what nobody chooses for themselves: by that it is
    judged who is somebody else. Either is to be kept and recorded. ``ValueError`` where there is
    nothing to approve.
    """
    if plan.stage is not Stage.MADE:
        msg = f"plan {plan.id} is {plan.stage} already"
        raise ValueError(msg)
    if why := _refused(plan, by, by_uid, needs):
        return plan.on(plan.stage, f"not approved by {by}: {why}", now=now)
    made = replace(plan, approved_by=by, approved_by_uid=by_uid)
    return made.on(Stage.APPROVED, f"approved by {by}", now=now)


def not_approved(plan: Plan, needs: Approval) -> str:
    """Why the approval that a plan has does not do, as the configuration is now; else empty."""
    return _refused(plan, plan.approved_by, plan.approved_by_uid, needs)


def _refused(plan: Plan, by: str, by_uid: str, needs: Approval) -> str:
    if needs is not Approval.SECOND_PERSON:
        return ""
    is_same = bool(plan.by_uid) and by_uid in {"", plan.by_uid}
    if is_same or by in {"", plan.by}:
        return f"{plan.by} made it, and posture.fixes.approval asks for a second person"
    return ""
