"""From a request to the log: one of the few at once, told in the log, and bounded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ringwall.api.problems import ProblemError, busy
from ringwall.lake.places import Places
from ringwall.lake.search.fields import Field, field_named, name_meant
from ringwall.lake.search.language import Query, parse
from ringwall.lake.search.mistakes import QueryError
from ringwall.runtime.current import current_installation

if TYPE_CHECKING:
    from ringwall.lake.service import Log


def places() -> Places:
    """Where the log of this installation lies; a problem where there is none yet."""
    installation = current_installation()
    found = Places(installation.state, installation.run)
    if not found.log.is_dir():
        raise ProblemError(404, "Not found", "There is no log yet.")
    return found


@contextmanager
def asked(message: str, about: Mapping[str, Any]) -> Iterator["Log"]:
    """The log for one question, once it is recorded that it is asked."""
    with bounded() as log:
        told(message, about)
        yield log


def told(message: str, about: Mapping[str, Any]) -> None:
    """Record that the log is read; :class:`RecordingError` where it must not be shown."""
    from ringwall.lake import reading_told  # noqa: PLC0415 - see bounded

    reading_told.told(Path(places().state), message, about)


@contextmanager
def bounded() -> Iterator["Log"]:
    """The log for one of the few who ask at a time; whoever asks is told of it before."""
    # Tens of megabytes, which a process that nobody asks does without.
    from ringwall.lake.search.connecting import TookTooLongError  # noqa: PLC0415
    from ringwall.lake.search.cursors import CursorError  # noqa: PLC0415
    from ringwall.lake.service import FOR_WEB, BusyError, Log, room  # noqa: PLC0415

    found = places()
    try:
        with room():
            yield Log(found, FOR_WEB)
    except BusyError as error:
        raise busy(str(error)) from error
    except TookTooLongError as error:
        raise ProblemError(422, "It takes too long", str(error)) from error
    except CursorError as error:
        raise ProblemError(400, "The cursor is wrong", str(error)) from error


def query(text: str, zone: str) -> Query:
    """The query that was sent; a problem that says where it is wrong."""
    try:
        return parse(text, now=datetime.now(UTC), zone=_zone(zone))
    except QueryError as error:
        raise ProblemError(
            400, "The query cannot be read", error.message, query=error.to_json(), shown=str(error)
        ) from error


def field(name: str) -> Field:
    """The field of that name; a problem with what was probably meant."""
    found = field_named(name)
    if found is None:
        meant = name_meant(name)
        raise ProblemError(
            400, "There is no such field", f"there is no field {name!r}", nearest=meant
        )
    return found


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ProblemError(
            400, "There is no such time zone", "write UTC or a name such as Europe/Berlin"
        ) from error
