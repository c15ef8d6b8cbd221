"""What a command says when it cannot do what was asked, and the code it exits with."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command. Scripts may rely on them; ``meaning`` says what for."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> "ExitCode":
        """Make a member that knows what it means."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    OK = 0, "done"
    FAILED = 1, "not done; the message says why"
    USAGE = 2, "wrong use: an unknown command or option, or a value that cannot be"
    CONFIGURATION = 3, "the configuration is missing or refused; what runs stays"
    NOT_RUNNING = 4, "Ringwall does not run for this configuration"
    ALREADY_RUNNING = 5, "Ringwall runs already for this configuration"
    DIFFERENT = 6, "`diff` or `posture drift` found differences"
    DENIED = 7, "`access explain` says no"
    PARTIAL = 8, "`posture` could not read everything; what stands on that is unknown"
    INTERRUPTED = 130, "interrupted by Ctrl-C (128 + SIGINT)"
    UNREAD = 141, "the program that read the output ended first (128 + SIGPIPE)"

    @property
    def kind(self) -> str:
        """The name in the JSON form of an error, such as ``not-running``."""
        return self.name.lower().replace("_", "-")


class Refused(Exception):  # noqa: N818 - it is an answer with a reason, not a defect
    """The command ends with one clear sentence, a hint how to go on, and an exit code."""

    def __init__(self, message: str, *, hint: str = "", code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code
