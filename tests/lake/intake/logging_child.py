"""A service that logs numbers, and says which of them are out of its hands.

``python -m tests.lake.intake.logging_child URL SPILL FIRST COUNT``: with COUNT 0 it never ends.
"""

import itertools
import logging
import sys
import time

from ringwall.lake.handler import IntakeHandler


def main() -> None:
    url, spill, first, count = sys.argv[1:]
    handler = IntakeHandler(url, spill=spill, every=0.05)
    logger = logging.getLogger("child")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    begin = int(first)
    numbers = range(begin, begin + int(count)) if int(count) else itertools.count(begin)
    for number in numbers:
        logger.info("number", extra={"number": number})
        if number % 20 == 19:
            if int(count) == 0:
                handler.flush()
                sys.stdout.write(f"{number}\n")
                sys.stdout.flush()
            time.sleep(0.005)


if __name__ == "__main__":
    main()
