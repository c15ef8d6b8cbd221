"""Lists in pages: ``?limit=20&before=<number>``, newest first."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from shop.problems import Problem

END: Final = 2**62


@dataclass(frozen=True, slots=True)
class Page:
    """How many entries, and below which number."""

    limit: int
    before: int


def read_page(request: Request) -> Page:
    """Return the page asked for; a 422 problem for anything but ``limit`` and ``before``."""
    errors = {
        name: f"{name} is not a parameter here"
        for name in request.query_params
        if name not in {"limit", "before"}
    }
    values = {"limit": (20, 100), "before": (END, END)}
    found: dict[str, int] = {}
    for name, (default, most) in values.items():
        text = request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
            errors[name] = f"{name} is a whole number from 1" + (f" to {most}" * (most < END))
        else:
            found[name] = int(text)
    if errors:
        raise Problem(422, "Some parameters are not as they should be.", errors=errors)
    return Page(**found)
