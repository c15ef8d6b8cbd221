"""How glibc shares memory among threads, where that is what runs below Python."""

import ctypes
from contextlib import suppress
from typing import Final

_M_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of ``malloc.h``; see mallopt(3)."""


def keep_one_heap() -> None:
    """Have threads share one heap: each would keep what its largest answer took.

    Before threads are started. They wait for AWS nearly all of the time, and seldom for each other.
    """
    with suppress(OSError, AttributeError):  # another library of C, which has none of this
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
