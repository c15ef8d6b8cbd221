"""A snapshot as a file: its head, such as when it was read, and then all that was read."""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.snapshot.writing import decoded, encoded, lines_of, snapshot_of
from ringwall.runtime.private_files import write_private

_FORMAT: Final = 1
_GZIP: Final = 31
_BROKEN: Final = (gzip.BadGzipFile, EOFError, zlib.error)


def write_snapshot(path: Path, head: Mapping[str, Any], snapshot: Snapshot) -> None:
    """Have it on the disk when this returns, for its owner alone."""
    squeezed = zlib.compressobj(1, wbits=_GZIP)
    parts = [squeezed.compress(encoded({"format": _FORMAT, **head}) + b"\n")]
    parts += [squeezed.compress(line + b"\n") for line in lines_of(snapshot)]
    write_private(path, *filter(None, parts), squeezed.flush())


def read_snapshot(
    path: Path, names: Iterable[str], *, mend: str
) -> tuple[dict[str, Any], Snapshot] | None:
    """These of its head, and itself; ``None`` where there is none.

    ``ValueError`` names a file that is damaged, and what ``mend`` says to do about it.
    """
    try:
        with gzip.open(path, "rb") as file:
            head: dict[str, Any] = decoded(file.readline())
            if head.get("format") != _FORMAT:
                msg = f"it is of format {head.get('format')}"
                raise ValueError(msg)  # noqa: TRY301 - told as all that is wrong with it
            return {name: head[name] for name in names}, snapshot_of(file)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, AttributeError, *_BROKEN) as error:
        msg = f"{path}: {error}: {mend}"
        raise ValueError(msg) from error
