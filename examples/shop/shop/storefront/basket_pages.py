"""The basket: what is in it, and the forms that change it."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shop.storefront import store
from shop.storefront.visit import Visit


async def show_basket(request: Request) -> Response:
    """``GET /basket``."""
    visit = Visit.of(request)
    lines = await visit.lines()
    return await visit.page(
        "basket.html",
        lines=lines,
        total_cents=sum(line.total_cents for line in lines),
        most=store.MOST_OF_ONE,
    )


async def add_to_basket(request: Request) -> Response:
    """``POST /basket/add``: so many more of a product."""
    return await _change(request, add=True)


async def set_in_basket(request: Request) -> Response:
    """``POST /basket/set``: so many of a product from now on, 0 to take it out."""
    return await _change(request, add=False)


async def _change(request: Request, *, add: bool) -> Response:
    visit = Visit.of(request)
    form = await visit.form()
    quantity = form.get("quantity", "")
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) <= 2):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    visit.ensure_basket()
    known = await visit.database.run(
        store.set_line,
        tenant=visit.tenant.slug,
        basket=visit.basket,
        sku=form.get("sku", ""),
        quantity=int(quantity),
        add=add,
    )
    if not known:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return visit.go("/basket")
