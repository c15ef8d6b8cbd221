"""Make an account in moto's server, judge it, and print recall and precision by check."""

import os
import sys
import time
from dataclasses import fields
from typing import Final

from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import Size
from tests.posture.accounts.reading import Reading, cloud_checks
from tests.posture.accounts.scoring import score
from tests.posture.accounts.serving import CREDENTIALS, moto_server

_USE: Final = "python -m tests.posture.accounts [buckets=200] [users=60] ... (one of each else)"


def main(arguments: list[str]) -> None:
    """``<kind>=<count>`` for each kind of which there are to be more than its specimens."""
    named = {one.name for one in fields(Size)}
    told = dict(one.partition("=")[::2] for one in arguments)
    if not set(told) <= named or not all(count.isdigit() for count in told.values()):
        sys.exit(f"{_USE}: {', '.join(sorted(named))}")
    size = Size(**{name: int(told.get(name, "1")) for name in named})
    with moto_server() as address:
        os.environ.update(CREDENTIALS, AWS_ENDPOINT_URL=address)
        reading = Reading()
        made = generate(reading.client, size)
        began = time.perf_counter()
        verdicts = reading.judge(cloud_checks())
        took = time.perf_counter() - began
    found, none = score(made.labels, verdicts, reading.snapshot, cloud_checks())
    width = max(map(len, found), default=0)
    for check, one in sorted(found.items()):
        print(f"{check:{width}}  {one.line}")
    print(f"\nfound by no check: {', '.join(none) or 'nothing'}")
    print(f"{len(made.labels):,} labels, {len(reading.faults.sent):,} calls, {took:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
