"""Which installation a command or process speaks of: its configuration, its state, its run."""

import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ringwall.runtime.processes.paths import run_dir_for
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.runtime.configuration import Configuration, Section

# The configuration's models are imported when they are first needed: most commands that only
# ask the running Ringwall never do.

CONFIG: Final = "ringwall.yaml"
CONFIG_VARIABLE: Final = "RINGWALL_CONFIG"
STATE_VARIABLE: Final = "RINGWALL_STATE"


@dataclass(frozen=True, slots=True)
class Installation:
    """One Ringwall on one machine. ``find_sections`` gives the configuration's sections."""

    config: Path
    state: Path
    find_sections: "Callable[[], tuple[Section, ...]]"

    @property
    def sections(self) -> "tuple[Section, ...]":
        """Every section of the configuration."""
        return self.find_sections()

    @property
    def run(self) -> Path:
        """The folder of sockets and logs."""
        return run_dir_for(self.state)

    @property
    def control(self) -> Path:
        """The socket over which the running supervisor is asked."""
        return self.run / "control.sock"

    @property
    def worker(self) -> Path:
        """The socket that takes connections once the worker does its work."""
        return self.run / "worker.sock"

    def load(self) -> "Configuration":
        """Read the configuration files; ``ConfigurationError`` holds all that is wrong."""
        from ringwall.runtime.configuration import load  # noqa: PLC0415 - see above

        if self.config.is_dir():
            msg = f"{self.config} is a folder, not a configuration file"
            raise Refused(msg, code=ExitCode.CONFIGURATION)
        if not os.path.lexists(self.config):
            msg = f"there is no configuration at {self.config}"
            hint = "`ringwall init` writes one, `--config` names another"
            raise Refused(msg, hint=hint, code=ExitCode.CONFIGURATION)
        if not os.access(self.config, os.R_OK):
            msg = f"{self.config} cannot be read by {account()}"
            raise Refused(msg, hint="see its owner and mode", code=ExitCode.CONFIGURATION)
        return load(self.config, self.sections)

    def environment(self) -> dict[str, str]:
        """What a process of this installation needs to find it again."""
        return {CONFIG_VARIABLE: str(self.config), STATE_VARIABLE: str(self.state)}


def find(
    find_sections: "Callable[[], tuple[Section, ...]]",
    *,
    config: Path | None = None,
    state: Path | None = None,
) -> Installation:
    """The installation meant by options, else by the environment, else by the working folder.

    Without any, ``ringwall.yaml`` is looked for here and in the folders above, where it must be
    the user's own or root's; state lies in ``.ringwall`` beside it. A folder given as ``config`` is
    the one ``ringwall.yaml`` lies in.
    """
    chosen = config or _from_environment(CONFIG_VARIABLE) or _nearest(_working_folder())
    path = _absolute(chosen / CONFIG if chosen.is_dir() else chosen)
    place = _absolute(state or _from_environment(STATE_VARIABLE) or path.parent / ".ringwall")
    if path.parent.is_dir() or place.parent != path.parent:
        _require_folder(place)
    return Installation(path, place, find_sections)


def author() -> str:
    """Who runs this command; of root through ``sudo`` also who called that.

    ``LOGNAME`` and ``USER`` are not asked: anybody may set them.
    """
    caller = sudo_caller()
    return account() if caller is None else f"{account()} ({account(caller)} through sudo)"


def account(number: int | None = None) -> str:
    """The name of a user, by default of this process; a number where the system knows no name."""
    number = os.getuid() if number is None else number
    try:
        return pwd.getpwuid(number).pw_name
    except (KeyError, OverflowError):  # unknown; greater than any number of a user
        return f"uid {number}"


def sudo_caller() -> int | None:
    """The number of who became root by ``sudo``; ``None`` where nobody did.

    Of whoever is not root the variable is no evidence.
    """
    number = os.environ.get("SUDO_UID", "")
    if os.geteuid() != 0 or not (number.isascii() and number.isdecimal()):
        return None
    return int(number) or None


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links are kept, .. is not


def _require_folder(state: Path) -> None:
    """Refuse a state folder that is, or lies below, something else than a folder."""
    found = next(one for one in (state, *state.parents) if os.path.lexists(one))
    if not found.is_dir():
        msg = f"the state folder cannot be {state}: {found} is not a folder"
        raise Refused(msg, hint="`--state` names another", code=ExitCode.USAGE)


def _require_own(found: Path) -> None:
    """Refuse a configuration that a stranger put in our way, in ``/tmp`` say.

    It names programs that ``ringwall up`` runs and files that it reads.
    """
    owner = found.stat().st_uid
    if owner not in {0, os.geteuid()}:
        msg = f"{found} belongs to user {owner}, so it is not used unless you name it"
        raise Refused(msg, hint=f"`--config {found}` does", code=ExitCode.CONFIGURATION)


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        msg = "the folder you are in does not exist any more"
        raise Refused(msg, hint="change to another one") from error


def _nearest(start: Path) -> Path:
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            _require_own(folder / CONFIG)
            return folder / CONFIG
    return start / CONFIG
