"""All frameworks that an installation knows: Ringwall's, and those of its own folder."""

from collections.abc import Iterable
from pathlib import Path

from ringwall.posture.config import POSTURE, Posture
from ringwall.posture.frameworks.catalogue import Framework, frameworks, read_framework
from ringwall.runtime.installation import Installation


def known_frameworks(installation: Installation, own: Iterable[Path] = ()) -> dict[str, Framework]:
    """By id; those of files take the place of others. ``ValueError`` names the file that is none.

    ``ConfigurationError`` or ``Refused`` where the configuration cannot be read.
    """
    found = dict(frameworks())
    for path in (*_configured(installation), *own):
        try:
            made = read_framework(path)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise ValueError(f"the framework {path} cannot be read: {why}") from error
        found[made.id] = made
    return found


def _configured(installation: Installation) -> list[Path]:
    """The files of the configuration's folder; none where there is no configuration."""
    if not installation.config.exists():
        return []
    named = installation.load().one(Posture, POSTURE).frameworks
    if named is None:
        return []
    folder = installation.config.parent / named
    if not folder.is_dir():
        raise ValueError(f"posture.frameworks: {folder} is no folder")
    return sorted(folder.glob("*.yaml"))
