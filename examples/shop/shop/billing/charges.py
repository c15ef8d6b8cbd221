"""What billing decides: which charge is acceptable, and what it looks like from outside."""

from dataclasses import dataclass
from typing import Final

from shop.payload import Fields

LIMIT_CENTS: Final = 1_000_000
"""The most one charge may take; above it the customer has to be asked another way."""


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """What orders asks for."""

    order_id: str
    description: str
    amount_cents: int
    currency: str

    @classmethod
    def read(cls, fields: Fields, *, currency: str) -> "ChargeRequest":
        """Read and check the body; the tenant's accounts are kept in one ``currency``."""
        request = cls(
            order_id=fields.text("order_id", longest=40),
            description=fields.text("description", longest=120),
            amount_cents=fields.integer("amount_cents", least=1, most=1_000_000_000),
            currency=fields.text("currency", longest=3),
        )
        if request.currency and request.currency != currency:
            fields.complain("currency", f"currency is {currency} for this tenant")
        fields.finish()
        return request


@dataclass(frozen=True, slots=True)
class Invoice:
    """The paper of one charge; ``status`` is ``paid`` or ``credited`` (money given back)."""

    id: str
    number: int
    charge_id: str
    order_id: str
    description: str
    amount_cents: int
    currency: str
    status: str
    issued_at: str
    credited_at: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """Money taken for one order; ``status`` is ``captured`` or ``refunded``."""

    id: str
    order_id: str
    amount_cents: int
    currency: str
    status: str
    created_at: str
    refunded_at: str | None
    invoice_id: str
    invoice_number: int
