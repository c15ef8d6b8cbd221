"""One remark on a policy, with its place counted from where the policy begins.

So that it stays true when policies before it in the file change.
"""

from dataclasses import dataclass

from ringwall.access.language.mistakes import MistakeError
from ringwall.access.language.syntax import Policy
from ringwall.access.language.tokens import Lines
from ringwall.runtime.configuration.problems import Problem


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """What is wrong, ``offset`` characters after the policy's first one.

    ``value`` is what stands there, ``allowed`` what may, ``nearest`` what was probably meant.
    """

    offset: int
    message: str
    value: str = ""
    allowed: str = ""
    nearest: str = ""

    def problem(self, policy: Policy, lines: Lines) -> Problem:
        """The same with file, line and column."""
        return MistakeError(
            self.message,
            policy.at.start + self.offset,
            value=self.value or None,
            allowed=self.allowed or None,
            nearest=self.nearest or None,
        ).problem(lines)
