"""The orders each tenant has on the first start; orders and billing both start from this list.

Ids are hashes of what they name: every start from nothing gives the same ones.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shop.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One order of the past; ``lines`` are pairs of sku and quantity."""

    tenant: str
    number: int
    placed_at: str
    status: str
    reference: str
    lines: tuple[tuple[str, int], ...]

    @property
    def order_id(self) -> str:
        """Id of the order."""
        return f"ord-{self._digest('order')}"

    @property
    def charge_id(self) -> str:
        """Id of its charge."""
        return f"chg-{self._digest('charge')}"

    @property
    def invoice_id(self) -> str:
        """Id of its invoice."""
        return f"inv-{self._digest('invoice')}"

    @property
    def invoice_number(self) -> int:
        """Number of its invoice: billing counts from the same first number."""
        return self.number

    @property
    def total_cents(self) -> int:
        """What was charged for it."""
        prices = {product.sku: product.price_cents for product in CATALOGUE[self.tenant]}
        return sum(prices[sku] * quantity for sku, quantity in self.lines)

    def _digest(self, kind: str) -> str:
        return hashlib.sha256(f"{kind} {self.tenant} {self.number}".encode()).hexdigest()[:16]


NORTH: Final = (
    ("2026-09-03T08:12:40Z", "delivered", "Meeting room", (("oak-table", 1), ("ash-chair", 6))),
    ("2026-09-21T13:05:09Z", "delivered", "Entrance", (("wall-mirror", 1), ("oak-bench", 1))),
    ("2026-10-08T09:47:31Z", "cancelled", "Library, second try", (("pine-shelf", 4),)),
    ("2026-10-09T07:58:02Z", "delivered", "Library", (("pine-shelf", 3), ("reading-lamp", 2))),
    ("2026-11-16T15:22:54Z", "paid", "Quiet corner", (("wool-rug", 1), ("reading-lamp", 1))),
)
SOUTH: Final = (
    ("2026-09-12T10:31:15Z", "delivered", "Roof terrace", (("clay-pot", 12), ("watering-can", 2))),
    ("2026-10-02T16:44:48Z", "delivered", "Tea kitchen", (("steel-kettle", 1), ("olive-tray", 2))),
    ("2026-10-27T11:09:20Z", "delivered", "Herb beds", (("hand-trowel", 4), ("clay-pot", 6))),
    ("2026-11-18T08:36:07Z", "paid", "Autumn market", (("straw-basket", 5), ("stone-mortar", 1))),
)

_BY_TENANT: Final = MappingProxyType({"north": NORTH, "south": SOUTH})
FIRST_NUMBER: Final[Mapping[str, int]] = MappingProxyType({"north": 1001, "south": 2001})


def past_orders() -> Iterator[PastOrder]:
    """Yield every order of the past, oldest first within each tenant."""
    for tenant, rows in _BY_TENANT.items():
        for number, (placed_at, status, reference, lines) in enumerate(
            rows, start=FIRST_NUMBER[tenant]
        ):
            yield PastOrder(tenant, number, placed_at, status, reference, lines)
