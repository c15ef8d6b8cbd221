"""The storefront's tables and queries: the catalogue's words, and baskets."""

import sqlite3
import time
from dataclasses import dataclass
from typing import Final

from shop.catalogue import CATALOGUE

SCHEMA: Final = """
CREATE TABLE products (
    tenant TEXT NOT NULL,
    sku TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    line TEXT NOT NULL,
    description TEXT NOT NULL,
    material TEXT NOT NULL,
    size TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    PRIMARY KEY (tenant, sku)
) STRICT, WITHOUT ROWID;

CREATE TABLE basket_lines (
    tenant TEXT NOT NULL,
    basket TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    touched_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, basket, sku),
    FOREIGN KEY (tenant, sku) REFERENCES products (tenant, sku)
) STRICT, WITHOUT ROWID;

CREATE INDEX basket_lines_by_age ON basket_lines (touched_at);

CREATE TABLE checkouts (
    tenant TEXT NOT NULL,
    basket TEXT NOT NULL,
    key TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (tenant, basket, key)
) STRICT, WITHOUT ROWID
"""

MOST_OF_ONE: Final = 99
MOST_LINES: Final = 50
FORGOTTEN_S: Final = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the shop window shows it."""

    sku: str
    name: str
    line: str
    description: str
    material: str
    size: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A product in a basket."""

    product: Product
    quantity: int

    @property
    def total_cents(self) -> int:
        """Price of the line."""
        return self.quantity * self.product.price_cents


_PRODUCT: Final = """
SELECT sku, name, line, description, material, size, price_cents
FROM products WHERE tenant = ?
"""

_BASKET: Final = """
SELECT p.sku, p.name, p.line, p.description, p.material, p.size, p.price_cents, b.quantity
FROM basket_lines AS b JOIN products AS p ON p.tenant = b.tenant AND p.sku = b.sku
WHERE b.tenant = ? AND b.basket = ? ORDER BY p.position
"""


def list_products(connection: sqlite3.Connection, *, tenant: str) -> list[Product]:
    """Return the tenant's products in the order of the shop window."""
    rows = connection.execute(_PRODUCT + "ORDER BY position", (tenant,))
    return [Product(**row) for row in rows]


def find_product(connection: sqlite3.Connection, *, tenant: str, sku: str) -> Product | None:
    """Return one product of the tenant."""
    row = connection.execute(_PRODUCT + "AND sku = ?", (tenant, sku)).fetchone()
    return None if row is None else Product(**row)


def read_basket(connection: sqlite3.Connection, *, tenant: str, basket: str) -> list[BasketLine]:
    """Return what is in a basket."""
    rows = connection.execute(_BASKET, (tenant, basket))
    return [BasketLine(Product(*tuple(row)[:-1]), row["quantity"]) for row in rows]


def set_line(
    connection: sqlite3.Connection,
    *,
    tenant: str,
    basket: str,
    sku: str,
    quantity: int,
    add: bool = False,
) -> bool:
    """Set the quantity of a product, or ``add`` to it; 0 takes it out. False: no such product."""
    if find_product(connection, tenant=tenant, sku=sku) is None:
        return False
    moment = int(time.time())
    connection.execute("DELETE FROM basket_lines WHERE touched_at < ?", (moment - FORGOTTEN_S,))
    before = connection.execute(
        "SELECT quantity FROM basket_lines WHERE tenant = ? AND basket = ? AND sku = ?",
        (tenant, basket, sku),
    ).fetchone()
    if add and before is not None:
        quantity += before["quantity"]
    if quantity == 0:
        connection.execute(
            "DELETE FROM basket_lines WHERE tenant = ? AND basket = ? AND sku = ?",
            (tenant, basket, sku),
        )
        return True
    connection.execute(
        "INSERT OR REPLACE INTO basket_lines VALUES (?, ?, ?, ?, ?)",
        (tenant, basket, sku, min(quantity, MOST_OF_ONE), moment),
    )
    return True


def finish_checkout(
    connection: sqlite3.Connection, *, tenant: str, basket: str, key: str, order_id: str
) -> None:
    """Empty the basket and remember which order it became."""
    connection.execute("DELETE FROM basket_lines WHERE tenant = ? AND basket = ?", (tenant, basket))
    connection.execute(
        "INSERT OR REPLACE INTO checkouts VALUES (?, ?, ?, ?)", (tenant, basket, key, order_id)
    )


def find_checkout(
    connection: sqlite3.Connection, *, tenant: str, basket: str, key: str
) -> str | None:
    """Return the order this basket became when it was sent with this key before."""
    row = connection.execute(
        "SELECT order_id FROM checkouts WHERE tenant = ? AND basket = ? AND key = ?",
        (tenant, basket, key),
    ).fetchone()
    return None if row is None else str(row["order_id"])


def seed(connection: sqlite3.Connection) -> None:
    """Fill empty tables with the catalogue."""
    for tenant, products in CATALOGUE.items():
        connection.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    tenant,
                    p.sku,
                    at,
                    p.name,
                    p.line,
                    p.description,
                    p.material,
                    p.size,
                    p.price_cents,
                )
                for at, p in enumerate(products)
            ],
        )
