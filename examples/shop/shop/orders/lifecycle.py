"""The steps of an order's life, each one transaction: order, stock and event change together."""

import secrets
import sqlite3
from typing import Final

from shop.clock import now
from shop.idempotency import fingerprint
from shop.orders import events, store
from shop.orders.order import Order, Payment, Status
from shop.orders.placing import Refusal, Wanted, agree
from shop.tenancy import TENANTS

GIVES_STOCK_BACK: Final = frozenset({Status.DECLINED, Status.CANCELLED})


def place(
    connection: sqlite3.Connection, *, tenant: str, key: str, wanted: Wanted
) -> tuple[Order, bool] | Refusal | None:
    """Keep a new order as ``pending`` and set its stock aside, once per key.

    Returns the order and whether it is new; a refusal; or ``None`` when the key came before
    with another body.
    """
    mark = fingerprint(wanted.content())
    known = store.find_by_key(connection, tenant=tenant, key=key)
    if known is not None:
        order, known_mark = known
        return (order, False) if known_mark == mark else None
    lines = agree(wanted, store.read_products(connection, tenant=tenant))
    if isinstance(lines, Refusal):
        return lines
    moment = now()
    order = Order(
        tenant=tenant,
        id=f"ord-{secrets.token_hex(8)}",
        number=store.next_number(connection, tenant=tenant),
        status=Status.PENDING,
        reference=wanted.reference,
        note=wanted.note,
        currency=TENANTS[tenant].currency,
        placed_at=moment,
        updated_at=moment,
        lines=lines,
        payment=None,
    )
    store.insert_order(connection, order, key=key, fingerprint=mark)
    store.change_stock(connection, tenant=tenant, lines=lines, sign=-1)
    events.record(connection, order)
    return order, True


def move(
    connection: sqlite3.Connection,
    *,
    tenant: str,
    order_id: str,
    expected: Status,
    status: Status,
    payment: Payment | None = None,
) -> Order | None:
    """Move an order from ``expected`` to ``status``; return it as it is afterwards.

    An order that has left ``expected`` meanwhile stays as it is. ``None``: no such order.
    """
    moved = store.update_order(
        connection,
        tenant=tenant,
        order_id=order_id,
        expected=expected,
        status=status,
        at=now(),
        payment=payment,
    )
    order = store.find_order(connection, tenant=tenant, order_id=order_id)
    if moved and order is not None:
        if status in GIVES_STOCK_BACK:
            store.change_stock(connection, tenant=tenant, lines=order.lines, sign=+1)
        events.record(connection, order)
    return order
