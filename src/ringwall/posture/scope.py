"""What is judged for itself: an account, by its number; a code base; Ringwall itself."""

import re
from typing import Final

ITSELF: Final = "ringwall"
"""The scope of what is judged of Ringwall."""
CODE: Final = "code "
"""How the scopes of code bases begin."""
NAME: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
"""What a code base can be called."""
ACCOUNT: Final = r"[0-9]{12}"


def is_taken(name: str) -> bool:
    """Whether a word is the scope of something else, so that no code base can be called so."""
    return name == ITSELF or re.fullmatch(ACCOUNT, name) is not None


def scope_of(name: str) -> str:
    """The scope of a code base."""
    return f"{CODE}{name}"
