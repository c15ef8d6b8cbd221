"""What this process knows of its installation: facts, and the mint of its tokens."""

from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts
from ringwall.identity.tokens import Mint
from ringwall.runtime.current import current_installation


def current_facts() -> Facts:
    """The facts of the configuration in force."""
    return facts_file.read(current_installation().state)


def current_mint() -> Mint:
    """What signs tokens here."""
    return Mint(current_installation().state, current_facts())
