"""What somebody asked for, and whether they might: API Activity."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.core.events.acting import Actor
from ringwall.core.events.shape import (
    Class,
    Outcome,
    Recorded,
    Severity,
    event,
    merged,
    personal,
)

_API: Final = Class(
    6003, "API Activity", {1: "Create", 2: "Read", 3: "Update", 4: "Delete", 99: "Other"}
)
_VERBS: Final = {
    "see": 2,
    "list": 2,
    "read": 2,
    "make": 1,
    "change": 3,
    "renew": 3,
    "rotate": 3,
    "remove": 4,
    "withdraw": 4,
}


def asked(
    actor: Actor,
    operation: str,
    *,
    outcome: Outcome,
    on: tuple[str, str] | None = None,
    allowed: bool | None = None,
    policies: tuple[str, ...] = (),
    policy_set: str = "",
    reference: str = "",
    detail: str = "",
    code: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> Recorded:
    """Somebody asked to do ``operation`` to something, ``on`` (its type and id).

    ``allowed`` is what ``policies`` of the set with that hash decided, ``reference`` what somebody
    who is denied was told; ``code`` the status or exit code that came of it.
    """
    verb = operation.rpartition(":")[2].rpartition(" ")[2]
    parts = actor.parts()
    if allowed is not None:
        decision = "allowed" if allowed else "denied"
        parts["actor"]["authorizations"] = [
            {"decision": decision, "policy": {"uid": one, "version": policy_set[:16]}}
            for one in policies
        ]
    own = {**actor.own_words(), **(more or {})}
    if reference:
        own["reference"] = reference
    said = "denied" if allowed is False else "allowed" if allowed else "done"
    if allowed is not False and outcome is Outcome.FAILURE:
        said = "failed"
    made = event(
        _API,
        _VERBS.get(verb, 99),
        message=f"{operation}: {said}",
        outcome=outcome,
        severity=Severity.INFORMATIONAL if outcome is Outcome.SUCCESS else Severity.LOW,
        api={"operation": operation, "service": {"name": f"ringwall {actor.channel}"}},
        resources=[{"type": on[0], "uid": on[1]}] if on else None,
        status_detail=detail,
        status_code=None if code is None else str(code),
        unmapped={"ringwall": own},
        **parts,
    )
    return Recorded(merged(made, {"metadata": actor.metadata()}), personal(actor.personal()))
