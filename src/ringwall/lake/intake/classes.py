"""The event classes of OCSF 1.8.0, https://schema.ocsf.io/1.8.0/classes."""

from collections.abc import Mapping
from typing import Final

VERSION: Final = "1.8.0"

_CLASSES: Final[Mapping[int, tuple[int, ...]]] = {
    0: (0,),
    1: (
        1001,
        1002,
        1003,
        1004,
        1005,
        1006,
        1007,
        1008,
        1009,
        1010,
        201001,
        201002,
        201003,
        201004,
    ),
    2: (
        2001,
        2002,
        2003,
        2004,
        2005,
        2006,
        2007,
        2008,
    ),
    3: (
        3001,
        3002,
        3003,
        3004,
        3005,
        3006,
    ),
    4: (
        4001,
        4002,
        4003,
        4004,
        4005,
        4006,
        4007,
        4008,
        4009,
        4010,
        4011,
        4012,
        4013,
        4014,
    ),
    5: (
        5001,
        5002,
        5003,
        5004,
        5006,
        5007,
        5008,
        5009,
        5010,
        5011,
        5012,
        5013,
        5014,
        5015,
        5016,
        5017,
        5018,
        5019,
        5020,
        5021,
        5022,
        5023,
        5040,
        205004,
        205005,
        205019,
    ),
    6: (
        6001,
        6002,
        6003,
        6004,
        6005,
        6006,
        6007,
        6008,
    ),
    7: (
        7001,
        7002,
        7003,
        7004,
    ),
    8: (
        8001,
        8002,
    ),
}
"""By category."""

CATEGORY_OF: Final[Mapping[int, int]] = {
    one: category for category, classes in _CLASSES.items() for one in classes
}
"""The category_uid of each class_uid that there is."""
