"""What this process knows of its installation: facts, and the mint of its tokens."""

from pathlib import Path

from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts
from ringwall.identity.places import place_in
from ringwall.identity.tokens import Mint
from ringwall.runtime.current import current_installation


def current_facts() -> Facts:
    """The facts of the configuration in force."""
    return facts_file.read(current_installation().state)


def current_mint() -> Mint:
    """What signs tokens here."""
    return Mint(current_installation().state, current_facts())


def where_is(address: str | None) -> str:
    """Where an address is, by the database of the configuration; empty when nobody knows."""
    file = current_facts().settings.places
    return "" if file is None or address is None else place_in(Path(file), address)
