"""Code and Ringwall as they are told beside accounts: ids of code beside other code, scopes. Pure.

Within a folder a component is named by its file and address; beside other code bases, by what
people call this one, too: ``terraform:shop/main.tf:aws_s3_bucket.exports``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ringwall.core.observations import Place
from ringwall.posture.code.reading import Remark
from ringwall.posture.judging import Judged
from ringwall.posture.snapshot.snapshot import Scope, Seen, Snapshot

_LANGUAGES: Final = ("terraform", "cloudformation")


def named(component: str, name: str) -> str:
    """The id of a component of code beside other code bases."""
    kind, _, rest = component.partition("/")
    language, colon, path = rest.partition(":")
    if colon and language in _LANGUAGES:
        return f"{kind}/{language}:{name}/{path}"
    return f"{kind}/{name}/{rest}"


def within(place: Place, folder: str) -> Place:
    """The same place, as it is called from above ``folder``."""
    return replace(place, path=str(PurePosixPath(folder, place.path)))


def placed(remarks: Iterable[Remark], folder: str) -> Iterator[Remark]:
    """Remarks with their places as they are called from above ``folder``."""
    for one in remarks:
        yield replace(one, place=within(one.place, folder))


def in_scope(snapshot: Snapshot, scope: str, *, folder: str = "", name: str = "") -> Snapshot:
    """The same components as they are told in reports: in the scope, with what was read of them.

    ``folder`` goes before places, ``name`` into ids.
    """
    made = Snapshot()
    for listed, told in snapshot.all_listings():
        made.note_listing(Scope(listed.kind, scope), told)
    for seen in snapshot:
        _tell(made, seen, scope, folder, name)
    return made


def only(snapshot: Snapshot, kinds: Iterable[str]) -> Snapshot:
    """What there is of these kinds: all that is held against code, of a large account a part."""
    made = Snapshot()
    for kind in kinds:
        for listed, told in snapshot.listings(kind):
            made.note_listing(listed, told)
        for seen in snapshot.of_kind(kind):
            made.add(seen.found, place=seen.place).aspects.update(seen.aspects)
    return made


def judged_so(several: Iterable[Judged], name: str) -> Iterator[Judged]:
    """Verdicts on a code base, by the ids that its components have beside others."""
    for one in several:
        facts = tuple(
            replace(fact, component=named(fact.component, name)) for fact in one.verdict.facts
        )
        verdict = replace(one.verdict, facts=facts)
        yield replace(one, component=named(one.component, name), verdict=verdict)


def _tell(made: Snapshot, seen: Seen, scope: str, folder: str, name: str) -> None:
    uid = named(seen.found.id, name) if name else seen.found.id
    found = replace(seen.found, name=uid.partition("/")[2], account=scope)
    place = None if seen.place is None else within(seen.place, folder)
    made.add(found, place=place).aspects.update(seen.aspects)
