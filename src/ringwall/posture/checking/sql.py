"""Checks that are written as one SQL statement over the snapshot, for DuckDB.

::

    -- Buckets tell whose they are.
    --
    -- Why: nobody answers for what belongs to nobody.
    -- Fix: set the tag `owner`.
    --
    -- judges: aws-s3-bucket
    -- severity: low
    -- reads: tags
    SELECT id, list_contains(tags->>'$[*].Key', 'owner') AS passes, 'by its tags' AS why FROM judged

``judged`` has a row for each component of the kind, with ``id``, ``name``, ``label``, ``account``,
``region`` and each aspect that is read, as JSON, NULL where there is none. What is read of others,
such as ``aws-account.summary``, is in a table of that kind. A component of which anything that is
read is not known is unknown, whatever the statement says, and so are all where that is of another
and where the statement runs for too long.
Cases stand beside it in a file of the same name that ends in ``.cases.yaml``.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ringwall.core.findings import Severity
from ringwall.core.observations import Observation, State, UnknownError
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.cases import ABSENT, DENIED, Case, Other
from ringwall.posture.checking.check import Check, Judgment
from ringwall.posture.checking.reading import ANY, Subject, World
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

_HEADER: Final = re.compile(r"\A(?:--[^\n]*\n)+")
_SETTING: Final = re.compile(r"(judges|severity|reads|controls|known_as):\s*(.*)")
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_]*)?")
_COLUMNS: Final = ("id", "name", "label", "account", "region")
_ROWS: Final = 1_000_000
SECONDS: Final = 10.0
"""For how long a statement may run: after that nothing is known of what it judges."""
_FENCES: Final = (
    "SET enable_external_access = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET memory_limit = '512MB'",
    "SET threads = 1",
    "SET enable_progress_bar = false",
    "SET lock_configuration = true",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheck:
    """A check as its file says it. ``page`` is the text of its comment, as of a docstring."""

    path: Path
    page: str
    check: Check
    statement: str
    cases: tuple[Case, ...]

    def judge(self, it: Subject, world: World) -> Judgment | None:
        """What the statement says of one component; all of a kind are asked at once."""
        key = ("sql", self.path)
        told = world.indexes.get(key)
        if told is None:
            told = world.indexes[key] = _asked(self, world.snapshot)
        _require_known(self, it, world)
        if isinstance(told, str):
            raise UnknownError(told)
        judgment: Judgment | None = told.get(it.id)
        return judgment


def read_sql(path: Path) -> SqlCheck:
    """A check from its file; ``ValueError`` names the line and what is missing there."""
    text = path.read_text("utf-8")
    header = _HEADER.match(text)
    if header is None:
        raise ValueError(f"{path}:1: it has to begin with a comment that says what it judges")
    settings: dict[str, str] = {}
    page: list[str] = []
    for line in header.group().splitlines():
        said = line.removeprefix("--").removeprefix(" ")
        found = _SETTING.fullmatch(said.strip())
        if found is None:
            page.append(said)
        else:
            settings[found.group(1)] = found.group(2).strip()
    for name in ("judges", "severity", "reads"):
        if not settings.get(name):
            raise ValueError(f"{path}: its comment has no line `-- {name}: ...`")
    if settings["severity"] not in set(Severity):
        allowed = ", ".join(Severity)
        raise ValueError(f"{path}: severity is {settings['severity']}, not one of {allowed}")
    for read in (settings["judges"], *_listed(settings["reads"])):
        if not _NAME.fullmatch(read):
            raise ValueError(f"{path}: {read} is neither an aspect nor a kind and an aspect")
    check = Check(
        judges=settings["judges"],
        severity=Severity(settings["severity"]),
        reads=_listed(settings["reads"]),
        controls=_listed(settings.get("controls", "")),
        known_as=_listed(settings.get("known_as", "")),
    )
    return SqlCheck(
        path=path,
        page="\n".join(page).strip(),
        check=check,
        statement=text[header.end() :].strip().rstrip(";"),
        cases=tuple(_cases(path)),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _cases(path: Path) -> Iterator[Case]:
    """``- told: ..., outcome: pass, aspects: {...}, others: [{kind: ..., aspects: ...}]``."""
    import yaml  # noqa: PLC0415 - as duckdb

    beside = path.with_suffix(".cases.yaml")
    if not beside.is_file():
        raise ValueError(f"{beside} is missing: it has the cases that pass and that fail")
    number = 0
    try:
        for one in yaml.safe_load(beside.read_text("utf-8")) or ():
            number += 1
            outcome = None if one["outcome"] == "not judged" else Outcome(one["outcome"])
            others = tuple(_other(each) for each in one.get("others", ()))
            yield Case(told=one["told"], outcome=outcome, it=_other(one), others=others)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{beside}, case {number}: {error}") from error


def _other(told: Mapping[str, Any]) -> Other:
    words = {"absent": ABSENT, "denied": DENIED}
    aspects = {
        name: words.get(value, value) if isinstance(value, str) else value
        for name, value in told.get("aspects", {}).items()
    }
    named = told.get("name", "it")
    return Other(kind=told.get("kind", ""), name=named, tags=told.get("tags", {}), aspects=aspects)


def _require_known(one: SqlCheck, it: Subject, world: World) -> None:
    """Read all that the statement may have stood on, as a function would have."""
    world.touched.add((one.check.judges, ANY))  # it sees all rows at once
    for read in one.check.reads:
        kind, _, aspect = read.rpartition(".")
        if not kind:
            it.read(aspect)
            continue
        for other in world.all(kind):
            if aspect != "listed":
                other.read(aspect)


def _asked(one: SqlCheck, snapshot: Snapshot) -> "dict[str, Judgment] | str":
    """What the statement says, by component; a text says why it says nothing."""
    import duckdb  # noqa: PLC0415 - most have no such checks

    reads: dict[str, list[str]] = {one.check.judges: []}
    for read in one.check.reads:
        kind, _, aspect = read.rpartition(".")
        reads.setdefault(kind or one.check.judges, []).append(aspect)
    with duckdb.connect(":memory:") as database:
        for kind, aspects in reads.items():
            wanted = sorted(set(aspects) - {"listed", *_COLUMNS})
            _fill(database, kind, wanted, list(snapshot.of_kind(kind)))
        judged = f'CREATE VIEW judged AS SELECT * FROM "{one.check.judges}"'  # noqa: S608 - _NAME
        database.execute(judged)
        for fence in _FENCES:
            database.execute(fence)
        is_over = threading.Event()

        def stop() -> None:
            is_over.set()
            database.interrupt()

        clock = threading.Timer(SECONDS, stop)
        clock.daemon = True
        clock.start()
        try:
            found = database.execute(one.statement)
            names = [column[0] for column in found.description or ()]
            missing = {"id", "passes"} - set(names)
            if missing:
                return f"{one.path.name} gives no column {' and no column '.join(sorted(missing))}"
            rows = found.fetchmany(_ROWS)
        except duckdb.Error as error:
            if is_over.is_set():
                return f"{one.path.name} ran for {SECONDS:g} seconds, and was stopped"
            return f"{one.path.name}: {error}"
        finally:
            clock.cancel()
            clock.join()
    told = (dict(zip(names, row, strict=True)) for row in rows)
    return {str(row["id"]): _judgment(row) for row in told if row["passes"] is not None}


def _judgment(row: Mapping[str, Any]) -> Judgment:
    why = str(row.get("why") or ("it is so" if row["passes"] else "it is not so"))
    return Judgment(Outcome.PASS if row["passes"] else Outcome.FAIL, why)


def _fill(database: Any, kind: str, aspects: list[str], several: list[Seen]) -> None:
    columns = [f"{name} VARCHAR" for name in _COLUMNS] + [f'"{name}" JSON' for name in aspects]
    database.execute(f'CREATE TABLE "{kind}" ({", ".join(columns)})')
    if not several:
        return
    rows = [
        (
            *(one.found.id, one.found.name, one.found.label, one.found.account, one.found.region),
            *(_json(one.aspects.get(aspect)) for aspect in aspects),
        )
        for one in several
    ]
    marks = ", ".join("?" * (len(_COLUMNS) + len(aspects)))
    database.executemany(f'INSERT INTO "{kind}" VALUES ({marks})', rows)  # noqa: S608 - marks


def _json(told: Observation | None) -> str | None:
    if told is None or told.state is not State.KNOWN:
        return None
    return json.dumps(told.value, default=str)
