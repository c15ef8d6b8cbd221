"""The snapshot: what collectors write and checks read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ringwall.core.components import Found
from ringwall.core.observations import Observation, Place, State

LISTED = "listed"
"""The aspect of what the listing itself told of a component."""
CONTROLS = "control_policies"
"""The aspect of an account that says what of its organisation binds it.

No call of the account itself tells it: it is lent by what another account told.
"""


@dataclass(slots=True)
class Seen:
    """One component, with what was read of it by aspect."""

    found: Found
    aspects: dict[str, Observation] = field(default_factory=dict)
    place: Place | None = None
    """Where it is declared, if it is declared in code."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Where the components of a kind were listed: an account, and a region, or ``""`` for all."""

    kind: str
    account: str
    region: str = ""


class Snapshot:
    """Components by id, and for each kind and scope what became of listing them.

    Where a kind was never listed in an account nothing is known of it: that is an error, too.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._kinds: dict[str, dict[str, Seen]] = {}
        self._listings: dict[Scope, Observation] = {}

    def add(self, found: Found, *, place: Place | None = None) -> Seen:
        """The component, known from now on; what was known of it stays."""
        seen = self._seen.get(found.id)
        if seen is None:
            seen = self._seen[found.id] = Seen(found, place=place)
            self._kinds.setdefault(found.kind, {})[found.id] = seen
        return seen

    def remove(self, component: str) -> None:
        """Forget a component that is there no more."""
        seen = self._seen.pop(component, None)
        if seen is not None:
            del self._kinds[seen.found.kind][component]

    def note(self, component: str, aspect: str, told: Observation) -> None:
        """What was read of a component; ``KeyError`` where that is not there."""
        self._seen[component].aspects[aspect] = told

    def note_listing(self, scope: Scope, told: Observation) -> None:
        """What became of listing components; the worse stays where several calls list one kind."""
        before = self._listings.get(scope)
        if before is None or before.is_told:
            self._listings[scope] = told

    def forget_listing(self, scope: Scope) -> None:
        """Have it listed anew."""
        self._listings.pop(scope, None)

    def get(self, component: str) -> Seen | None:
        """The component with this id."""
        return self._seen.get(component)

    def of_kind(self, kind: str) -> Iterable[Seen]:
        """All components of a kind."""
        return self._kinds.get(kind, {}).values()

    def listings(self, kind: str) -> Iterator[tuple[Scope, Observation]]:
        """Where this kind was listed, and what became of it."""
        for scope, told in self._listings.items():
            if scope.kind == kind:
                yield scope, told

    def is_listed(self, kind: str) -> bool:
        """Whether all of a kind could be listed, wherever it was."""
        found = [told for _, told in self.listings(kind)]
        return bool(found) and all(told.is_told for told in found)

    def all_listings(self) -> Iterable[tuple[Scope, Observation]]:
        """Every listing there was."""
        return self._listings.items()

    @property
    def kinds(self) -> list[str]:
        """The kinds of which there are components."""
        return sorted(kind for kind, some in self._kinds.items() if some)

    def __iter__(self) -> Iterator[Seen]:
        return iter(self._seen.values())

    def __len__(self) -> int:
        return len(self._seen)


def known(value: object, api: str = "") -> Observation:
    """That a read told this value."""
    return Observation(State.KNOWN, value, api)
