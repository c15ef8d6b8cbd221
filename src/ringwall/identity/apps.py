"""Django's name for this module."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Tables of identity, and what listens to the libraries' signals."""

    name = "ringwall.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Connect what listens."""
        from ringwall.identity import (  # noqa: PLC0415 - needs the models
            alerts,
            enrolment,
            factors,
            listening,
            recording,
            slowing,
            vouching,
        )

        recording.connect()
        listening.connect()
        alerts.connect()
        enrolment.connect()
        slowing.connect()
        vouching.connect()
        factors.install()
