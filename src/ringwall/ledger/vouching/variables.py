"""What the voucher's process is told by its environment. Who starts it loads no more than this."""

from typing import Final

SETTINGS_VARIABLE: Final = "RINGWALL_VOUCHER_SETTINGS"
"""Its :class:`~ringwall.ledger.vouching.settings.Settings` as JSON: with secrets of anchors, which
nobody else is to read."""
READY_VARIABLE: Final = "RINGWALL_VOUCHER_READY"
"""A unix socket that takes connections while it works."""
