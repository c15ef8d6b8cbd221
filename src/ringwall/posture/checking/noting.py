"""Which values a verdict stands on: those parts of what was read that the check has looked at.

The same words may be said of other values: `open to more than its own network` of 10.0.0.0/8 and of
all the world. Whoever accepts a finding accepts these values, and not others.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final

from ringwall.core.observations import Observation
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.reading import World
from ringwall.posture.snapshot.partial import Unknown
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

_EACH: Final = ""
"""Among the parts of a list: what was looked at of any of its items counts of all."""
_OTHERS: Final = 40
"""Values of others count where a verdict stands on no more of them: who goes through all there is
of a kind has their number and names in the words, and would else change with any of them."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
"""When something was made or used last: what follows of that is in the words, in days."""
_LABELS: Final = frozenset({"Tags", "TagSet", "TagList", "tags"})
"""Left out where a value was looked at as a whole: checks read tags by their own name."""
_MISSING: Final = "\0missing"
MISSING: Final = "(not there)"
"""Is shown of a key that was asked for, and is not there."""


class Part:
    """What was looked at of a value, and of which parts of it what."""

    __slots__ = ("has_keys", "has_size", "is_whole", "parts")

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        self.is_whole = False
        self.has_keys = False
        """Which keys there are, or how many items."""
        self.has_size = False
        """Whether there are any."""

    def of(self, key: str) -> "Part":
        """The part with this key."""
        return self.parts.setdefault(key, Part())

    def taken(self, value: Any) -> Any:
        """Of a value all that was looked at; all of it, where nobody can tell what was."""
        if self.is_whole or not (self.parts or self.has_keys or self.has_size):
            return _whole(value)
        if isinstance(value, Mapping):
            found: list[Any] = [
                [key, part.taken(value[key]) if key in value else _MISSING]
                for key, part in sorted(self.parts.items())
            ]
            return ["map", found, sorted(map(str, value)) if self.has_keys else bool(value)]
        if isinstance(value, list):
            each = self.parts.get(_EACH)
            items = set() if each is None else {_text(each.taken(one)) for one in value}
            size = len(value) if self.has_keys else bool(value)
            return ["list", sorted(items), size]
        return _whole(value)

    def shown(self, value: Any) -> Any:
        """The same as it was answered, to be shown: keys that were asked for in vain only alone."""
        if self.is_whole or not self.parts:
            return value
        if isinstance(value, Mapping):
            there = {
                key: part.shown(value[key]) for key, part in self.parts.items() if key in value
            }
            return there or dict.fromkeys(self.parts, MISSING)
        if isinstance(value, list):
            each = self.parts.get(_EACH)
            return value if each is None else [each.shown(one) for one in value]
        return value


class Noting(World):
    """A world that notes what is looked at in the values that are read."""

    def __init__(self, snapshot: Snapshot, indexes: dict[Any, Any]) -> None:
        super().__init__(snapshot, indexes)
        self.noted: dict[int, Part] = {}

    def value(self, told: Observation) -> Any:
        """What was observed, of a form that notes who looks at what."""
        return noted(super().value(told), self.noted.setdefault(id(told), Part()))


def stood_on(
    snapshot: Snapshot, known: KnownCheck, seen: Seen, why: str, indexes: dict[Any, Any]
) -> str:
    """A digest of the values that a verdict over a component stands on: it is judged once more.

    The order of lists, times, and labels nobody asked for make no difference. ``why`` is what the
    check said: where it says something else now, all that it read counts. ``indexes`` is shared by
    those over one snapshot.
    """
    world = Noting(snapshot, indexes)
    try:
        said = known.judge(world.subject(seen), world)
    except Exception:  # noqa: BLE001 - what it came to is told elsewhere: here all of it counts
        said = None
    is_sure = said is not None and said.why == why
    told: dict[str, Any] = {}
    others = {one for one, _ in world.facts if one != seen.found.id}
    for component, aspect in sorted(world.facts):
        found = snapshot.get(component)
        observed = None if found is None else found.aspects.get(aspect)
        if observed is None or (component in others and len(others) > _OTHERS):
            continue
        part = world.noted.get(id(observed), Part()) if is_sure else Part()
        told[f"{component} {aspect}"] = part.taken(observed.value)
    if not any(component == seen.found.id for component, _ in world.facts):
        own = (one for one in known.check.reads if "." not in one and one in seen.aspects)
        told |= {one: _whole(seen.aspects[one].value) for one in own}
    return digest(told)


def digest(value: Any) -> str:
    """Of a value: the same as long as it says the same, as :func:`stood_on` has it."""
    return sha256(_text(_whole(value)).encode()).hexdigest()[:16]


def noted(value: Any, part: Part) -> Any:
    """The same value; what is looked at of it is put down in ``part``."""
    if isinstance(value, dict):
        return _Dict(value, part)
    if isinstance(value, list):
        return _List(value, part)
    part.is_whole = True
    return value


class _Dict(dict[str, Any]):
    """A mapping of which is noted what is looked at."""

    def __init__(self, value: dict[str, Any], part: Part) -> None:
        dict.update(self, value)
        self._value, self._part = value, part

    def __getitem__(self, key: str) -> Any:
        part = self._part.of(key)
        return noted(self._value[key], part)

    def get(self, key: str, default: Any = None) -> Any:
        part = self._part.of(key)
        return noted(self._value[key], part) if key in self._value else default

    def __contains__(self, key: object) -> bool:
        self._part.of(str(key)).has_size = True
        return key in self._value

    def __iter__(self) -> Iterator[str]:
        self._part.has_keys = True
        return iter(self._value)

    def __len__(self) -> int:
        self._part.has_keys = True
        return len(self._value)

    def __bool__(self) -> bool:
        self._part.has_size = True
        return bool(self._value)

    def keys(self) -> Any:
        self._part.has_keys = True
        return self._value.keys()

    def values(self) -> Any:
        return [one for _, one in self.items()]

    def items(self) -> Any:
        self._part.has_keys = True
        return [(key, noted(one, self._part.of(key))) for key, one in self._value.items()]

    def copy(self) -> Any:
        self._part.is_whole = True
        return self._value.copy()

    def __eq__(self, other: object) -> bool:
        self._part.is_whole = True
        return bool(self._value == _plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __or__(self, other: Any) -> Any:
        self._part.is_whole = True
        return self._value | _plain(other)

    def __ror__(self, other: Any) -> Any:
        self._part.is_whole = True
        return _plain(other) | self._value

    def __repr__(self) -> str:
        self._part.is_whole = True
        return repr(self._value)

    __hash__ = None


class _List(list[Any]):
    """A list of which is noted what is looked at in any of its items."""

    def __init__(self, value: list[Any], part: Part) -> None:
        super().__init__(value)
        self._value, self._part = value, part

    def __iter__(self) -> Iterator[Any]:
        self._part.has_size = True
        each = self._part.of(_EACH)
        return (noted(one, each) for one in self._value)

    def __reversed__(self) -> Iterator[Any]:
        return iter([*self][::-1])

    def __getitem__(self, index: Any) -> Any:
        self._part.has_keys = True
        found = self._value[index]
        each = self._part.of(_EACH)
        return (
            [noted(one, each) for one in found] if isinstance(index, slice) else noted(found, each)
        )

    def __contains__(self, item: object) -> bool:
        self._part.of(_EACH).is_whole = True
        return _plain(item) in self._value

    def __len__(self) -> int:
        self._part.has_keys = True
        return len(self._value)

    def __bool__(self) -> bool:
        self._part.has_size = True
        return bool(self._value)

    def __add__(self, other: Any) -> Any:
        return [*self, *other]

    def __radd__(self, other: Any) -> Any:
        return [*other, *self]

    def copy(self) -> Any:
        return list(self)

    def count(self, item: Any) -> int:
        self._part.is_whole = True
        return self._value.count(_plain(item))

    def index(self, item: Any, *bounds: Any) -> int:
        self._part.is_whole = True
        return self._value.index(_plain(item), *bounds)

    def __eq__(self, other: object) -> bool:
        self._part.is_whole = True
        return bool(self._value == _plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        self._part.is_whole = True
        return repr(self._value)

    __hash__ = None


def _plain(value: Any) -> Any:
    if isinstance(value, _Dict | _List):
        value._part.is_whole = True  # noqa: SLF001 - the two are one
        return value._value  # noqa: SLF001 - the two are one
    return value


def _whole(value: Any) -> Any:
    """A value of a form that is the same as long as it says the same."""
    if isinstance(value, Mapping):
        kept = ((str(key), one) for key, one in value.items() if key not in _LABELS)
        return {key: _whole(one) for key, one in sorted(kept)}
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(_text(_whole(one)) for one in value)
    if isinstance(value, Unknown):
        return ["unknown"]  # why that is so may name lines, which move
    if isinstance(value, date) or (isinstance(value, str) and _TIME.fullmatch(value)):
        return "a time"
    return value


def _text(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True)
