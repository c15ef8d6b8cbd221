"""Turn a template and values into a page, with the headers every page has."""

from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import jinja2
from starlette.responses import HTMLResponse

from shop.storefront.assets import asset_url

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""CSP Level 3: our own files and nothing inline."""

HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cache-control": "private, no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

FEW: Final = 5
"""From this many left on, a product is shown as nearly gone. ``live.js`` says the same."""


def money(cents: int) -> str:
    """Return an amount for people: ``€1,234.50``."""
    return f"€{cents // 100:,}.{cents % 100:02d}"


def moment(text: str) -> str:
    """Return a moment for people: ``16 Nov 2026, 15:22 UTC``."""
    return f"{datetime.fromisoformat(text):%-d %b %Y, %H:%M} UTC"


def day(text: str) -> str:
    """Return the day of a moment: ``16 Nov 2026``."""
    return f"{datetime.fromisoformat(text):%-d %b %Y}"


def stock_text(left: int) -> str:
    """Return how many are left, in words."""
    if left == 0:
        return "Sold out"
    return f"Only {left} left" if left <= FEW else f"{left} in stock"


def stock_level(left: int) -> str:
    """Return how worrying that is: ``none``, ``few`` or ``fine``."""
    return "none" if left == 0 else "few" if left <= FEW else "fine"


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        money=money, moment=moment, day=day, stock_text=stock_text, stock_level=stock_level
    )
    environment.globals["asset"] = asset_url
    return environment


_ENVIRONMENT: Final = _environment()


def page(template: str, *, status: int = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """Return the page; everything in ``values`` is escaped by the template engine."""
    html = _ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(html, status_code=status, headers=HEADERS)
