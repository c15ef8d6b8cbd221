"""Feeds read anew when they are due: whole, or not at all, so that the list of before stays."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.availability.sources import Feed
from ringwall.gateway.sources import formats
from ringwall.gateway.sources.fetching import Found, from_file, from_web
from ringwall.gateway.sources.lists import ListError
from ringwall.gateway.sources.shares import Shares, shares_of
from ringwall.gateway.sources.shelf import Kept, Shelf

_log = logging.getLogger(__name__)

_AGAIN: Final = timedelta(minutes=10)
"""After which a feed is fetched again that could not be used; a file is looked at each time."""
_GROWS: Final = 10
_SMALL: Final = 100
"""A list may grow by so many times; one of fewer networks as much as it likes..."""
_FEW: Final = 0.001
"""... as long as all it is for is no larger part of IPv4, and of what is given out of IPv6."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one feed: whether it is other than before, and why it is not used if so."""

    name: str
    changed: bool = False
    refused: str = ""


def read_due(
    availability: Availability,
    *,
    root: Path,
    state: Path,
    now: datetime,
    accept: bool = False,
    only: str | None = None,
) -> tuple[Outcome, ...]:
    """Read what is due, and have the edge go by it.

    With ``only`` that feed, due or not; with ``accept`` however much it has grown. Raises
    ``ListError`` when the feeds together are too much; what was in force stays so.
    """
    shelf = Shelf(state)
    outcomes = tuple(
        _read(feed, shelf, root=root, now=now, accept=accept)
        for feed in availability.sources.feeds
        if (feed.name == only if only is not None else _is_due(feed, shelf, now))
    )
    if availability.sources.are_asked:
        shelf.rebuild(availability, now=now)
    return outcomes


def told(outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    """What became of them, in words; nothing of what is as it was."""
    for one in outcomes:
        if one.refused:
            yield f"{one.name} is refused, the list of before stays: {one.refused}"
        elif one.changed:
            yield f"{one.name} is read"


def _is_due(feed: Feed, shelf: Shelf, now: datetime) -> bool:
    kept = shelf.kept(feed.name)
    if feed.file is not None or not kept.seen:
        return True
    every = timedelta(seconds=feed.every)
    waits = min(_AGAIN, every) if kept.refused or not shelf.is_whole(feed.name) else every
    since = now - datetime.fromisoformat(kept.seen)
    # What was seen later than now: the clock was set back.
    return since >= waits or since < timedelta(0)


def _read(feed: Feed, shelf: Shelf, *, root: Path, now: datetime, accept: bool) -> Outcome:
    # A file is looked at from several sides, and what was read last is what is there now.
    with shelf.reading(feed.name) if feed.file is not None else nullcontext():
        return _read_alone(feed, shelf, root=root, now=now, accept=accept)


def _read_alone(feed: Feed, shelf: Shelf, *, root: Path, now: datetime, accept: bool) -> Outcome:
    kept = shelf.kept(feed.name)
    # Another place or form is something new; so is what was held, where it is to be accepted.
    sign = f"{feed.file or feed.url} {feed.format} {feed.field or ''} "
    is_whole = shelf.is_whole(feed.name)
    is_known = is_whole and kept.mark.startswith(sign) and not (accept and kept.refused)
    found: Found | None = None
    try:
        found = _found(feed, root=root, mark=kept.mark.removeprefix(sign) if is_known else "")
        if found.content is None:
            shelf.saw(feed.name, now=now, refused=kept.refused)
            return Outcome(feed.name, refused=kept.refused)
        name = str(root / feed.file) if feed.file is not None else str(feed.url)
        networks, shares = formats.read(
            found.content, name=name, form=feed.format, field=feed.field
        )
        if is_whole and kept.count and not accept:
            _require_like_before(feed, len(networks), shares, kept, shelf)
    except ListError as error:
        # Not read again until it is another: a file has its time, an answer perhaps an ETag.
        mark = kept.mark if found is None else sign + found.mark
        shelf.saw(feed.name, now=now, refused=str(error), mark=mark)
        return Outcome(feed.name, refused=str(error))
    except Exception as error:  # noqa: BLE001 - the other feeds are read all the same
        _log.exception("%s cannot be read", feed.name)
        why = f"it cannot be read: {error!r}"
        shelf.saw(feed.name, now=now, refused=why)
        return Outcome(feed.name, refused=why)
    shelf.keep(feed.name, networks, shares=shares, now=now, mark=sign + found.mark)
    return Outcome(feed.name, changed=True)


def _require_like_before(feed: Feed, count: int, shares: Shares, kept: Kept, shelf: Shelf) -> None:
    grown = ""
    if count > max(_SMALL, kept.count * _GROWS):
        grown = f"it has {count} networks, and had {kept.count}"
    was = kept.shares or shares_of(shelf.networks(feed.name)).all
    for version, part in shares.versions.items():
        if part > max(_FEW, was[version] * _GROWS):
            grown = f"it has {part:.2%} of {version}, and had {was[version]:.2%}"
    if grown:
        msg = f"{grown}: `ringwall sources refresh {feed.name} --accept` takes it all the same"
        raise ListError(msg)


def _found(feed: Feed, *, root: Path, mark: str) -> Found:
    if feed.file is not None:
        return from_file(root / feed.file, mark=mark)
    return from_web(str(feed.url), mark=mark, private=feed.private)
