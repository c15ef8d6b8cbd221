"""What a command says when it cannot do what was asked, and the code it exits with."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command. Scripts may rely on them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    NOT_RUNNING = 4
    ALREADY_RUNNING = 5
    DIFFERENT = 6


class Refused(Exception):  # noqa: N818 - it is an answer with a reason, not a defect
    """The command ends with one clear sentence, a hint how to go on, and an exit code."""

    def __init__(self, message: str, *, hint: str = "", code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code
