"""What findings of our checks stand on, for the queue: the values, as they were read last."""

from collections.abc import Iterable, Mapping
from typing import Final

from ringwall.core.findings import Finding
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.scopes import Scopes
from ringwall.runtime.installation import Installation

_GONE: Final = "no values: what it was found in was not read as a whole, or is kept no more"
_OTHERWISE: Final = (
    "no values: by what is kept of {}, read {:%Y-%m-%d %H:%M} UTC, it is judged otherwise"
)


def finding_values(
    installation: Installation, finding: Finding, scopes: Iterable[str]
) -> tuple[Mapping[tuple[str, str], str], str] | None:
    """Values by component and aspect, and why there are none; ``None`` where no check is ours.

    ``scopes`` are those that it was seen in. Nothing in it is secret: see
    :mod:`~ringwall.posture.checking.deciding`.
    """
    known = next(
        (one for one in own_checks([finding.weakness]) if one.id == finding.weakness), None
    )
    if known is None:
        return None
    kept = Scopes(installation.state)
    there = set(kept.all())
    why = _GONE
    for scope in scopes:
        if scope not in there:
            continue
        try:
            last = kept.get(scope)
        except ValueError as error:
            why = str(error)
            continue
        if last is None:
            continue
        found = last.decided_by(known, finding.component, finding.message)
        if found is not None:
            return {(one.component, one.aspect): one.text for one in found}, ""
        why = _OTHERWISE.format(scope, last.read)
    return {}, why
