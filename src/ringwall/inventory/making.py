"""A component as rows: what is kept of what a source tells. Pure."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Collected
from ringwall.inventory.categorising import Rules, declared_in
from ringwall.inventory.listing import CATEGORIES
from ringwall.inventory.numbers import number_of
from ringwall.inventory.rules import CATEGORY_NAMES
from ringwall.inventory.telling import plain, whole, written

LONGEST_ID: Final = 2000
_PARTS: Final = 6
"""Of an ARN."""
_LAST: Final = re.compile(r"[:/]")
_OF_ACCOUNT: Final = re.compile(r"[0-9]{12}(?:/[a-z0-9-]+)?")
_FOUND: Final = ("label", "account", "region", "tags")
"""What of a component can change besides its aspects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A component as it is to be kept: ``digest`` is another whenever anything else is."""

    number: int
    found: Found
    tags: str
    parts: dict[str, str]
    aspects: str
    digest: int
    untold: bool
    """Whether some aspect could not be read."""

    @property
    def declared(self) -> str:
        """The categories that it says it stands in, as JSON."""
        told = declared_in(self.parts.get(CATEGORIES, ""))
        return json.dumps(told, sort_keys=True) if told else ""

    def changes_from(self, before: Sequence[str]) -> list[tuple[str, str, str]]:
        """What differs from label, account, region and tags as they were; as JSON."""
        now = (self.found.label, self.found.account, self.found.region, self.tags)
        return [
            (name, old, new) if name == "tags" else (name, json.dumps(old), json.dumps(new))
            for name, old, new in zip(_FOUND, before, now, strict=True)
            if old != new
        ]


def told_of(one: Collected) -> Told:
    """What is kept of a component; ``ValueError`` where it cannot be."""
    found = one.found
    if not found.kind or not found.name or found.id != plain(found.id):
        msg = "its id has no kind, no name, or characters that cannot be kept"
        raise ValueError(msg)
    if len(found.id.encode()) > LONGEST_ID or len(found.kind) > 100:
        msg = f"its id has more than {LONGEST_ID} bytes, or its kind more than 100"
        raise ValueError(msg)
    found = Found(
        kind=found.kind,
        name=found.name,
        label=plain(found.label, 1000),
        account=plain(found.account, 100),
        region=plain(found.region, 100),
        tags=tuple(sorted((plain(key), plain(value)) for key, value in found.tags)),
    )
    parts = written(one.aspects)
    tags = json.dumps(found.tags, ensure_ascii=False) if found.tags else ""
    aspects = whole(parts)
    told = f"{found.label}\n{found.account}\n{found.region}\n{tags}\n{aspects}"
    return Told(
        number=number_of(found.id),
        found=found,
        tags=tags,
        parts=parts,
        aspects=aspects,
        digest=number_of(told),
        untold=not all(told.is_told for told in one.aspects.values()),
    )


def placed(found: Found, declared: str, rules: Rules, source: str) -> list[str]:
    """Its categories, in the order of the columns: owner first, then layer to exposure."""
    given = rules.categorise(
        found, declared=json.loads(declared) if declared else {}, source=source
    )
    return [given[name].value for name in COLUMNS]


COLUMNS: Final = (
    "owner", "layer", "service_model", "environment", "classification", "criticality", "exposure",
)  # fmt: skip
"""The categories as they stand in the table."""
assert set(COLUMNS) == set(CATEGORY_NAMES)  # noqa: S101 - of two constants


def words_of(found: Found) -> str:
    """What a search for text looks in: names, then a line for each tag."""
    lines = [found.id, found.label, *(f"{key}={value}" for key, value in found.tags), ""]
    return "\n".join(lines).lower()


def named(uid: str) -> Found:
    """A component that only somebody's relation names."""
    kind, _, name = uid.partition("/")
    return as_named(Found(kind=kind[:100], name=name, label=""))


def as_named(found: Found) -> Found:
    """With the label, account and region that its name tells, where nobody said another.

    An ARN is ``arn:partition:service:region:account:[type/]name``.
    """
    label, account, region = found.name, "", ""
    parts = found.name.split(":", 5)
    if len(parts) == _PARTS and parts[0] == "arn":
        region, account = parts[3], parts[4]
        label = _LAST.split(parts[5])[-1] or found.name
    elif _OF_ACCOUNT.fullmatch(found.name) and found.kind in {"aws-account", "aws-region"}:
        account, _, region = found.name.partition("/")
    return replace(
        found,
        label=found.label or label[:1000],
        account=found.account or account[:100],
        region=found.region or region[:100],
    )


def row_of(
    number: int,
    found: Found,
    *,
    tags: str,
    declared: str,
    teller: int | None,
    times: Sequence[Any],
    categories: Sequence[str],
    reach: str,
) -> tuple[Any, ...]:
    """The row of a component; ``times`` are when it was first there, since when, when it went."""
    return (
        number,
        found.id,
        found.kind,
        found.label,
        found.account,
        found.region,
        tags,
        words_of(found),
        declared,
        teller,
        *times,
        *categories,
        reach,
    )
