"""Take in what a source says of a scope, and write down what became of each component.

It is done a thousand components at a time, each a transaction of its own, so that nobody else
who writes waits for long. A taking that is killed has told of fewer than all, and so is like a
listing that was not complete: nothing vanishes by it, and the next goes over all of it again.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ringwall.core.components import Relation
from ringwall.core.observations import Collected
from ringwall.inventory import rows
from ringwall.inventory.categorising import Rules
from ringwall.inventory.listing import Listing, Taken
from ringwall.inventory.making import Told, named, placed, row_of, told_of
from ringwall.inventory.models import Scope
from ringwall.inventory.numbers import number_of, number_of_relation
from ringwall.inventory.telling import changes, plain, read

_RELATED_AT_A_TIME = 4 * rows.AT_A_TIME
_LONGEST_WHY = 1000


class OvertakenError(RuntimeError):
    """Another listing of this scope began meanwhile: its word is newer, and this one ends."""


def take(listing: Listing, rules: Rules) -> Taken:
    """Take in a listing; see :func:`ringwall.inventory.service.take`."""
    with transaction.atomic():
        scope, _ = Scope.objects.select_for_update().get_or_create(
            source=plain(listing.source, 100), scope=plain(listing.scope, 300)
        )
        is_first = scope.whole is None
        scope.run += 1
        scope.began = listing.at
        scope.save(update_fields=["run", "began"])
    rows.make_room()
    taking = _Taking(scope, rules, listing.at)
    for part in rows.chunks(listing.components):
        taking.components(part)
    for some in rows.chunks(listing.relations, _RELATED_AT_A_TIME):
        taking.relations(some, is_told=not is_first)
    if listing.complete:
        taking.gone(listing.regions)
        taking.unrelated(listing.regions)
    taking.are_gone([number_of(uid) for uid in listing.gone])
    with transaction.atomic():
        taking.check()
        scope.taken = listing.at
        scope.whole = listing.at if listing.complete else scope.whole
        scope.opens = sorted(listing.opens)
        scope.save(update_fields=["taken", "whole", "opens"])
    return taking.taken


def take_or_leave(listing: Listing, rules: Rules) -> Taken | None:
    """The same; ``None`` where another listing of the scope began meanwhile, which tells of it."""
    try:
        return take(listing, rules)
    except OvertakenError:
        return None


class _Taking:
    """One listing on its way in."""

    def __init__(self, scope: Scope, rules: Rules, at: datetime) -> None:
        self.taken = Taken()
        self._scope, self._rules, self._at = scope, rules, rows.moment(at)
        self._seen: set[int] = set()
        self._links: set[int] = set()

    def check(self) -> None:
        """:class:`OvertakenError` where this is not the newest listing of the scope."""
        run = Scope.objects.select_for_update().values_list("run", flat=True).get(pk=self._scope.pk)
        if run != self._scope.run:
            msg = f"another listing of {self._scope} began"
            raise OvertakenError(msg)

    def components(self, part: Iterable[Collected]) -> None:
        """Take in some components."""
        told: dict[int, Told] = {}
        for one in part:
            try:
                made = told_of(one)
            except ValueError as error:
                self._refuse(one.found.id, str(error))
                continue
            if made.number in self._seen:
                self._refuse(made.found.id, "it was told of before in this listing")
                continue
            self._seen.add(made.number)
            told[made.number] = made
        self.taken.told += len(told)
        with transaction.atomic():
            self.check()
            said = "SELECT thing_id, digest FROM inventory_saying WHERE scope_id=%s AND thing_id"
            before = dict(rows.select(said, list(told), self._scope.pk))
            self._write(
                [one for number, one in sorted(told.items()) if before.get(number) != one.digest],
                before,
            )

    def _write(self, changed: Sequence[Told], said: dict[int, int]) -> None:
        numbers = [one.number for one in changed]
        columns = "uid, first IS NULL, gone IS NOT NULL, teller_id, reach, first, since"
        known = {
            number: rest
            for number, *rest in rows.select(
                f"SELECT id, {columns}, label, account, region, tags FROM inventory_thing WHERE id",  # noqa: S608 - our own
                numbers,
            )
        }
        was = "SELECT thing_id, aspects FROM inventory_saying WHERE scope_id=%s AND thing_id"
        aspects = dict(rows.select(was, [n for n in numbers if n in said], self._scope.pk))
        things, sayings, steps = [], [], []
        for one in changed:
            before = known.get(one.number)
            if before is not None and before[0] != one.found.id:
                self._refuse(one.found.id, f"it has the same number as {before[0]}")
                self._seen.discard(one.number)
                continue
            if before is None or before[1] or before[2]:
                self.taken.appeared += 1
                if before is not None and before[2]:
                    steps.append(self._step(one.number, "appeared"))
                first = self._at if before is None or before[1] else before[5]
                times = (first, self._at, None)
                things.append(self._row(one, times, "" if before is None else before[4]))
            else:
                self.taken.changed += 1
                differing = list(changes(read(aspects.get(one.number, "")), one.parts))
                if before[3] in {None, self._scope.pk}:
                    differing += one.changes_from(before[7:])
                    things.append(self._row(one, (before[5], before[6], None), before[4]))
                steps += [self._step(one.number, "changed", *told) for told in differing]
            sayings.append((self._scope.pk, one.number, one.digest, one.aspects, one.untold))
        rows.put("inventory_thing", rows.THING, things)
        rows.put("inventory_saying", rows.SAYING, sayings)
        rows.add("inventory_step", rows.STEP, steps)

    def relations(self, part: Iterable[Relation], *, is_told: bool) -> None:
        """Take in some relations; ``is_told`` that new ones are news and not how it began."""
        told: dict[int, Relation] = {}
        for one in part:
            if plain(one.source + one.target) != one.source + one.target:
                self._refuse(one.source, "a relation names what cannot be kept")
                continue
            told[number_of_relation(one, self._scope.pk)] = one
        self._links |= told.keys()
        with transaction.atomic():
            self.check()
            known = "SELECT id, since, why FROM inventory_link WHERE id"
            there = {number: rest for number, *rest in rows.select(known, list(told))}
            new = [(number, one) for number, one in told.items() if number not in there]
            ends = {number_of(uid): uid for _, one in new for uid in (one.source, one.target)}
            self._name({n: uid for n, uid in sorted(ends.items()) if n not in self._seen})
            links, steps = [], []
            for number, one in sorted(told.items()):
                since, said = there.get(number, (self._at, None))
                why = plain(one.why, _LONGEST_WHY)
                if said == why:
                    continue
                origin, target = number_of(one.source), number_of(one.target)
                links.append((number, self._scope.pk, one.kind, origin, target, since, why))
                if is_told and number not in there:
                    steps.append(self._step(origin, "related", one.kind, "", one.target))
            rows.put("inventory_link", rows.LINK, links)
            rows.add("inventory_step", rows.STEP, steps)
            self.taken.related += len(new)

    def gone(self, regions: Collection[str]) -> None:
        """What of this scope was not told of is not there any more, where was looked."""
        sql = "SELECT thing_id FROM inventory_saying WHERE scope_id=%s AND thing_id > %s"
        lost = [n for n in _all(sql, "thing_id", self._scope.pk) if n not in self._seen]
        self.are_gone([n for part in rows.chunks(lost) for n in _within(regions, part)])

    def are_gone(self, numbers: Sequence[int]) -> None:
        """These are not there any more, as far as this scope can tell."""
        for part in rows.chunks(sorted(numbers)):
            with transaction.atomic():
                self.check()
                self._vanish(part)

    def _vanish(self, part: Sequence[int]) -> None:
        pk = self._scope.pk
        was = "SELECT thing_id, aspects FROM inventory_saying WHERE scope_id=%s AND thing_id"
        said = dict(rows.select(was, part, pk))
        rows.delete("DELETE FROM inventory_saying WHERE scope_id=%s AND thing_id", part, pk)
        others = {
            n for (n,) in rows.select("SELECT thing_id FROM inventory_saying WHERE thing_id", part)
        }
        steps = []
        for number, text in said.items():
            if number in others:
                steps += [
                    self._step(number, "changed", name, old, "") for name, old in read(text).items()
                ]
            else:
                steps.append(self._step(number, "vanished", "", text))
        lost = [number for number in said if number not in others]
        rows.delete("UPDATE inventory_thing SET gone=%s WHERE id", lost, self._at)
        kept = [number for number in said if number in others]
        rows.delete("UPDATE inventory_thing SET teller_id=NULL WHERE teller_id=%s AND id", kept, pk)
        rows.add("inventory_step", rows.STEP, steps)
        self.taken.vanished += len(lost)
        self.taken.changed += len(kept)

    def unrelated(self, regions: Collection[str]) -> None:
        """Relations of this scope that were not told of are not there any more, as in `gone`."""
        sql = "SELECT id FROM inventory_link WHERE scope_id=%s AND id > %s"
        lost = [n for n in _all(sql, "id", self._scope.pk) if n not in self._links]
        for part in rows.chunks(lost):
            with transaction.atomic():
                self.check()
                found = rows.select(
                    "SELECT l.id, l.origin, l.kind, t.uid, l.target FROM inventory_link l "
                    "JOIN inventory_thing t ON t.id = l.target WHERE l.id",
                    part,
                )
                here = set(_within(regions, [end for one in found for end in (one[1], one[4])]))
                found = [one for one in found if one[1] in here and one[4] in here]
                steps = [
                    self._step(origin, "unrelated", kind, uid) for _, origin, kind, uid, _ in found
                ]
                rows.delete("DELETE FROM inventory_link WHERE id", [one[0] for one in found])
                rows.add("inventory_step", rows.STEP, steps)
            self.taken.unrelated += len(found)

    def _name(self, ends: dict[int, str]) -> None:
        """Have a row for components that nobody told of."""
        there = {n for (n,) in rows.select("SELECT id FROM inventory_thing WHERE id", list(ends))}
        made = []
        for number, uid in ends.items():
            if number not in there:
                found = named(uid)
                categories = placed(found, "", self._rules, self._scope.source)
                made.append(
                    row_of(
                        number,
                        found,
                        tags="",
                        declared="",
                        teller=None,
                        times=(None,) * 3,
                        categories=categories,
                        reach="",
                    )
                )
        rows.add("inventory_thing", rows.THING, made)

    def _row(self, one: Told, times: Sequence[Any], reach: str) -> tuple[Any, ...]:
        declared = one.declared
        categories = placed(one.found, declared, self._rules, self._scope.source)
        return row_of(
            one.number,
            one.found,
            tags=one.tags,
            declared=declared,
            teller=self._scope.pk,
            times=times,
            categories=categories,
            reach=reach,
        )

    def _step(
        self, number: int, what: str, aspect: str = "", before: str = "", after: str = ""
    ) -> tuple[Any, ...]:
        return (number, self._at, what, aspect[:100], before, after, self._scope.source)

    def _refuse(self, uid: str, why: str) -> None:
        self.taken.refused.append((plain(uid, 200), why))


def _within(regions: Collection[str], numbers: Sequence[int]) -> list[int]:
    """Which of these things are in one of the regions, or in none that is known."""
    if not regions:
        return list(numbers)
    found = rows.select("SELECT id, region FROM inventory_thing WHERE id", numbers)
    there = {number for number, region in found if region and region not in regions}
    return [number for number in numbers if number not in there]


def _all(sql: str, column: str, scope: int) -> Iterable[int]:
    """All numbers of a scope, read in parts, so that no reading is open for long."""
    last = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ORDER BY {column} LIMIT 50000", [scope, last])
            part = [number for (number,) in cursor.fetchall()]
        yield from part
        if not part:
            return
        last = part[-1]
