"""Syslog messages as candidates: RFC 5424, and the older form of RFC 3164. Pure."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ringwall.lake.intake.admitting import NEUTRALISED, TOO_LARGE, Candidate
from ringwall.lake.intake.framing import LONGEST, Message
from ringwall.lake.intake.mapping import TIME_ASSUMED, mapped

RFC3164: Final = "rfc3164"
"""The flag of an event that came in the older form, of which neither year nor zone is told."""
NO_SYSLOG: Final = "no syslog message"

_ROOM_FOR_RAW: Final = 16 * 1024
_PRI: Final = re.compile(rb"<(0|[1-9][0-9]{0,2})>")
_HEADER: Final = re.compile(
    r"1 (-|[0-9T:.Z+-]{10,32}) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) ?"
)
"""VERSION, TIMESTAMP, HOSTNAME, APP-NAME, PROCID, MSGID (RFC 5424, section 6)."""
_SD_NAME: Final = r"[!#-<>-\\^-~]{1,64}"
_SD_VALUE: Final = r'(?:[^"\\\]]|\\.)*'
_ELEMENT: Final = re.compile(rf'\[({_SD_NAME})((?: {_SD_NAME}="{_SD_VALUE}")*)\]', re.DOTALL)
_PARAMETER: Final = re.compile(rf' ({_SD_NAME})="({_SD_VALUE})"', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\\]])')
_OLD: Final = re.compile(
    r"([A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}) (?:([!-~]{1,255}) )?"
    r"(?:([A-Za-z0-9_./-]{1,48})(?:\[([0-9]{1,10})\])?: ?)?"
)
_FACILITIES: Final = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron"),
    *("authpriv", "ftp", "ntp", "security", "console", "solaris-cron"),
    *(f"local{number}" for number in range(8)),
)
_LEVELS: Final = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_SEVERITIES: Final = (6, 5, 5, 4, 3, 2, 1, 1)
"""OCSF's for each of the eight levels."""


def candidate(message: Message, *, service: str, now: datetime) -> Candidate:
    """What one message comes to; ``now`` is in UTC."""
    raw, size = message
    if size > LONGEST:
        return Candidate(raw=raw, reason=TOO_LARGE, size=size)
    found = _PRI.match(raw)
    priority = 999 if found is None else int(found[1])
    if found is None or priority > 191:
        return Candidate(raw=raw, reason=NO_SYSLOG)
    try:
        text, flags = raw[found.end() :].decode(), list[str]()
    except UnicodeDecodeError:
        text, flags = raw[found.end() :].decode(errors="replace"), [NEUTRALISED]
    facility, level = divmod(priority, 8)
    told = _new(text) if text.startswith("1 ") else _old(text, now)
    if told is None:
        return Candidate(raw=raw, reason=NO_SYSLOG)
    given, fields, about = told
    fields["facility"] = _FACILITIES[facility]
    given["severity_id"] = _SEVERITIES[level]
    if about.pop("is_old"):
        flags.append(RFC3164)
    if given["time"] is None:
        given["time"] = round(now.timestamp() * 1000)
        flags.append(TIME_ASSUMED)
    event, more = mapped(
        fields,
        service=service,
        received=given["time"],
        raw=raw.decode(errors="replace").rstrip("\r\n") if len(raw) <= _ROOM_FOR_RAW else None,
        given=given,
    )
    event["metadata"].update(about, log_level=_LEVELS[level], log_format="syslog")
    return Candidate(raw=raw, event=event, flags=(*flags, *more))


_Told = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
"""Attributes of the event, fields, and what stands in ``metadata``."""


def _new(text: str) -> _Told | None:
    """RFC 5424; ``None`` where it is not."""
    head = _HEADER.match(text)
    if head is None:
        return None
    time, host, app, process, kind = (None if one == "-" else one for one in head.groups())
    structured, rest = _structured(text[head.end() :])
    if structured is None:
        return None
    moment = None if time is None else _moment(time)
    if time is not None and moment is None:
        return None
    fields: dict[str, Any] = {}
    if host is not None:
        fields["host.name"] = host
    if process is not None:
        fields["process"] = process
    if structured:
        fields["structured_data"] = structured
    about: dict[str, Any] = {"is_old": False}
    if app is not None:
        about["log_name"] = app
    if kind is not None:
        about["event_code"] = kind
    if time is not None:
        about["original_time"] = time
    return _given(moment, rest.removeprefix(" ").removeprefix("\ufeff")), fields, about


def _structured(text: str) -> tuple[dict[str, Any] | None, str]:
    """STRUCTURED-DATA, and what follows it; ``None`` where there is none as it should be."""
    if text.startswith("-"):
        return {}, text[1:]
    found: dict[str, Any] = {}
    while element := _ELEMENT.match(text):
        values: dict[str, Any] = found.setdefault(element[1], {})
        for name, value in _PARAMETER.findall(element[2]):
            plain = _ESCAPED.sub(r"\1", value)
            if name not in values:
                values[name] = plain
            elif isinstance(values[name], list):
                values[name].append(plain)
            else:  # the same name may be there again (section 6.3.3)
                values[name] = [values[name], plain]
        text = text[element.end() :]
    if not found or (text and not text.startswith(" ")):
        return None, text
    return found, text


def _moment(time: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return None
    return None if found.tzinfo is None else found


def _old(text: str, now: datetime) -> _Told:
    """RFC 3164, section 4.1: the year is that which is nearest, the zone is taken to be UTC.

    Where that is off by more than minutes, the time is not known. Without the header all of it is
    the message (section 4.3.3).
    """
    head = _OLD.match(text)
    if head is None:
        return _given(None, text), {}, {"is_old": True}
    time, host, app, process = head.groups()
    fields: dict[str, Any] = {}
    if host is not None:
        fields["host.name"] = host
    if process is not None:
        fields["process"] = process
    about: dict[str, Any] = {"is_old": True, "original_time": time}
    if app is not None:
        about["log_name"] = app
    return _given(_near(time, now), text[head.end() :]), fields, about


def _near(time: str, now: datetime) -> datetime | None:
    for year in (now.year, now.year - 1, now.year + 1):
        try:
            found = datetime.strptime(f"{year} {time}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        if abs(found - now) < timedelta(minutes=5):
            return found
    return None


def _given(moment: datetime | None, message: str) -> dict[str, Any]:
    given: dict[str, Any] = {"time": None if moment is None else round(moment.timestamp() * 1000)}
    if message:
        given["message"] = message
    return given
