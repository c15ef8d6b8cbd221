"""The tables of orders and their queries. Every query names the tenant first."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from shop.orders.order import Order, Payment, Status
from shop.orders.placing import Line, Stocked

SCHEMA: Final = """
CREATE TABLE products (
    tenant TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    stock INTEGER NOT NULL CHECK (stock >= 0),
    PRIMARY KEY (tenant, sku)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL,
    reference TEXT NOT NULL,
    note TEXT NOT NULL,
    currency TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    charge_id TEXT,
    invoice_id TEXT,
    invoice_number INTEGER,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number),
    UNIQUE (tenant, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE lines (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_cents INTEGER NOT NULL CHECK (unit_cents > 0),
    PRIMARY KEY (tenant, order_id, position),
    FOREIGN KEY (tenant, order_id) REFERENCES orders (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX events_of_tenant ON events (tenant, id)
"""


def read_products(connection: sqlite3.Connection, *, tenant: str) -> dict[str, Stocked]:
    """Return every product of the tenant by its sku."""
    rows = connection.execute(
        "SELECT sku, name, price_cents, stock FROM products WHERE tenant = ?", (tenant,)
    )
    return {row["sku"]: Stocked(row["name"], row["price_cents"], row["stock"]) for row in rows}


def read_stock(connection: sqlite3.Connection, *, tenant: str) -> dict[str, int]:
    """Return how many of each product are left."""
    return {sku: item.stock for sku, item in read_products(connection, tenant=tenant).items()}


def change_stock(
    connection: sqlite3.Connection, *, tenant: str, lines: Iterable[Line], sign: int
) -> None:
    """Take the lines out of stock (``sign`` -1) or give them back (+1)."""
    connection.executemany(
        "UPDATE products SET stock = stock + ? WHERE tenant = ? AND sku = ?",
        [(sign * line.quantity, tenant, line.sku) for line in lines],
    )


def insert_order(
    connection: sqlite3.Connection, order: Order, *, key: str, fingerprint: str
) -> None:
    """Write a new order and its lines."""
    payment = order.payment
    connection.execute(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.tenant,
            order.id,
            order.number,
            key,
            fingerprint,
            order.status,
            order.reference,
            order.note,
            order.currency,
            order.placed_at,
            order.updated_at,
            payment and payment.charge_id,
            payment and payment.invoice_id,
            payment and payment.invoice_number,
        ),
    )
    connection.executemany(
        "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (order.tenant, order.id, at, line.sku, line.name, line.quantity, line.unit_cents)
            for at, line in enumerate(order.lines)
        ],
    )


def find_order(connection: sqlite3.Connection, *, tenant: str, order_id: str) -> Order | None:
    """Return an order of this tenant."""
    row = connection.execute(
        "SELECT * FROM orders WHERE tenant = ? AND id = ?", (tenant, order_id)
    ).fetchone()
    return None if row is None else _order(connection, row)


def find_by_key(
    connection: sqlite3.Connection, *, tenant: str, key: str
) -> tuple[Order, str] | None:
    """Return the order that came with this idempotency key, and its body's fingerprint."""
    row = connection.execute(
        "SELECT * FROM orders WHERE tenant = ? AND idempotency_key = ?", (tenant, key)
    ).fetchone()
    return None if row is None else (_order(connection, row), row["fingerprint"])


def list_orders(
    connection: sqlite3.Connection, *, tenant: str, limit: int, before: int
) -> list[Order]:
    """Return up to ``limit`` orders numbered below ``before``, newest first."""
    rows = connection.execute(
        "SELECT * FROM orders WHERE tenant = ? AND number < ? ORDER BY number DESC LIMIT ?",
        (tenant, before, limit),
    ).fetchall()
    return [_order(connection, row) for row in rows]


def list_unsettled(connection: sqlite3.Connection, *, until: str) -> list[Order]:
    """Return the orders of all tenants that billing still has to hear of, changed by ``until``."""
    rows = connection.execute(
        "SELECT * FROM orders WHERE status IN (?, ?) AND updated_at <= ? ORDER BY placed_at",
        (Status.PENDING, Status.CANCELLING, until),
    ).fetchall()
    return [_order(connection, row) for row in rows]


def next_number(connection: sqlite3.Connection, *, tenant: str) -> int:
    """Return the number of the tenant's next order."""
    row = connection.execute(
        "SELECT coalesce(max(number), 0) + 1 FROM orders WHERE tenant = ?", (tenant,)
    ).fetchone()
    return int(row[0])


def update_order(
    connection: sqlite3.Connection,
    *,
    tenant: str,
    order_id: str,
    expected: Status,
    status: Status,
    at: str,
    payment: Payment | None,
) -> bool:
    """Move an order on if it still has the ``expected`` status; whether it had.

    A ``payment`` is written, none leaves the one that is there.
    """
    changed = connection.execute(
        "UPDATE orders SET status = ?, updated_at = ?, charge_id = coalesce(?, charge_id),"
        " invoice_id = coalesce(?, invoice_id), invoice_number = coalesce(?, invoice_number)"
        " WHERE tenant = ? AND id = ? AND status = ?",
        (
            status,
            at,
            payment and payment.charge_id,
            payment and payment.invoice_id,
            payment and payment.invoice_number,
            tenant,
            order_id,
            expected,
        ),
    )
    return changed.rowcount == 1


def _order(connection: sqlite3.Connection, row: sqlite3.Row) -> Order:
    lines = connection.execute(
        "SELECT sku, name, quantity, unit_cents FROM lines"
        " WHERE tenant = ? AND order_id = ? ORDER BY position",
        (row["tenant"], row["id"]),
    )
    return Order(
        tenant=row["tenant"],
        id=row["id"],
        number=row["number"],
        status=Status(row["status"]),
        reference=row["reference"],
        note=row["note"],
        currency=row["currency"],
        placed_at=row["placed_at"],
        updated_at=row["updated_at"],
        lines=tuple(Line(**line) for line in lines),
        payment=None
        if row["charge_id"] is None
        else Payment(row["charge_id"], row["invoice_id"], row["invoice_number"]),
    )
