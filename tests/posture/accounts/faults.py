"""By which checks a fault is to be found.

Checks are recognised by what other tools call them (``known_as``) or by their own ids, so that the
table holds for checks that come later. One that only partly means the fault stands in no row.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ringwall.posture.checking.finding import KnownCheck

CHECKS: Final[Mapping[str, str]] = {}
