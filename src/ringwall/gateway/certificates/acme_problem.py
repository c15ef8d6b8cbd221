"""What went wrong with an ACME server, in the server's own words, and how long to stay away."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import josepy
from acme import errors, messages
from requests.exceptions import RequestException, SSLError, Timeout

LONGEST_WAIT: Final = timedelta(days=7)


class AcmeProblem(Exception):  # noqa: N818 - the word RFC 8555 section 6.7 uses
    """The order cannot go on now. ``code`` is the last part of the server's error URN, or empty.

    ``wait`` is what the server asked for by Retry-After; ``fatal`` means this order is lost, so the
    next attempt begins another one; ``ours`` that the fault is on this side of the conversation.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str = "",
        wait: timedelta | None = None,
        fatal: bool = False,
        ours: bool = False,
    ) -> None:
        super().__init__(text)
        self.code, self.wait, self.fatal, self.ours = code, wait, fatal, ours


def from_document(document: Mapping[str, Any], *, host: str) -> AcmeProblem:
    """Read a problem document found inside an order or challenge (RFC 8555 section 6.7)."""
    return AcmeProblem(_words(document, host), code=_code(document), fatal=True)


def read_retry_after(header: str | None, *, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110 section 10.2.3), in seconds or as a date; at most 7 days."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:12]), 10**9)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta()), LONGEST_WAIT)


@contextmanager
def translated(directory: str, host: str) -> Iterator[None]:
    """Turn whatever the ACME library raises into an :class:`AcmeProblem` a user can act on."""
    try:
        yield
    except messages.Error as error:
        document = error.to_json()
        raise AcmeProblem(_words(document, host), code=_code(document)) from error
    except SSLError as error:
        msg = (
            f"{directory} does not prove who it is: {error}; "
            "for a private authority set edge.acme.trusted_roots to its root"
        )
        raise AcmeProblem(msg) from error
    except Timeout as error:
        msg = f"{directory} did not answer in time; it will be tried again"
        raise AcmeProblem(msg) from error
    except RequestException as error:
        msg = f"cannot reach {directory}: {_reason(error)}"
        raise AcmeProblem(msg) from error
    except errors.ClientError as error:
        msg = f"{directory} gave an answer that is not ACME's: {error}"
        raise AcmeProblem(msg) from error
    except (errors.Error, josepy.errors.Error) as error:
        msg = f"{directory}: {error}"
        raise AcmeProblem(msg) from error


def _reason(error: BaseException) -> str:
    """What the system said at the bottom of it all, else the error in its own words."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.strerror:
            return found.strerror
        found = found.__cause__ or found.__context__
    return str(error)


def _words(document: Mapping[str, Any], host: str) -> str:
    identifier = document.get("identifier")
    named = identifier.get("value") if isinstance(identifier, Mapping) else None
    text = document.get("detail") or document.get("title") or "no reason given"
    lines = [f"{named or host}: the ACME server says: {text} ({document.get('type', 'no type')})"]
    lines += [
        _words(part, host)
        for part in document.get("subproblems") or ()
        if isinstance(part, Mapping)
    ]
    return "; ".join(lines)


def _code(document: Mapping[str, Any]) -> str:
    return str(document.get("type", "")).rpartition(":")[2]
