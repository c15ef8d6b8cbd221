"""The shop window: the choice of a shop, the catalogue, one product."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shop.storefront import store
from shop.storefront.rendering import page
from shop.storefront.visit import Visit
from shop.tenancy import TENANTS, named_tenant


async def home(request: Request) -> Response:
    """``GET /``: the tenant's catalogue; on ``shop.*``, which is nobody's, the choice of a shop."""
    host = request.headers.get("host", "").lower()
    if named_tenant(request) is None and host.startswith("shop."):
        return page("chooser.html", tenant=None, host=host, tenants=TENANTS.values())
    visit = Visit.of(request)
    products = await visit.database.run(store.list_products, tenant=visit.tenant.slug)
    return await visit.page("catalogue.html", products=products, stock=await visit.orders.stock())


async def product(request: Request) -> Response:
    """``GET /products/{sku}``."""
    visit = Visit.of(request)
    found = await visit.database.run(
        store.find_product, tenant=visit.tenant.slug, sku=request.path_params["sku"]
    )
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    stock = await visit.orders.stock()
    return await visit.page(
        "product.html", product=found, left=stock.get(found.sku), most=store.MOST_OF_ONE
    )
