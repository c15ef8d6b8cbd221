"""Tell expected errors as sentences; everything else is a defect and keeps its trace."""

from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.configuration.rendering import print_problems
from ringwall.runtime.output import say
from ringwall.runtime.refusals import ExitCode


def explain(error: Exception) -> ExitCode | None:
    """Print what went wrong and return the exit code, or ``None`` if this is no expected error."""
    if isinstance(error, ConfigurationError):
        print_problems(error.problems)
        return ExitCode.CONFIGURATION
    if isinstance(error, (LookupError, OSError, ValueError)) and str(error):
        say(f"error: {error}", style="red", stderr=True)
        return ExitCode.FAILED
    return None
