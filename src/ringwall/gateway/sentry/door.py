"""Keeps the file that says whom the sentry denies; the worker tells the edge what stands in it.

:mod:`ringwall.gateway.sources.denials` has its form, and spares whom the configuration spares.
"""

import json
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ringwall.gateway.sentry import denying
from ringwall.gateway.sentry.configured import Configured
from ringwall.gateway.sentry.denying import Denial, Denials, Known
from ringwall.gateway.sentry.keeping import replaced
from ringwall.gateway.sentry.networks import Exempt, Network, told

_log = logging.getLogger(__name__)


class Door:
    """Whom the sentry denies at the edge of this machine."""

    def __init__(self, path: Path, *, exempt: Exempt, configured: Configured, known: Known) -> None:
        self._path, self._exempt, self._configured, self._known = path, exempt, configured, known
        self._denials = self._found()
        self._in_spite: set[Network] = set()
        self._alive: Mapping[Network, Denial] = self._denials.found

    def decide(
        self,
        wanted: Mapping[Network, str],
        now: float,
        *,
        far_over: Collection[Network] = (),
    ) -> None:
        """Deny these for a time, besides those whose time is not over; ``OSError`` of the disk.

        Those who are ``far_over`` what one may are not spared for somebody known among them, until
        that denial has ended.
        """
        in_spite = {*far_over, *(self._in_spite & self._denials.alive(now).keys())}

        def is_spared(network: Network) -> bool:
            is_known = network not in in_spite and self._known.is_known(network, now)
            exempt = self._exempt.overlaps(network) or self._configured.spares(network)
            return is_known or exempt

        self._denials = denying.denied(self._denials, wanted, now, is_spared=is_spared)
        alive = self._denials.alive(now)
        self._in_spite = in_spite
        if alive == self._alive:
            return
        for network in alive.keys() - self._alive.keys():
            one = alive[network]
            _log.warning(
                "%s is denied for %.0f s: it %s", told(network), one.until - now, one.reason
            )
        replaced(self._path, json.dumps(denying.to_json(alive, iso)).encode())
        self._alive = alive

    @property
    def alive(self) -> Mapping[Network, Denial]:
        """Whom it denies."""
        return self._alive

    def _found(self) -> Denials:
        try:
            found = json.loads(self._path.read_bytes())
            return denying.of_json(found, lambda text: datetime.fromisoformat(text).timestamp())
        except FileNotFoundError:
            return Denials()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("whom the sentry before had denied cannot be read: %r", error)
            return Denials()


def iso(at: float) -> str:
    """A time in seconds since 1970, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
