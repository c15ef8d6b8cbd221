"""An order, as it is kept and as the API shows it."""

from dataclasses import dataclass
from enum import StrEnum

from shop.orders.placing import Line


class Status(StrEnum):
    """Where an order is in its life."""

    PENDING = "pending"
    PAID = "paid"
    DECLINED = "declined"
    DELIVERED = "delivered"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Payment:
    """What billing answered to the charge for an order."""

    charge_id: str
    invoice_id: str
    invoice_number: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one tenant; money in cents, moments as RFC 3339 in UTC."""

    tenant: str
    id: str
    number: int
    status: Status
    reference: str
    note: str
    currency: str
    placed_at: str
    updated_at: str
    lines: tuple[Line, ...]
    payment: Payment | None

    @property
    def total_cents(self) -> int:
        """What the order costs."""
        return sum(line.quantity * line.unit_cents for line in self.lines)

    def as_json(self) -> dict[str, object]:
        """Return the order as the API shows it."""
        return {
            "id": self.id,
            "number": self.number,
            "status": self.status,
            "reference": self.reference,
            "note": self.note,
            "currency": self.currency,
            "total_cents": self.total_cents,
            "lines": [
                {
                    "sku": line.sku,
                    "name": line.name,
                    "quantity": line.quantity,
                    "unit_cents": line.unit_cents,
                    "total_cents": line.quantity * line.unit_cents,
                }
                for line in self.lines
            ],
            "invoice": None
            if self.payment is None
            else {"id": self.payment.invoice_id, "number": self.payment.invoice_number},
            "placed_at": self.placed_at,
            "updated_at": self.updated_at,
        }
