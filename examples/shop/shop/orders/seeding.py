"""The first start of orders: products with their stock, and the past orders."""

import sqlite3

from shop.catalogue import CATALOGUE
from shop.orders import store
from shop.orders.order import Order, Payment, Status
from shop.orders.placing import Line
from shop.past_orders import past_orders
from shop.tenancy import TENANTS


def seed(connection: sqlite3.Connection) -> None:
    """Fill empty tables."""
    for tenant, products in CATALOGUE.items():
        connection.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?)",
            [(tenant, p.sku, p.name, p.price_cents, p.stock) for p in products],
        )
    for past in past_orders():
        known = {p.sku: p for p in CATALOGUE[past.tenant]}
        order = Order(
            tenant=past.tenant,
            id=past.order_id,
            number=past.number,
            status=Status(past.status),
            reference=past.reference,
            note="",
            currency=TENANTS[past.tenant].currency,
            placed_at=past.placed_at,
            updated_at=past.placed_at,
            lines=tuple(
                Line(sku, known[sku].name, quantity, known[sku].price_cents)
                for sku, quantity in past.lines
            ),
            payment=Payment(past.charge_id, past.invoice_id, past.invoice_number),
        )
        store.insert_order(connection, order, key=order.id, fingerprint="")
