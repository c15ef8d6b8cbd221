"""When memory is collected: not while very much is built that is all needed."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collected_later() -> Iterator[None]:
    """Pause the collector of cyclic garbage, which looks at all that was built again and again.

    Nothing is lost by it: whatever is in no cycle is freed at once, as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
