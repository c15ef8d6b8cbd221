"""A gateway as it stands, to be read: for who tells how it is, or decides by what is in force.

What changes it is :class:`~ringwall.gateway.service.Gateway`, which loads all that builds Envoy's
configuration.
"""

from functools import partial

from ringwall.core.clock import Clock
from ringwall.gateway import recording
from ringwall.gateway.admin import Admin
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.layout import Layout
from ringwall.gateway.shadows import ShadowStore
from ringwall.gateway.versions import VersionStore
from ringwall.runtime.configuration import Configuration, Section


class Standing:
    """One edge and the sidecars of its machine. Safe for several threads and processes."""

    def __init__(self, layout: Layout, *, sections: tuple[Section, ...], clock: Clock) -> None:
        self.layout = layout
        self.certificates = CertificateStore(layout.state, clock=clock)
        self.certificates.made = partial(recording.certificate_made, layout.state)
        self.versions = VersionStore(layout.versions)
        self.shadows = ShadowStore(layout.shadow)
        self._sections, self._clock = sections, clock

    def admin(self, proxy: str, *, timeout: float = 5.0) -> Admin:
        """A client of one Envoy's admin interface."""
        return Admin(self.layout.admin(proxy), timeout)

    def in_force(self) -> Configuration | None:
        """The configuration applied last, or ``None`` before the first.

        ``DamagedVersionError`` when what was kept of it cannot be read.
        """
        version = self.versions.latest()
        return None if version is None else self.versions.load(version, self._sections)

    def configuration(self, version: str) -> Configuration | None:
        """A configuration that was, or is about to be, put in force, by its hash."""
        return self.versions.of_hash(version, self._sections)
