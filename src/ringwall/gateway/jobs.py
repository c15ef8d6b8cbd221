"""What the gateway does by the clock: renew certificates, rotate the access record."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.gateway.challenges import PATIENCE
from ringwall.gateway.layout import EDGE
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.ordering import Ordering
from ringwall.identity import published
from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job

_log = logging.getLogger(__name__)

SEGMENT: Final = 64 * 1024**2
"""Bytes after which a new segment of the access record is begun."""

KEPT: Final = 2 * 1024**3
"""Bytes of closed segments that are kept; the oldest go first."""


@job(name="certificates", minutes=1)
def renew_certificates(installation: Installation) -> str:
    """Renew every certificate that is due and show it to the running Envoys."""
    renewed = open_gateway(installation).renew()
    return ", ".join(one.name for one in renewed) or "nothing was due"


@job(name="acme", minutes=1, after_change=True)
def order_certificates(installation: Installation) -> str:
    """Order what is due from the ACME authority; a failed order waits before the next."""
    ordering = Ordering(open_gateway(installation), tell=_log.info)
    if not ordering.hosts:
        return "no host has its certificate from ACME"
    if not ordering.edge_runs(within=PATIENCE):
        return "the edge does not run, so nothing can be proven"
    changed = []
    for one in ordering.due():
        if one.changed and one.credential is not None:
            changed.append(one.host)
            ends = f"{one.credential.not_after:%Y-%m-%d %H:%M} UTC"
            _log.info("%s: the edge shows a new certificate, until %s", one.host, ends)
        elif one.tried:
            again = f"{one.again_at:%Y-%m-%d %H:%M} UTC" if one.again_at else "later"
            _log.warning("%s: no new certificate: %s; tried again %s", one.host, one.problem, again)
    return ", ".join(changed) or "nothing was due"


@job(name="signing-keys", minutes=5)
def turn_signing_keys(installation: Installation) -> str:
    """Make signing keys that are due and drop outdated ones; the edge follows without a gap."""
    changed = published.ready_keys(installation.state, datetime.now(UTC))
    given = open_gateway(installation).refresh_identity()
    return "keys turned" if changed or given else "nothing was due"


@job(name="access-record", minutes=1)
def rotate_access_record(installation: Installation) -> str:
    """Close a full segment of the access record and let the oldest go."""
    layout = open_gateway(installation).layout
    return rotate(layout.access_log, admin=Admin(layout.admin(EDGE)), now=datetime.now(UTC))


def rotate(log: Path, *, admin: Admin, now: datetime) -> str:
    """Rename ``log`` once it is full, have Envoy open a new one, and delete what is too much.

    Nothing is lost: Envoy goes on writing to the renamed file until it has opened the new one, and
    is asked for that again and again until there is one.
    """
    done = []
    if log.exists() and log.stat().st_size >= SEGMENT:
        closed = log.with_name(f"{log.stem}-{now:%Y%m%dT%H%M%S%f}{log.suffix}")
        log.rename(closed)
        done.append(f"closed {closed.name}")
    segments = sorted(log.parent.glob(f"{log.stem}-*{log.suffix}"))
    if segments and not log.exists():
        try:
            admin.post("/reopen_logs")
        except AdminUnreachableError:
            done.append("the edge does not answer: it makes its own when it starts")
    total = sum(segment.stat().st_size for segment in segments)
    while segments and total > KEPT:
        oldest = segments.pop(0)
        total -= oldest.stat().st_size
        oldest.unlink()
        done.append(f"deleted {oldest.name}")
    return ", ".join(done) or "not full yet"
