"""Which installation a command or process speaks of: its configuration, its state, its run."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringwall.runtime.configuration import Configuration, Section, load
from ringwall.runtime.processes.paths import run_dir_for
from ringwall.runtime.refusals import ExitCode, Refused

CONFIG: Final = "ringwall.yaml"
CONFIG_VARIABLE: Final = "RINGWALL_CONFIG"
STATE_VARIABLE: Final = "RINGWALL_STATE"


@dataclass(frozen=True, slots=True)
class Installation:
    """One Ringwall on one machine."""

    config: Path
    state: Path
    sections: tuple[Section, ...]

    @property
    def run(self) -> Path:
        """The folder of sockets and logs."""
        return run_dir_for(self.state)

    @property
    def control(self) -> Path:
        """The socket over which the running supervisor is asked."""
        return self.run / "control.sock"

    def load(self) -> Configuration:
        """Read the configuration files; ``ConfigurationError`` holds all that is wrong."""
        if not self.config.is_file():
            msg = f"there is no configuration at {self.config}"
            hint = "`ringwall init` writes one, `--config` names another"
            raise Refused(msg, hint=hint, code=ExitCode.CONFIGURATION)
        return load(self.config, self.sections)

    def environment(self) -> dict[str, str]:
        """What a process of this installation needs to find it again."""
        return {CONFIG_VARIABLE: str(self.config), STATE_VARIABLE: str(self.state)}


def find(
    sections: tuple[Section, ...], *, config: Path | None = None, state: Path | None = None
) -> Installation:
    """The installation meant by options, else by the environment, else by the working folder.

    Without any, ``ringwall.yaml`` is looked for here and in the folders above; state lies in
    ``.ringwall`` beside it.
    """
    chosen = config or _from_environment(CONFIG_VARIABLE) or _nearest(Path.cwd())
    path = chosen.absolute()
    place = state or _from_environment(STATE_VARIABLE) or path.parent / ".ringwall"
    return Installation(path, place.absolute(), sections)


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def _nearest(start: Path) -> Path:
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder / CONFIG
    return start / CONFIG
