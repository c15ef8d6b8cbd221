"""What was put aside and names a person: bytes as they came, in which nothing could be sealed.

They go as a whole when the person is erased, by a list that an event vouches for, as what is over
goes. What is held stays.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ringwall.lake.going import keep_gone
from ringwall.lake.holds import read_holds
from ringwall.lake.own import Act, log_event
from ringwall.lake.ranges import ranges_of
from ringwall.lake.snapshot import files_of
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.tables import Events, connect

_SHORTEST: Final = 3
"""Characters of a name that is looked for: shorter ones stand everywhere."""
_AT_A_TIME: Final = 500
_WORD: Final = "A-Za-z0-9_@"


def named_in(part: Any) -> set[str]:
    """The mail addresses in a personal part, by which a person is known elsewhere, too."""
    if isinstance(part, dict):
        return set().union(*map(named_in, part.values()))
    if isinstance(part, list):
        return set().union(*map(named_in, part))
    return {part} if isinstance(part, str) and "@" in part[1:-1] else set()


def drop_evidence(
    names: Iterable[str],
    *,
    events: Events,
    log: Path,
    accept: Callable[[Sequence[Accepted]], None],
    now: int,
    by: str,
) -> int:
    """Let go what was put aside and has one of these names; how much that was.

    ``accept`` takes the event that says so, durably, before anything goes. ``now`` is in
    microseconds since 1970. ``ValueError`` where the holds cannot be read: then nothing goes.
    """
    table, pattern = events.table(), _pattern(names)
    if table is None or pattern is None:
        return 0
    kept = " OR ".join(f"({one.condition()})" for one in read_holds(log)) or "false"
    files = [one.uri for one in files_of(table) if one.class_uid == 0]
    found = sorted(index for index, line in _lines(files, kept) if pattern.search(line))
    if not found:
        return 0
    gone = keep_gone(log, "erasure", ranges_of(found))
    about = {"reason": "erasure", "sha256": gone.digest, "events": gone.count}
    message = f"{gone.count} events that were put aside went: they named somebody who is erased"
    accept([log_event(Act.DELETE, message, now=now, by=by, about=about)])
    table.delete(f"class_uid = 0 AND index IN ({', '.join(map(str, found))})")
    return gone.count


def _lines(files: Sequence[str], kept: str) -> Iterator[tuple[int, bytes]]:
    if not files:
        return
    with connect() as database:
        query = (
            "SELECT index, json_extract_string(raw, '$.raw_data') FROM read_parquet(?, "
            "hive_partitioning = true, hive_types = {'day': DATE, 'class_uid': INTEGER}) "
            f"WHERE source = 'quarantine' AND NOT coalesce({kept}, false)"
        )
        found = database.execute(query, [list(files)])
        while rows := found.fetchmany(_AT_A_TIME):
            for index, text in rows:
                yield index, base64.b64decode(text or "")


def _pattern(names: Iterable[str]) -> "re.Pattern[bytes] | None":
    """Any of these names, standing for itself: ``u1`` is not in ``u17``."""
    words = [re.escape(one) for one in sorted(names) if len(one) >= _SHORTEST]
    if not words:
        return None
    return re.compile(f"(?<![{_WORD}])({'|'.join(words)})(?![{_WORD}])".encode(), re.IGNORECASE)
