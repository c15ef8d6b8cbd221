"""From a basket to an order, safely pressed twice."""

import re
import secrets
from collections.abc import Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from shop.storefront import store
from shop.storefront.ordering import OrdersUnreachableError, Refused
from shop.storefront.visit import Visit

LONGEST_REFERENCE = 80
LONGEST_NOTE = 500


async def show_checkout(request: Request) -> Response:
    """``GET /checkout``: the form, with a key of its own that makes sending it twice harmless."""
    visit = Visit.of(request)
    lines = await visit.lines()
    if not lines:
        return visit.go("/basket")
    return await _form(visit, lines, key=secrets.token_hex(16))


async def send_checkout(request: Request) -> Response:
    """``POST /checkout``: place the order and show it, or say what stands in the way."""
    visit = Visit.of(request)
    form = await visit.form()
    key, shown = form.get("key", ""), form.get("shown_total_cents", "")
    if not re.fullmatch(r"[0-9a-f]{32}", key) or not re.fullmatch(r"[0-9]{1,9}", shown):
        return visit.go("/checkout")
    reference, note = form.get("reference", "").strip(), form.get("note", "").strip()
    lines = await visit.lines()
    if not lines:
        return await _already_sent(visit, key)
    reasons = _complaints(reference=reference, note=note)
    if reasons:
        return await _form(
            visit,
            lines,
            key=key,
            reference=reference,
            note=note,
            reasons=reasons,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    try:
        placed = await visit.orders.place(
            lines, reference=reference, note=note, shown_total_cents=int(shown), key=key
        )
    except OrdersUnreachableError:
        return await _form(
            visit,
            lines,
            key=key,
            reference=reference,
            note=note,
            reasons=["Orders cannot be reached. Try again: it will not be ordered twice."],
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
    if isinstance(placed, Refused):
        # A refused key is used up: the next try is another order.
        return await _form(
            visit,
            lines,
            key=secrets.token_hex(16),
            reference=reference,
            note=note,
            reasons=placed.reasons,
            status=HTTPStatus.CONFLICT,
        )
    await visit.database.run(
        store.finish_checkout,
        tenant=visit.tenant.slug,
        basket=visit.basket,
        key=key,
        order_id=placed,
    )
    return visit.go(f"/orders/{placed}?placed=1")


async def _already_sent(visit: Visit, key: str) -> Response:
    order_id = await visit.database.run(
        store.find_checkout, tenant=visit.tenant.slug, basket=visit.basket, key=key
    )
    return visit.go("/basket" if order_id is None else f"/orders/{order_id}?placed=1")


def _complaints(*, reference: str, note: str) -> list[str]:
    found = []
    if not 1 <= len(reference) <= LONGEST_REFERENCE:
        found.append(f"Give a reference of up to {LONGEST_REFERENCE} characters.")
    if len(note) > LONGEST_NOTE:
        found.append(f"A note has up to {LONGEST_NOTE} characters.")
    return found


async def _form(
    visit: Visit,
    lines: Sequence[store.BasketLine],
    *,
    key: str,
    reference: str = "",
    note: str = "",
    reasons: Sequence[str] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    return await visit.page(
        "checkout.html",
        status=status,
        lines=lines,
        total_cents=sum(line.total_cents for line in lines),
        key=key,
        reference=reference,
        note=note,
        reasons=reasons,
        longest_reference=LONGEST_REFERENCE,
        longest_note=LONGEST_NOTE,
    )
