"""``ringwall posture``: what is read, judged and mended."""

from ringwall.posture.commands.scanning import checks, scan

__all__ = ["checks", "scan"]
