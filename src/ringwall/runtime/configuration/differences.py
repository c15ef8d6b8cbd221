"""What a new configuration would change, item by item and setting by setting, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from ringwall.runtime.configuration.rendering import neutral
from ringwall.runtime.configuration.sections import Configuration


class Kind(StrEnum):
    """What happened to an item or setting."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference.

    ``name`` is the item of a map or list section, empty for a single section; ``field`` the path
    of the setting inside it (``retries.attempts``), empty for the item as a whole. ``before`` and
    ``after`` are as they are written (``15s``, ``64KiB``, ``${env:NAME}``), ``None`` when absent.
    """

    kind: Kind
    section: str
    name: str = ""
    field: str = ""
    before: Any = None
    after: Any = None

    def words(self) -> str:
        """Return one line: ``route checkout: timeout 15s -> 30s``."""
        if not self.name:
            subject = ".".join(filter(None, (self.section, self.field)))
            return neutral(f"{subject}: {self._happened()}")
        subject = f"{singular(self.section)} {self.name}: "
        return neutral(subject + (f"{self.field} " if self.field else "") + self._happened())

    def _happened(self) -> str:
        if self.kind is Kind.CHANGED:
            return f"{_words(self.before)} -> {_words(self.after)}"
        value = self.after if self.kind is Kind.ADDED else self.before
        return self.kind.value if value is None else f"{_words(value)} {self.kind.value}"

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON data, its words included."""
        return {
            "kind": self.kind.value,
            "section": self.section,
            "name": self.name,
            "field": self.field,
            "before": self.before,
            "after": self.after,
            "words": self.words(),
        }


def differences(old: Configuration, new: Configuration) -> tuple[Change, ...]:
    """Return what ``new`` would change of ``old``, in the order of the sections; pure."""
    found: list[Change] = []
    for section in dict.fromkeys((*old.items, *new.items)):
        before, after = old.items.get(section), new.items.get(section)
        if isinstance(before, BaseModel) or isinstance(after, BaseModel):
            found += _inside(section, "", "", _written(before) or {}, _written(after) or {})
        else:
            found += _items(section, _named(before), _named(after))
            found += _order(section, before, after)
    return tuple(found)


def singular(section: str) -> str:
    """Return what one item of a section is called: a service, a policy, a route."""
    if section.endswith("ies"):
        return section.removesuffix("ies") + "y"
    return section.removesuffix("s")


def _written(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def _named(items: Any) -> dict[str, Any]:
    """Return the items of a section by name; those of a list by their ``name``, or position."""
    if not isinstance(items, Mapping):
        names = _list_names(items or ())
        return {name: _written(item) for name, item in zip(names, items or (), strict=True)}
    return {name: _written(item) for name, item in items.items()}


def _list_names(items: Sequence[Any]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for position, item in enumerate(items, start=1):
        name = str(getattr(item, "name", None) or position)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _order(section: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        return
    old, new = _list_names(before or ()), _list_names(after or ())
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Change(kind=Kind.CHANGED, section=section, field="order", before=old, after=new)


def _items(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change(kind=Kind.REMOVED, section=section, name=name)
        elif name not in before:
            yield Change(kind=Kind.ADDED, section=section, name=name)
        else:
            yield from _inside(section, name, "", before[name], after[name])


def _inside(section: str, name: str, field: str, before: Any, after: Any) -> Iterator[Change]:
    """Compare two written values; mappings key by key, lists of scalars by what they hold."""

    def change(kind: Kind, old: Any, new: Any) -> Change:
        return Change(kind=kind, section=section, name=name, field=field, before=old, after=new)

    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            path = f"{field}.{key}" if field else key
            if key in before and key in after:
                yield from _inside(section, name, path, before[key], after[key])
            else:
                yield _appeared(section, name, (field, key), before, after)
    elif _is_flat(before) and _is_flat(after):
        gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
        for value in gone.elements():
            yield change(Kind.REMOVED, value, None)
        for value in come.elements():
            yield change(Kind.ADDED, None, value)
        if not gone and not come:
            yield change(Kind.CHANGED, before, after)
    elif before is None and isinstance(after, Mapping):
        yield change(Kind.ADDED, before, after)
    elif after is None and isinstance(before, Mapping):
        yield change(Kind.REMOVED, before, after)
    else:
        yield change(Kind.CHANGED, before, after)


def _appeared(
    section: str,
    name: str,
    at: tuple[str, str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Change:
    """Tell of a key that only one side has: an entry of a mapping, or a setting of a variant."""
    field, key = at
    old, new = before.get(key), after.get(key)
    kind = Kind.ADDED if key in after else Kind.REMOVED
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        return Change(
            kind=kind,
            section=section,
            name=name,
            field=field,
            before=None if key not in before else key,
            after=None if key not in after else key,
        )
    path = f"{field}.{key}" if field else key
    return Change(kind=kind, section=section, name=name, field=path, before=old, after=new)


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(v, list | Mapping) for v in value)


def _words(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_words(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_words(item)}" for key, item in value.items()) + "}"
    return str(value)
