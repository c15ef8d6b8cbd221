"""Jobs of identity."""

from ringwall.identity import first
from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job


@job(name="administrator", minutes=10, after_change=True)
def note_administrator(installation: Installation) -> str:
    """Tell the processes without a database whether there is an administrator."""
    from ringwall.identity import founding  # noqa: PLC0415 - jobs are also listed without tables

    found = founding.has_owner()
    first.settle(installation.state, has_administrator=found)
    return "there is an administrator" if found else "there is no administrator yet"
