"""What happened to orders, in the order it happened: written with the change, read by streams."""

import json
import sqlite3
from dataclasses import dataclass

from shop.orders.order import Order


@dataclass(frozen=True, slots=True)
class Event:
    """One change; ``id`` grows, ``body`` is one line of JSON."""

    id: int
    body: str


def record(connection: sqlite3.Connection, order: Order) -> None:
    """Write down the state an order has just reached, in the transaction that changed it."""
    body = {"type": f"order.{order.status}", "order": order.as_json()}
    connection.execute(
        "INSERT INTO events (tenant, body) VALUES (?, ?)", (order.tenant, json.dumps(body))
    )


def read_after(
    connection: sqlite3.Connection, *, tenant: str, after: int, limit: int
) -> list[Event]:
    """Return up to ``limit`` events of the tenant that came after the event ``after``."""
    rows = connection.execute(
        "SELECT id, body FROM events WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?",
        (tenant, after, limit),
    )
    return [Event(row["id"], row["body"]) for row in rows]


def last_id(connection: sqlite3.Connection, *, tenant: str) -> int:
    """Return the id of the tenant's newest event, 0 when there is none."""
    row = connection.execute(
        "SELECT coalesce(max(id), 0) FROM events WHERE tenant = ?", (tenant,)
    ).fetchone()
    return int(row[0])
