"""Which policies run beside those in force, since when, until when, and who had them run.

They lie beside the versions: a shadow enforces nothing, so that it is no part of a version, and
stays through changes and rollbacks, compared with whatever is in force, until it ends.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ringwall.access.policies import PolicySet, read
from ringwall.runtime.configuration import Configuration, ConfigurationError, Section, reading
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.private_files import private_folder, write_private

Files = tuple[tuple[Path, bytes], ...]

_FILE: Final = "shadow.json"
_HISTORY: Final = "history.jsonl"
MOST_REMEMBERED: Final = 100
"""Shadows that have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A policy set that is only counted. Times are UTC; ``folder`` is where it was read."""

    hash: str
    folder: str
    author: str
    since: datetime
    until: datetime

    def to_json(self) -> dict[str, Any]:
        """Plain values, times in ISO 8601."""
        times = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {**asdict(self), **times}


class DamagedShadowError(ValueError):
    """What was kept of a shadow cannot be read any more."""


class ShadowStore:
    """The one shadow there can be, below a folder. One writer at a time: the supervisor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def left(self) -> float:
        """Seconds until a shadow ends by itself, one at least; a day where none runs."""
        try:
            until = datetime.fromisoformat(json.loads((self._folder / _FILE).read_bytes())["until"])
        except (OSError, ValueError, KeyError, TypeError):
            return 86_400.0
        return max(1.0, (until - datetime.now(UTC)).total_seconds() + 0.1)

    def is_kept(self) -> bool:
        """Whether there is one, be it damaged."""
        return (self._folder / _FILE).exists()

    def current(self) -> tuple[Shadow, PolicySet] | None:
        """The shadow and its policies, ``None`` where none runs. ``DamagedShadowError``."""
        try:
            kept = json.loads((self._folder / _FILE).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error
        try:
            names = kept.pop("files")
            times = {name: datetime.fromisoformat(kept[name]) for name in ("since", "until")}
            shadow = Shadow(**{**kept, **times})
            files = [
                (Path(name), (self._folder / "files" / str(number)).read_bytes())
                for number, name in enumerate(names)
            ]
            policies = read(files)
        except (OSError, ValueError, TypeError, KeyError, ConfigurationError) as error:
            raise self._damaged(error) from error
        if policies.hash != shadow.hash:
            raise self._damaged("its files were changed")
        return shadow, policies

    def _damaged(self, why: object) -> DamagedShadowError:
        message = f"the kept shadow is damaged ({why}): `ringwall access shadow stop` forgets it"
        return DamagedShadowError(message)

    def begin(self, shadow: Shadow, files: Files) -> None:
        """Keep a shadow in place of any other."""
        self.forget()
        folder = private_folder(self._folder / "files")
        for number, (_, data) in enumerate(files):
            write_private(folder / str(number), data)
        kept = {**shadow.to_json(), "files": [name.as_posix() for name, _ in files]}
        write_private(self._folder / _FILE, json.dumps(kept).encode())

    def forget(self) -> None:
        """Keep none any more."""
        (self._folder / _FILE).unlink(missing_ok=True)
        shutil.rmtree(self._folder / "files", ignore_errors=True)

    def end(self, *, time: datetime, why: str, by: str = "", counted: object = None) -> None:
        """Keep none any more, and remember that there was one, and what it came to."""
        try:
            kept = json.loads((self._folder / _FILE).read_bytes())
            kept.pop("files", None)
        except (OSError, ValueError):
            kept = {}
        ended = {**kept, "ended": time.isoformat(), "why": why, "by": by, "counted": counted}
        private_folder(self._folder)
        lines = [json.dumps(one) for one in (*self.history(), ended)][-MOST_REMEMBERED:]
        write_private(self._folder / _HISTORY, "".join(f"{one}\n" for one in lines).encode())
        self.forget()

    def history(self) -> tuple[dict[str, Any], ...]:
        """The shadows that have ended, the oldest first."""
        try:
            text = (self._folder / _HISTORY).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        return tuple(json.loads(line) for line in text.splitlines())


def changed(
    configuration: Configuration, files: Files, sections: Sequence[Section]
) -> Configuration:
    """A configuration with other policies, judged as a whole. ``ConfigurationError``.

    What is wrong with a file is told by where it stands in ``files``.
    """
    others = {name for name, _ in configuration.attached}
    kept = [(name, data) for name, data in configuration.sources if name not in others]
    return load_sources([*kept, *files], tuple(sections), root=configuration.root)


def files_below(folder: Path, name: str) -> Files:
    """The policies in a folder, as they would be called below ``name``; ``LookupError``."""
    if not folder.is_dir():
        msg = f"there is no folder {folder}"
        raise LookupError(msg)
    if (folder / "ringwall.yaml").is_file():
        msg = f"{folder} has a whole configuration: name its folder of policies"
        raise LookupError(msg)
    folder = folder.resolve()
    try:
        found = [
            reading.read(folder.parent, one)
            for one in reading.below(folder.parent, folder.name, ".cedar")
        ]
    except reading.UnreadableError as error:
        raise LookupError(str(error)) from error
    if not found:
        msg = f"there is no policy in {folder}: it has no *.cedar file"
        raise LookupError(msg)
    return tuple((Path(name) / one.name.relative_to(folder.name), one.data) for one in found)


def at_home(error: ConfigurationError, folder: Path, name: str) -> ConfigurationError:
    """The same, with the places where the files lie."""
    problems = []
    for one in error.problems:
        place = one.place
        if place is not None and place.file.is_relative_to(name):
            file = folder / place.file.relative_to(name)
            problems.append(replace(one, place=replace(place, file=file)))
        else:
            problems.append(one)
    return ConfigurationError(tuple(problems))
