"""What becomes of a finding, as events of the log: what runs found, and what people did."""

from dataclasses import replace
from typing import Any, Final

from ringwall.core.events import Change, Happened, Recorded, entity, finding
from ringwall.findings.formats.ocsf import Activity, event_of
from ringwall.findings.standing import Standing
from ringwall.runtime.recording import current_actor

CREATED: Final = Activity.CREATE
CHANGED: Final = Activity.UPDATE
CLOSED: Final = Activity.CLOSE
_LONGEST: Final = 1000
_FEW: Final = 10
_PERSONAL: Final = frozenset({"owner", "answers_for_it"})


def found(one: Standing, activity: Activity, why: str) -> Recorded:
    """What a run made of a finding: an OCSF finding with texts and lists cut, and no owner."""
    made = finding(_short(event_of(replace(one, owner=""), activity, why=why)))
    metadata = made.event["metadata"] | current_actor().metadata()  # of the command or the job
    return replace(made, event={**made.event, "metadata": metadata})


def stepped(uid: str, before: dict[str, Any], after: dict[str, Any], *, text: str = "") -> Recorded:
    """What somebody did with it. What they wrote, and who it is given to, is kept apart."""
    actor = current_actor()
    hidden = {"comment": ("", text)} if text else {}
    for name in _PERSONAL:
        if before.get(name) != after.get(name):
            hidden[name] = (before.get(name, ""), after.get(name, ""))
    names = sorted({*before, *after} - _PERSONAL)
    differing = [name for name in names if before.get(name) != after.get(name)]
    change = Change(
        happened=Happened.UPDATED,
        type="Finding",
        uid=uid,
        before={name: before[name] for name in differing if name in before},
        after={name: after[name] for name in differing if name in after},
        hidden=hidden,
        whose=f"finding:{uid}",
    )
    return entity(actor, change)


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value[:_FEW]]
    return value
