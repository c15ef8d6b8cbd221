"""Values of which a part is not known, as in code before it has run.

Who comes upon the part that is not known gets :class:`UnknownError` and cannot mistake it for none.
"""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass
from typing import Any, Final

from ringwall.core.observations import UnknownError


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands in a value for what is not known, and says why."""

    why: str


@dataclass(frozen=True, slots=True)
class OwnAccount(Unknown):
    """The number of the account that code will be in: it stands nowhere, but it is one's own."""


@dataclass(frozen=True, slots=True)
class OwnRegion(Unknown):
    """The region that code will be in, in the same way."""


IN_CODE: Final = "000000000007"
"""Stands for the account that code will be in, where somebody has to decide about it.

A number that nobody has, that no example of AWS has, and that LocalStack does not call its own.
"""


USUAL: Final = "default of AWS"
"""Stands in what tells an aspect where nothing is written, and AWS does so with what is new."""
SOMEWHERE: Final = "us-east-1"
"""Stands for its region in the same way."""


class Assumed(str):
    """A text to decide by, in the place of one that cannot be known yet.

    It holds for what is asked of a policy, and is not what will stand there: nobody compares it.
    """

    __slots__ = ()


class Torn(str):
    """A text with gaps for what is not known of it: what is found in it stands there all the same.

    ``why`` tells of the gaps: that nothing is found in it does not say that there is nothing.
    """

    __slots__ = ("why",)
    why: str

    def __new__(cls, text: str, why: str) -> "Torn":
        """A text, and why it is not known whole."""
        made = super().__new__(cls, text)
        made.why = why
        return made


def guarded(value: Any) -> Any:
    """The same value, of a form that says so when a part is read that is not known."""
    if isinstance(value, PartialDict | PartialList) or not _has_unknown(value):
        return value
    if isinstance(value, Mapping):
        return PartialDict({key: guarded(one) for key, one in value.items()})
    if isinstance(value, list):
        return PartialList(guarded(one) for one in value)
    return value


def _has_unknown(value: Any) -> bool:
    if isinstance(value, PartialDict | PartialList):
        return True
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_has_unknown, value))
    return isinstance(value, Unknown)


def _told(value: Any) -> Any:
    if isinstance(value, Unknown):
        raise UnknownError(value.why)
    return value


class PartialDict(dict[str, Any]):
    """A mapping that has keys whose values are not known."""

    def __getitem__(self, key: str) -> Any:
        return _told(super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        """As of a ``dict``; ``UnknownError`` where the value is not known."""
        return _told(super().get(key, default))

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """As of a ``dict``; ``UnknownError`` where any is not known."""
        for one in super().values():
            _told(one)
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """As of a ``dict``; ``UnknownError`` where any value is not known."""
        self.values()
        return super().items()

    def __eq__(self, other: object) -> bool:
        self.values()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


class Incomplete(PartialDict):
    """A mapping of which no more is known than is in it: whatever else is asked for is not."""

    def __init__(self, told: Mapping[str, Any], why: str) -> None:
        super().__init__({key: guarded(one) for key, one in told.items()})
        self.why = why

    def __missing__(self, key: str) -> Any:
        raise UnknownError(self.why)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or bool(self.__missing__(str(key)))

    def get(self, key: str, default: Any = None) -> Any:
        """As of a ``dict``; ``UnknownError`` where it is not in it."""
        return super().get(key, default) if key in self else default

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """``UnknownError``: there may be more."""
        raise UnknownError(self.why)


class PartialList(list[Any]):
    """A list in which something is not known: whoever goes through it comes upon that."""

    def __iter__(self) -> Iterator[Any]:
        for one in super().__iter__():
            yield _told(one)

    def __getitem__(self, index: Any) -> Any:
        return _told(super().__getitem__(index))

    def __contains__(self, item: object) -> bool:
        unknown: Unknown | None = None
        for one in super().__iter__():
            if isinstance(one, Unknown):
                unknown = one
            elif one == item:
                return True
        if unknown is not None:
            raise UnknownError(unknown.why)
        return False

    def __eq__(self, other: object) -> bool:
        list(self)
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None
