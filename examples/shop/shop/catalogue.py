# ruff: noqa: RUF001 - sizes are written with the multiplication sign
"""What each tenant sells on the first start.

The storefront keeps the words, orders keeps price and stock; both start from this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Product:
    """One thing for sale; ``sku`` names it in addresses, orders and the drawing of it."""

    sku: str
    name: str
    line: str
    description: str
    material: str
    size: str
    price_cents: int
    stock: int


NORTH: Final = (
    Product(
        "oak-table",
        "Oak table",
        "Seats six, or four with papers.",
        "A solid top on four turned legs. The grain runs the whole length and the edge is eased, "
        "so that it is pleasant to lean on. Oiled, not varnished: marks can be rubbed out.",
        "European oak, oiled",
        "180 × 90 × 74 cm",
        64000,
        14,
    ),
    Product(
        "ash-chair",
        "Ash chair",
        "Light enough for one hand.",
        "A steam-bent back and a woven seat. Four of them stack, and the joints can be "
        "tightened with the key that lies under each seat.",
        "Ash, paper cord",
        "48 × 52 × 79 cm",
        18500,
        52,
    ),
    Product(
        "pine-shelf",
        "Pine shelf",
        "Five boards, no screws.",
        "The boards hang in notches and wedge themselves in place under load. Taken apart it "
        "fits behind a door.",
        "Solid pine, soaped",
        "84 × 30 × 190 cm",
        22900,
        23,
    ),
    Product(
        "reading-lamp",
        "Reading lamp",
        "Warm light where the page is.",
        "The arm stays where it is put. A dimmer sits in the foot, within reach from the chair.",
        "Steel, linen shade",
        "32 × 32 × 148 cm",
        12900,
        31,
    ),
    Product(
        "wool-rug",
        "Wool rug",
        "Quiet underfoot.",
        "Flat-woven on both sides, so it can be turned. Undyed light wool with dyed bands.",
        "New wool, cotton warp",
        "170 × 240 cm",
        34500,
        8,
    ),
    Product(
        "oak-bench",
        "Oak bench",
        "For the hall, or a long table.",
        "One board, two trestles and a stretcher between them. Carries three people and their "
        "winter coats.",
        "European oak, oiled",
        "140 × 34 × 45 cm",
        29800,
        3,
    ),
    Product(
        "wall-mirror",
        "Wall mirror",
        "Round, with a shelf for keys.",
        "Clear glass in a thin frame, and a ledge below it as deep as a hand.",
        "Glass, smoked oak",
        "60 × 8 × 68 cm",
        15400,
        17,
    ),
    Product(
        "coat-stand",
        "Coat stand",
        "Five hooks, no wobble.",
        "Three legs find their footing on any floor. The lowest hooks are at a child's height.",
        "Beech, lacquered",
        "46 × 46 × 176 cm",
        9900,
        0,
    ),
)

SOUTH: Final = (
    Product(
        "watering-can",
        "Watering can",
        "Pours where it points.",
        "A long spout with a brass rose that comes off. Balanced to be carried full in one hand.",
        "Zinc-coated steel",
        "9 litres",
        4200,
        40,
    ),
    Product(
        "clay-pot",
        "Clay pot",
        "Breathes, and ages well.",
        "Fired hard enough to stay out in frost. The saucer is included.",
        "Terracotta",
        "Ø 28 × 26 cm",
        2650,
        64,
    ),
    Product(
        "hand-trowel",
        "Hand trowel",
        "Forged in one piece.",
        "A narrow blade with a depth scale and a handle that does not turn in a wet hand.",
        "Carbon steel, ash",
        "31 cm",
        1890,
        75,
    ),
    Product(
        "straw-basket",
        "Straw basket",
        "For the market and the harvest.",
        "Woven tight enough for cherries. Two handles long enough for a shoulder.",
        "Palm leaf, leather",
        "46 × 30 cm",
        3800,
        6,
    ),
    Product(
        "stone-mortar",
        "Stone mortar",
        "Heavy, so that it stays put.",
        "Polished outside, rough inside. The pestle has one wide and one narrow end.",
        "Granite",
        "Ø 18 × 11 cm",
        4700,
        19,
    ),
    Product(
        "olive-tray",
        "Olive tray",
        "One board, carved.",
        "Cut from a single piece, with a rim to hold it by. Each has its own grain.",
        "Olive wood, waxed",
        "42 × 22 cm",
        5400,
        11,
    ),
    Product(
        "steel-kettle",
        "Steel kettle",
        "Sings when it boils.",
        "A wide base for quick heat and a spout for slow pouring. Works on every hob.",
        "Stainless steel",
        "1.6 litres",
        7900,
        26,
    ),
    Product(
        "garden-bench",
        "Garden bench",
        "A place to look from.",
        "Slatted seat and a curved back. Turns silver after the second winter.",
        "Robinia, untreated",
        "150 × 62 × 88 cm",
        38900,
        0,
    ),
)

CATALOGUE: Final[Mapping[str, tuple[Product, ...]]] = MappingProxyType(
    {"north": NORTH, "south": SOUTH}
)
"""By the tenant's slug, in the order of the shop window."""
