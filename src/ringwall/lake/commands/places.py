"""What commands of the log have in common: where it lies, and how the collector is asked."""

from typing import TYPE_CHECKING, Any, Final

import typer

from ringwall.runtime.commanding import installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.lake.places import Places

GROUP: Final = "log"
PANEL: Final = "Log"


def places(context: typer.Context) -> "Places":
    """Where the log of the installation lies; refused where it has none yet."""
    from ringwall.lake.places import Places

    installation = installation_of(context)
    found = Places(installation.state, installation.run)
    if not found.log.is_dir():
        msg = f"there is no log below {installation.state} yet"
        raise Refused(msg, hint="`ringwall up` begins one")
    from ringwall.lake.finding import find_bucket

    find_bucket(installation, found.log)
    return found


def ask(context: typer.Context, call: str, **said: Any) -> Any:
    """Have the collector do what it alone may do, in the name of who runs this command."""
    from ringwall.runtime.processes.calls import CallRefusedError, NotRunningError, call_sync

    try:
        return call_sync(places(context).ready, call, timeout=600.0, **said)
    except NotRunningError as error:
        msg = "the collector does not run, and nobody else may change the log"
        raise Refused(msg, hint="`ringwall up` starts it") from error
    except CallRefusedError as error:
        raise Refused(str(error)) from error


def by() -> str:
    """Who runs this command."""
    return f"{author()} at the command line"
