"""An append-only file: on another disk, a share, a write-once device."""

import os
from dataclasses import dataclass
from pathlib import Path

from ringwall.ledger.anchors.anchor import AnchorError, Sealed


@dataclass(frozen=True, slots=True)
class FileAnchor:
    """Appends each checkpoint and an empty line to ``path``, which may have ``chattr +a``."""

    name: str
    path: Path

    def put(self, sealed: Sealed) -> None:
        """See :class:`ringwall.ledger.anchors.anchor.Anchor`."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            descriptor = os.open(self.path, flags, 0o644)
            try:
                content = sealed.note.to_bytes() + b"\n"
                if os.write(descriptor, content) != len(content):
                    msg = f"{self.path} took only a part of the checkpoint: is the disk full?"
                    raise AnchorError(msg)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            msg = f"{self.path} cannot be appended to: {error.strerror}"
            raise AnchorError(msg) from error
