"""Databases of places that operators bring, copied to where Envoy reads them, if they are any good.

One that is not is told, and the copy of before stays.
"""

from datetime import datetime
from pathlib import Path

from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.sources.feeds import Outcome
from ringwall.gateway.sources.places import Place, objection_to, take
from ringwall.gateway.sources.shelf import Shelf
from ringwall.runtime.private_files import private_folder


def bring(sources: Sources, *, root: Path, state: Path, now: datetime) -> tuple[Outcome, ...]:
    """Copy every database that is other than its copy; what became of each."""
    shelf = Shelf(state)
    return tuple(
        _bring(place, root / name, shelf, now=now) for place, name in sources.databases.items()
    )


def known_as(place: Place) -> str:
    """What a copy is called among what is known of feeds: none of these can be called so."""
    return f"_{place}"


def _bring(place: Place, file: Path, shelf: Shelf, *, now: datetime) -> Outcome:
    with shelf.reading(known_as(place)):
        return _bring_alone(place, file, shelf, now=now)


def _bring_alone(place: Place, file: Path, shelf: Shelf, *, now: datetime) -> Outcome:
    name, to = known_as(place), shelf.place(place)
    kept = shelf.kept(name)
    try:
        found = file.stat()
        mark = f"{file} {found.st_mtime_ns} {found.st_size} {found.st_ino}"
        if mark == kept.mark and (to.exists() or kept.refused):
            return Outcome(place, refused=kept.refused)
        private_folder(to.parent)
        why = objection_to(file, place) or take(file, to, place)
    except OSError as error:
        mark, why = "", f"{file} cannot be read: {error.strerror}"
    if why is not None:
        shelf.saw(name, now=now, refused=why, mark=mark)
        return Outcome(place, refused=why)
    shelf.brought(name, now=now, mark=mark)
    return Outcome(place, changed=True)
