"""What the gateway does by the clock: renew certificates, close segments of the record."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.gateway import recording
from ringwall.gateway.admin import Admin
from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.challenges import PATIENCE
from ringwall.gateway.config import EDGE as EDGE_SECTION
from ringwall.gateway.config import Edge, Record
from ringwall.gateway.layout import EDGE
from ringwall.gateway.log_intake import show_certificate
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.ordered_hosts import ordered_hosts
from ringwall.gateway.record_lines import began
from ringwall.gateway.salts import turn_salts
from ringwall.gateway.service import Gateway
from ringwall.gateway.sources.bringing import bring, known_as
from ringwall.gateway.sources.feeds import read_due, told
from ringwall.gateway.sources.shelf import Shelf
from ringwall.gateway.versions import DamagedVersionError
from ringwall.identity import published
from ringwall.lake.config import LOG, Log
from ringwall.lake.journal import DamagedJournalError, Journal
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job
from ringwall.runtime.private_files import locked
from ringwall.runtime.spool.following import Mark, read_segments
from ringwall.runtime.spool.keeping import LOCK, Keeping, keep
from ringwall.runtime.spool.segments import Segment, closed_segments

_log = logging.getLogger(__name__)


@job(name="certificates", minutes=1)
def renew_certificates(installation: Installation) -> str:
    """Renew every certificate that is due and show it to the running Envoys."""
    renewed = open_gateway(installation).renew()
    return ", ".join(one.name for one in renewed) or "nothing was due"


@job(name="acme", minutes=1, after_change=True)
def order_certificates(installation: Installation) -> str:
    """Order what is due from the ACME authority; a failed order waits before the next."""
    gateway = open_gateway(installation)
    if not _is_ordered(gateway):
        return "no host has its certificate from ACME"
    from ringwall.gateway.ordering import Ordering  # noqa: PLC0415 - megabytes, not for all

    ordering = Ordering(gateway, tell=_log.info)
    if not ordering.edge_runs(within=PATIENCE):
        return "the edge does not run, so nothing can be proven"
    changed = []
    for one in ordering.due():
        if one.changed and one.credential is not None:
            changed.append(one.host)
            ends = f"{one.credential.not_after:%Y-%m-%d %H:%M} UTC"
            _log.info("%s: the edge shows a new certificate, until %s", one.host, ends)
        elif one.tried:
            recording.certificate_failed(installation.state, one.host, one.problem)
            again = f"{one.again_at:%Y-%m-%d %H:%M} UTC" if one.again_at else "later"
            _log.warning("%s: no new certificate: %s; tried again %s", one.host, one.problem, again)
    return ", ".join(changed) or "nothing was due"


@job(name="signing-keys", minutes=5)
def turn_signing_keys(installation: Installation) -> str:
    """Make signing keys that are due and drop outdated ones; the edge follows without a gap."""
    changed = published.ready_keys(installation.state, datetime.now(UTC))
    given = open_gateway(installation).refresh_identity()
    return "keys turned" if changed or given else "nothing was due"


@job(name="challenge-salts", minutes=1)
def turn_challenge_salts(installation: Installation) -> str:
    """Make the salt of the challenge that is due; the edge follows without a gap."""
    turned = turn_salts(installation.state, datetime.now(UTC).timestamp())
    return "a new salt" if turned else "nothing was due"


@job(name="feeds", minutes=1, after_change=True)
def read_feeds(installation: Installation) -> str:
    """Read the lists that others keep, if they are due, and have the edge go by them."""
    gateway = open_gateway(installation)
    try:
        availability = _availability(gateway)
    except (DamagedVersionError, ConfigurationError) as error:
        _log.warning("which lists are to be read cannot be read itself: %s", error)
        return "not known"
    if availability is None or not availability.sources.are_asked:
        return "there are none"
    sources, now = availability.sources, datetime.now(UTC)
    root, state = installation.config.parent, installation.state
    names = [*(one.name for one in sources.feeds), *map(known_as, sources.databases)]
    before = {Shelf(state).kept(name).refused for name in names}
    done = (
        *bring(sources, root=root, state=state, now=now),
        *read_due(availability, root=root, state=state, now=now),
    )
    for one in done:
        if one.refused and one.refused not in before:
            _log.error("%s", next(told((one,))))
    return ", ".join(told(done)) or "nothing was due"


@job(name="intake-certificate", minutes=1)
def renew_intake_certificate(installation: Installation) -> str:
    """Renew what the intake shows, if that is due; it reads the file again within a second."""
    gateway = open_gateway(installation)
    try:
        configuration = gateway.in_force()
    except (DamagedVersionError, ConfigurationError) as error:
        _log.warning("what the intake shows cannot be read: %s", error)
        return "not known"
    intake = None if configuration is None else configuration.one(Log, LOG).intake
    if intake is None or not intake.has_tls:
        return "there is no intake"
    show_certificate(installation.run, intake, gateway.certificates)
    return f"{intake.name} is shown"


@job(name="access-record", minutes=1)
def rotate_access_record(installation: Installation) -> str:
    """Close a full segment of the access record, and compress what is closed.

    What is in the log the collector deletes; here the oldest go only where there is too much.
    """
    gateway = open_gateway(installation)
    try:
        version = gateway.versions.latest()
        if version is None:
            return "nothing was applied yet"
        record = _record(gateway, version.hash)
    except DamagedVersionError as error:  # the disk fills up all the same
        _log.warning(_UNREADABLE, error)
        record = Record()
    admin = Admin(gateway.layout.admin(EDGE))
    keeping = Keeping(days=record.days, size=record.size)
    smaller = replace(keeping, size=record.size // _SMALLER)
    now, marks = datetime.now(UTC), _marks(gateway)
    _keep_shadow(gateway, admin=admin, now=now, keeping=keeping)
    with locked(gateway.layout.access_log.with_name(LOCK)):
        done = [
            rotate(log, admin=admin, now=now, keeping=kept, is_read=_is_read(log, marks.get(name)))
            for name, log, kept in (
                ("strangers", gateway.layout.strangers_log, smaller),
                ("edge", gateway.layout.access_log, keeping),
            )
        ]
    return ", ".join(filter(None, done)) or "not full yet"


def _marks(gateway: Gateway) -> Mapping[str, Mark]:
    """How far the record is in the log; nothing of it where that cannot be read."""
    try:
        return Journal(gateway.layout.log.journal).marks()
    except (DamagedJournalError, OSError) as error:
        _log.warning("what of the record is in the log cannot be read: %s", error)
        return {}


def _is_read(log: Path, mark: Mark | None) -> Callable[[Segment], bool]:
    read: set[str] = set()

    def answer(segment: Segment) -> bool:
        if not read:  # asked only when something goes
            read.update(one.name for one in read_segments(log, mark))
        return segment.name in read

    return answer


def _keep_shadow(gateway: Gateway, *, admin: Admin, now: datetime, keeping: Keeping) -> None:
    """The same for what a shadow would have decided otherwise; of one that has ended, all goes."""
    log, counter = gateway.layout.shadow_log, gateway.shadowing.counter()
    if not log.exists() and not closed_segments(log):
        return
    with counter.undisturbed():
        written = datetime.fromtimestamp(log.stat().st_mtime, UTC) if log.exists() else now
        if now - written > timedelta(days=keeping.days) and not gateway.shadows.is_kept():
            counter.empty()
        else:
            rotate(log, admin=admin, now=now, keeping=keeping)


_SMALLER: Final = 4
"""What strangers tried is kept up to so small a part of what is kept of those who are known."""
_UNREADABLE: Final = "how long to keep the access record cannot be read: %s"
_lists: dict[str, Availability] = {}
"""What is said of availability, by the hash of the configuration in force: it is read once."""


def _availability(gateway: Gateway) -> Availability | None:
    version = gateway.versions.latest()
    if version is None:
        return None
    if version.hash not in _lists:
        configuration = gateway.in_force()
        if configuration is None:
            return None
        _lists.clear()
        _lists[version.hash] = configuration.one(Availability, AVAILABILITY)
    return _lists[version.hash]


_ordered: dict[str, bool] = {}
"""Whether any host has its certificate from ACME, by the hash of the configuration in force."""


def _is_ordered(gateway: Gateway) -> bool:
    version = gateway.versions.latest()
    if version is None:
        return False
    if version.hash not in _ordered:
        configuration = gateway.in_force()
        found = configuration is not None and bool(
            ordered_hosts(configuration.one(Edge, EDGE_SECTION))
        )
        _ordered.clear()
        _ordered[version.hash] = found
    return _ordered[version.hash]


_known: dict[str, Record] = {}
"""How long the record is kept, by the hash of the configuration in force: it is read once."""


def _record(gateway: Gateway, version: str) -> Record:
    if version not in _known:
        _known.clear()
        try:
            configuration = gateway.in_force()
        except (DamagedVersionError, ConfigurationError) as error:
            _log.warning(_UNREADABLE, error)
            return Record()
        _known[version] = (
            Record() if configuration is None else configuration.one(Edge, EDGE_SECTION).record
        )
    return _known[version]


def rotate(
    log: Path,
    *,
    admin: Admin,
    now: datetime,
    keeping: Keeping,
    is_read: Callable[[Segment], bool] | None = None,
) -> str:
    """Do what is due to one file of the access record, and tell it; nothing where nothing was due.

    Envoy goes on writing to a renamed file until it has opened the new one, and is asked for that
    again and again until there is one.
    """

    def reopen() -> None:
        admin.post("/reopen_logs")

    done = keep(log, now=now, keeping=keeping, began=began, reopen=reopen, is_read=is_read)
    return ", ".join(done)
