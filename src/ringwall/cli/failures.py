"""Tell expected errors as sentences or JSON; everything else is a defect and keeps its trace."""

import json
import re
import sys
from dataclasses import dataclass
from typing import Any, Final

import typer

from ringwall.runtime.output import say
from ringwall.runtime.refusals import ExitCode, Refused


@dataclass(frozen=True, slots=True)
class Failure:
    """What a command could not do. ``problems`` are those of a refused configuration."""

    code: ExitCode
    message: str
    hint: str = ""
    problems: tuple[Any, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The form ``--json`` gives on standard error."""
        from ringwall.runtime.configuration.rendering import to_json

        told: dict[str, Any] = {
            "code": int(self.code),
            "kind": self.code.kind,
            "message": self.message,
            "hint": self.hint or None,
        }
        if self.problems:
            told["problems"] = [to_json(one) for one in self.problems]
        return {"error": told}

    def tell(self, *, as_json: bool) -> None:
        """Write it to standard error."""
        if as_json:
            sys.stderr.write(json.dumps(self.to_json(), indent=2, sort_keys=True) + "\n")
            return
        if self.problems:
            from ringwall.runtime.configuration.rendering import print_problems

            print_problems(self.problems)
            return
        say(("error: ", "bold red"), self.message, stderr=True)
        if self.hint:
            say(("hint: ", "bold"), self.hint, stderr=True)


def failure_of(error: Exception) -> Failure | None:
    """What an error means to the user; ``None`` for a defect of ours."""
    match error:
        case Refused(message=message, hint=hint, code=code):
            return Failure(code, message, hint)
        case typer.BadParameter() | typer.TyperException():
            return Failure(ExitCode.USAGE, _sentence(error), _usage(error))
        case OSError(strerror=str(reason), filename=name) if name is not None:
            return Failure(ExitCode.FAILED, f"{_name(name)}: {reason[:1].lower()}{reason[1:]}")
        case OSError(strerror=str(reason)):
            return Failure(ExitCode.FAILED, f"{reason[:1].lower()}{reason[1:]}")
        case UnicodeEncodeError(reason="surrogates not allowed"):
            message = "what was given has bytes in it that are no UTF-8, which nothing can keep"
            return Failure(ExitCode.USAGE, message)
        case KeyError() | IndexError() | UnicodeError():
            return None
        case LookupError() | OSError() | ValueError() if str(error):
            return Failure(ExitCode.FAILED, str(error))
    if _is_of_the_database(error):
        message = f"the database cannot be used: {(str(error) or 'it is away').splitlines()[0]}"
        return Failure(ExitCode.FAILED, message, "see `database` in ringwall.yaml")
    from ringwall.runtime.configuration import ConfigurationError

    if isinstance(error, ConfigurationError):
        first = error.problems[0].message if error.problems else "no reason was given"
        message = f"the configuration is refused: {first}"
        return Failure(ExitCode.CONFIGURATION, message, problems=error.problems)
    return None


def _is_of_the_database(error: Exception) -> bool:
    """Whether the database is away, locked or full: no fault of what was asked of it."""
    if "django.db.utils" not in sys.modules:
        return False
    from django.db.utils import InterfaceError, OperationalError

    return isinstance(error, InterfaceError | OperationalError)


# Typer has values judged by pydantic, whose words are about a program's input.
_WORDS: Final = (
    (r": Value error, ", ": "),
    (r": Input should be a valid integer\b.*", ": it must be a whole number"),
    (r": Input should be a valid number\b.*", ": it must be a number"),
    (r": Input should be greater than or equal to ", ": it must be at least "),
    (r": Input should be less than or equal to ", ": it must be at most "),
    (r": Input should be ", ": it must be "),
)


def _sentence(error: typer.TyperException) -> str:
    text = " ".join(error.format_message().split())
    for theirs, ours in _WORDS:
        text = re.sub(theirs, ours, text, count=1)
    return f"{text[:1].lower()}{text[1:]}".removesuffix(".")


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"`{context.command_path} --help` tells how it is used" if context else ""


def _name(name: object) -> str:
    return name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else str(name)
