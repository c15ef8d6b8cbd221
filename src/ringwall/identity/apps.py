"""Django's name for this module."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Tables of identity, and what listens to the libraries' signals."""

    name = "ringwall.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Connect what listens."""
        from ringwall.identity import listening  # noqa: PLC0415 - needs the models

        listening.connect()
