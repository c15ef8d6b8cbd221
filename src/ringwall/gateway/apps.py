"""Django's name for this module."""

from django.apps import AppConfig

from ringwall.core.events import STRANGERS


class GatewayConfig(AppConfig):
    """Tables of the gateway: whom people block."""

    name = "ringwall.gateway"
    label = "gateway"
    verbose_name = "Gateway"

    def ready(self) -> None:
        """Have what becomes of blocks recorded; whom they are by is who acts."""
        from ringwall.gateway.models import Block  # noqa: PLC0415 - needs the tables
        from ringwall.runtime.recording import changes  # noqa: PLC0415 - the same

        changes.install()
        by = frozenset({"author", "lifted_by"})
        watched = changes.Watched(restless=by, personal=frozenset({"what"}), whose=_anybody)
        changes.watch(Block, watched)


def _anybody(_block: object) -> str:
    """Whose an address is that is blocked, nobody knows."""
    return STRANGERS
