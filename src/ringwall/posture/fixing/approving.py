"""Who may approve a plan, and whose approval counts: for every way in which plans are approved."""

from dataclasses import replace
from datetime import datetime

from ringwall.posture.config import Approval
from ringwall.posture.fixing.plans import Plan, Stage


def approved(plan: Plan, *, by: str, needs: Approval, now: datetime) -> Plan:
    """The plan, approved; or as it was, with the refusal in its history: see its stage.

    Either is to be kept and recorded. ``ValueError`` where there is nothing to approve.
    """
    if plan.stage is not Stage.MADE:
        msg = f"plan {plan.id} is {plan.stage} already"
        raise ValueError(msg)
    if why := _refused(plan, by, needs):
        return plan.on(plan.stage, f"not approved by {by}: {why}", now=now)
    return replace(plan, approved_by=by).on(Stage.APPROVED, f"approved by {by}", now=now)


def not_approved(plan: Plan, needs: Approval) -> str:
    """Why the approval that a plan has does not do, as the configuration is now; else empty."""
    return _refused(plan, plan.approved_by, needs)


def _refused(plan: Plan, by: str, needs: Approval) -> str:
    if needs is Approval.SECOND_PERSON and by in {"", plan.by}:
        return f"{plan.by} made it, and posture.fixes.approval asks for a second person"
    return ""
