"""Scripts in Lua that Envoy runs for requests, with what they have in common before them."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def script(name: str) -> str:
    """The text of one, such as ``session.lua``, as Envoy is given it."""
    return "".join((_FOLDER / one).read_text(encoding="utf-8") for one in ("addresses.lua", name))
