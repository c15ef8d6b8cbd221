"""How much one reading of code may come to: code may be written to take all there is."""

from typing import Any, Final

from ringwall.posture.code.terraform.values import ExpressionError

MOST: Final = 100_000_000
"""Signs, elements and rounds of loops of all expressions of one reading."""
_ROUND: Final = 200
"""What a round of a loop counts, for it takes longer than a sign."""
_BITS: Final = 4_096
_HEAVIEST: Final = 1_000_000
_LIGHT: Final = 8
"""What has no more parts is counted as one."""


class TooMuchError(ExpressionError):
    """The bound is reached: nothing that is read afterwards may be taken for known by it."""


class Bound:
    """Counts down; once nothing is left, all that would be counted is an error."""

    def __init__(self, most: int = MOST) -> None:
        self.left = most
        self._weights: dict[int, tuple[Any, int]] = {}
        self.told = ""
        """Where it was reached first, which is said once."""

    def spend(self, amount: int) -> None:
        """Count; ``TooMuchError`` where there is no more."""
        self.left -= amount
        if self.left < 0:
            raise TooMuchError("it comes to more than can be followed")

    def round(self) -> None:
        """Count one round of a loop."""
        self.spend(_ROUND)

    def made(self, value: Any) -> Any:
        """Count a value that was made, and give it back."""
        if isinstance(value, str):
            self.spend(len(value))
        elif isinstance(value, list | dict):
            self._weigh(value)
        elif isinstance(value, int) and value.bit_length() > _BITS:
            raise TooMuchError(f"it is a number of more than {_BITS} bits")
        return value

    def _weigh(self, value: list[Any] | dict[str, Any]) -> None:
        """Lists that hold one list twice, which does so again, grow without end when walked."""
        self.spend(len(value))
        held = value.values() if isinstance(value, dict) else value
        weight = len(value)
        for one in held:
            if isinstance(one, list | dict) and id(one) in self._weights:
                weight += self._weights[id(one)][1]
        if weight > _HEAVIEST:
            raise TooMuchError(f"it has more than {_HEAVIEST} parts")
        if weight > _LIGHT:
            self._weights[id(value)] = (value, weight)
