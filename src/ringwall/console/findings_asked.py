"""Which findings a page is asked for, from the parameters of its address."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ringwall.core.components import Environment, Exposure
from ringwall.core.findings import Severity
from ringwall.findings.states import EXCUSED, UNDONE, State

if TYPE_CHECKING:
    from ringwall.findings.store import Wanted

_AFTER: Final = re.compile(r"([0-9]{1,3})\.([0-9a-f]{20})")
_LONGEST: Final = 1100
_STATES: Final[Mapping[str, frozenset[State]]] = {
    "": UNDONE,
    "excused": EXCUSED,
    "all": frozenset(State),
    **{str(one): frozenset({one}) for one in State},
}
_KNOWN: Final = {
    "state": list(_STATES),
    "severity": ["", *map(str, Severity)],
    "environment": ["", *map(str, Environment)],
    "exposure": ["", *map(str, Exposure)],
    "overdue": ["", "yes"],
}


class MistakeError(ValueError):
    """A filter that is none, and what it may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters as they were given; what is empty matches all, of states what is undone."""

    q: str = ""
    state: str = ""
    severity: str = ""
    source: str = ""
    owner: str = ""
    environment: str = ""
    exposure: str = ""
    overdue: str = ""
    check: str = ""
    component: str = ""
    after: str = ""

    @classmethod
    def raw(cls, given: Mapping[str, str]) -> "Asked":
        """As it was given, right or wrong."""
        return cls(**{one.name: given.get(one.name, "").strip() for one in fields(cls)})

    @property
    def choices(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """What can be chosen of each filter that is a choice: name, label, values with labels."""
        states = [(one, one.replace("-", " ") or "to do") for one in _STATES]
        found = [("state", "State", states)]
        severities = [("", "any"), *((str(s), f"{s} or worse") for s in reversed(Severity))]
        found.append(("severity", "Severity", severities))
        for name, label in (("environment", "Environment"), ("exposure", "Exposure")):
            found.append((name, label, [(one, one or "any") for one in _KNOWN[name]]))
        found.append(("overdue", "Overdue", [("", "or not"), ("yes", "only")]))
        return found

    @property
    def selects(self) -> list[dict[str, Any]]:
        """The same with what is chosen."""
        return [
            {
                "name": name,
                "label": label,
                "options": [(v, text, v == getattr(self, name)) for v, text in values],
            }
            for name, label, values in self.choices
        ]

    @property
    def texts(self) -> list[dict[str, str]]:
        """The filters that are written: name, label, value."""
        several = (("source", "Source"), ("owner", "Owner"), ("check", "Check"))
        return [
            {"name": name, "label": label, "value": getattr(self, name)}
            for name, label in (*several, ("component", "Component"))
        ]

    @property
    def is_narrow(self) -> bool:
        """Whether more is said than words and what a tab says."""
        return bool(self.source or self.owner or self.environment or self.check or self.component)

    def parameters(self) -> dict[str, Any]:
        """What was said, but from where on."""
        return {name: one for name, one in asdict(self).items() if one and name != "after"}

    def wanted(self, now: datetime) -> "Wanted":
        """The same as the queue is asked."""
        from ringwall.findings.store import Wanted  # noqa: PLC0415 - needs the tables

        at = _AFTER.fullmatch(self.after)
        return Wanted(
            states=_STATES[self.state],
            least=Severity(self.severity) if self.severity else None,
            weakness=self.check,
            component=self.component,
            owner=self.owner,
            source=self.source,
            environment=self.environment,
            exposure=self.exposure,
            text=self.q,
            overdue_at=now if self.overdue else None,
            after=None if at is None else (int(at[1]), at[2]),
        )

    def everything(self) -> "Wanted":
        """All there is."""
        from ringwall.findings.store import Wanted  # noqa: PLC0415 - needs the tables

        return Wanted(states=frozenset(State))


def asked(given: Mapping[str, str]) -> Asked:
    """The filters of an address; :class:`MistakeError` names the one that is none."""
    found = Asked.raw(given)
    for name, values in _KNOWN.items():
        if (value := getattr(found, name)) not in values:
            may = ", ".join(filter(None, values))
            raise MistakeError(f"{name} is one of {may}, not {value[:40]}")
    for name, value in asdict(found).items():
        if len(value) > _LONGEST:
            raise MistakeError(f"{name} is longer than {_LONGEST} characters")
    if found.after and _AFTER.fullmatch(found.after) is None:
        raise MistakeError("this page is none of the search: begin anew")
    return found
