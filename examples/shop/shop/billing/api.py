"""Billing's routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.billing import store
from shop.billing.charges import LIMIT_CENTS, ChargeRequest
from shop.database import Database
from shop.health import healthz
from shop.idempotency import fingerprint, idempotency_key, key_reused
from shop.paging import read_page
from shop.payload import read_object
from shop.problems import Problem, not_found, problem_handlers
from shop.tenancy import tenant_of_path


async def take_charge(request: Request) -> Response:
    """``POST /v1/{tenant}/charges``: 201 with the charge, 200 when the key came before."""
    tenant = tenant_of_path(request)
    key = idempotency_key(request)
    wanted = ChargeRequest.read(await read_object(request), currency=tenant.currency)
    if wanted.amount_cents > LIMIT_CENTS:
        raise Problem(
            422,
            f"One charge may take {LIMIT_CENTS} cents, this one asks for {wanted.amount_cents}.",
            kind="over-limit",
        )
    taken = await _database(request).run(
        store.take_charge,
        tenant=tenant.slug,
        key=key,
        fingerprint=fingerprint(asdict(wanted)),
        request=wanted,
    )
    if taken is None:
        raise key_reused()
    charge, is_new = taken
    return JSONResponse(asdict(charge), status_code=201 if is_new else 200)


async def refund_charge(request: Request) -> Response:
    """``POST /v1/{tenant}/charges/{id}/refund``: 200 with the charge, however often it is sent."""
    tenant = tenant_of_path(request)
    charge = await _database(request).run(
        store.refund, tenant=tenant.slug, charge_id=request.path_params["id"]
    )
    if charge is None:
        raise not_found()
    return JSONResponse(asdict(charge))


async def list_invoices(request: Request) -> Response:
    """``GET /v1/{tenant}/invoices``: newest first, in pages."""
    tenant, page = tenant_of_path(request), read_page(request)
    found = await _database(request).run(
        store.list_invoices, tenant=tenant.slug, limit=page.limit, before=page.before
    )
    return JSONResponse({"invoices": [asdict(invoice) for invoice in found]})


async def show_invoice(request: Request) -> Response:
    """``GET /v1/{tenant}/invoices/{id}``."""
    tenant = tenant_of_path(request)
    invoice = await _database(request).run(
        store.find_invoice, tenant=tenant.slug, invoice_id=request.path_params["id"]
    )
    if invoice is None:
        raise not_found()
    return JSONResponse(asdict(invoice))


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def build(database: Database) -> Starlette:
    """Return the application; it closes ``database`` at its end."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        database.close()

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/v1/{tenant}/charges", take_charge, methods=["POST"]),
            Route("/v1/{tenant}/charges/{id}/refund", refund_charge, methods=["POST"]),
            Route("/v1/{tenant}/invoices", list_invoices),
            Route("/v1/{tenant}/invoices/{id}", show_invoice),
        ],
        exception_handlers=problem_handlers(),
        lifespan=lifespan,
    )
    app.state.database = database
    return app
