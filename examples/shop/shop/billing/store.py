"""Billing's tables and queries. Every query names the tenant first."""

import secrets
import sqlite3
from typing import Final

from shop.billing.charges import Charge, ChargeRequest, Invoice
from shop.clock import now
from shop.past_orders import FIRST_NUMBER, past_orders
from shop.tenancy import TENANTS

SCHEMA: Final = """
CREATE TABLE charges (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    order_id TEXT NOT NULL,
    description TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    currency TEXT NOT NULL,
    created_at TEXT NOT NULL,
    refunded_at TEXT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE invoices (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    charge_id TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, number),
    UNIQUE (tenant, charge_id),
    FOREIGN KEY (tenant, charge_id) REFERENCES charges (tenant, id)
) STRICT, WITHOUT ROWID
"""

_CHARGE: Final = """
SELECT c.id, c.order_id, c.amount_cents, c.currency,
       iif(c.refunded_at IS NULL, 'captured', 'refunded') AS status,
       c.created_at, c.refunded_at, i.id AS invoice_id, i.number AS invoice_number
FROM charges AS c JOIN invoices AS i ON i.tenant = c.tenant AND i.charge_id = c.id
WHERE c.tenant = :tenant
"""

_INVOICE: Final = """
SELECT i.id, i.number, c.id AS charge_id, c.order_id, c.description, c.amount_cents, c.currency,
       iif(c.refunded_at IS NULL, 'paid', 'credited') AS status,
       i.issued_at, c.refunded_at AS credited_at
FROM invoices AS i JOIN charges AS c ON c.tenant = i.tenant AND c.id = i.charge_id
WHERE i.tenant = :tenant
"""


def take_charge(
    connection: sqlite3.Connection,
    *,
    tenant: str,
    key: str,
    fingerprint: str,
    request: ChargeRequest,
) -> tuple[Charge, bool] | None:
    """Take a charge and issue its invoice, once per key.

    Returns the charge and whether it is new; ``None`` when the key came with another body.
    """
    known = connection.execute(
        "SELECT id, fingerprint FROM charges WHERE tenant = ? AND idempotency_key = ?",
        (tenant, key),
    ).fetchone()
    if known is not None:
        if known["fingerprint"] != fingerprint:
            return None
        charge = find_charge(connection, tenant=tenant, charge_id=known["id"])
        return None if charge is None else (charge, False)
    charge_id, moment = f"chg-{secrets.token_hex(8)}", now()
    _insert(
        connection,
        tenant=tenant,
        charge_id=charge_id,
        key=key,
        fingerprint=fingerprint,
        request=request,
        moment=moment,
        invoice_id=f"inv-{secrets.token_hex(8)}",
    )
    charge = find_charge(connection, tenant=tenant, charge_id=charge_id)
    return None if charge is None else (charge, True)


def _insert(
    connection: sqlite3.Connection,
    *,
    tenant: str,
    charge_id: str,
    key: str,
    fingerprint: str,
    request: ChargeRequest,
    moment: str,
    invoice_id: str,
) -> None:
    connection.execute(
        "INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            tenant,
            charge_id,
            key,
            fingerprint,
            request.order_id,
            request.description,
            request.amount_cents,
            request.currency,
            moment,
        ),
    )
    connection.execute(
        "INSERT INTO invoices SELECT :tenant, :id, coalesce(max(number) + 1, :first), :charge, :at"
        " FROM invoices WHERE tenant = :tenant",
        {
            "tenant": tenant,
            "id": invoice_id,
            "first": FIRST_NUMBER[tenant],
            "charge": charge_id,
            "at": moment,
        },
    )


def find_charge(connection: sqlite3.Connection, *, tenant: str, charge_id: str) -> Charge | None:
    """Return a charge of this tenant."""
    row = connection.execute(
        _CHARGE + "AND c.id = :id", {"tenant": tenant, "id": charge_id}
    ).fetchone()
    return None if row is None else Charge(**row)


def refund(connection: sqlite3.Connection, *, tenant: str, charge_id: str) -> Charge | None:
    """Give the money back, once; a second call changes nothing. ``None``: no such charge."""
    connection.execute(
        "UPDATE charges SET refunded_at = ? WHERE tenant = ? AND id = ? AND refunded_at IS NULL",
        (now(), tenant, charge_id),
    )
    return find_charge(connection, tenant=tenant, charge_id=charge_id)


def list_invoices(
    connection: sqlite3.Connection, *, tenant: str, limit: int, before: int
) -> list[Invoice]:
    """Return up to ``limit`` invoices numbered below ``before``, newest first."""
    rows = connection.execute(
        _INVOICE + "AND i.number < :before ORDER BY i.number DESC LIMIT :limit",
        {"tenant": tenant, "before": before, "limit": limit},
    )
    return [Invoice(**row) for row in rows]


def find_invoice(connection: sqlite3.Connection, *, tenant: str, invoice_id: str) -> Invoice | None:
    """Return an invoice of this tenant."""
    row = connection.execute(
        _INVOICE + "AND i.id = :id", {"tenant": tenant, "id": invoice_id}
    ).fetchone()
    return None if row is None else Invoice(**row)


def seed(connection: sqlite3.Connection) -> None:
    """Fill empty tables with the charges of the past orders."""
    for past in past_orders():
        request = ChargeRequest(
            past.order_id,
            f"Order {past.number}",
            past.total_cents,
            TENANTS[past.tenant].currency,
        )
        _insert(
            connection,
            tenant=past.tenant,
            charge_id=past.charge_id,
            key=past.order_id,
            fingerprint="",
            request=request,
            moment=past.placed_at,
            invoice_id=past.invoice_id,
        )
        if past.status == "cancelled":
            connection.execute(
                "UPDATE charges SET refunded_at = created_at WHERE tenant = ? AND id = ?",
                (past.tenant, past.charge_id),
            )
