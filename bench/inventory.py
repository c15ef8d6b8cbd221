"""The inventory with a million components: taking in, listing, search, ways, history.

A generated company: eight kinds in 300 accounts, three tags and some 500 bytes of aspects each, and
two relations from each component. All of it is taken in, then again as it was, then with one in a
hundred changed; then it is asked. ``INVENTORY_COMPONENTS`` is another number of components.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

COMPONENTS = int(os.environ.get("INVENTORY_COMPONENTS", "1000000"))
KINDS = (
    "aws-ec2-instance",
    "aws-s3-bucket",
    "aws-iam-role",
    "aws-ec2-volume",
    "aws-ec2-security-group",
    "aws-lambda-function",
    "aws-rds-instance",
    "aws-sqs-queue",
)


def main() -> None:
    """Measure it in a state folder of its own."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("INVENTORY_FOLDER")) as folder:
        os.environ["RINGWALL_STATE"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "ringwall.runtime.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _take(0, 1, "taking in for the first time")
        _take(0, 2, "the same again")
        _take(100, 3, "one in a hundred changed")
        size = sum(one.stat().st_size for one in (Path(folder) / "tables").iterdir())
        print(f"{'on disk':<44} {size / 1e6:>8,.0f} MB")
        _ask()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'most memory of all of it':<44} {peak:>8,.0f} MB")


def timed(what: str, run: Callable[[], Any]) -> Any:
    """Run it, and print how long it took on the clock and on the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = run()
    took, cpu = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what:<44} {took:>8.2f} s {cpu:>8.2f} s of processor", flush=True)
    return found


def identity(number: int) -> tuple[str, str]:
    """Kind and name of a component."""
    kind = KINDS[number % 8]
    account, service = 100_000_000_000 + number % 300, number % 5000
    region, thing = f"eu-west-{number % 3}", f"thing/{number:07d}-service-{service}"
    return kind, f"arn:aws:{kind.split('-')[1]}:{region}:{account}:{thing}"


def _components(odd: int) -> Iterator[Any]:
    from ringwall.core.components import Found
    from ringwall.core.observations import Collected, Observation, State

    for number in range(COMPONENTS):
        kind, name = identity(number)
        stopped = (number * 7919) % 10_000 < odd
        listed = {
            "Arn": name,
            "Created": "2026-01-01",
            "State": "stopped" if stopped else "running",
            "Policy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["s3:GetObject", "s3:PutObject"],
                        "Resource": name,
                        "Principal": {"AWS": "arn:aws:iam::100000000001:root"},
                    }
                ],
            },
        }
        more = {"number": number, "subnets": [1, 2, 3], "note": "eu" * 10}
        yield Collected(
            found=Found(
                kind=kind,
                name=name,
                label=f"service-{number % 5000}-{number}",
                account=str(100_000_000_000 + number % 300),
                region=f"eu-west-{number % 3}",
                tags=(
                    ("team", f"team-{number % 40}"),
                    ("env", ("prod", "staging", "dev")[number % 3]),
                    ("Name", f"n{number}"),
                ),
            ),
            aspects={
                "listed": Observation(State.KNOWN, listed, "x:Describe"),
                "attributes": Observation(State.KNOWN, more, "x:Get"),
            },
        )


def _relations() -> Iterator[Any]:
    from ringwall.core.components import Relation, RelationKind
    from ringwall.inventory.listing import INTERNET

    for number in range(COMPONENTS):
        uid = "/".join(identity(number))
        needs = "/".join(identity((number * 31 + 7) % COMPONENTS))
        opens = "/".join(identity((number * 17 + 4) % COMPONENTS))
        yield Relation(RelationKind.DEPENDS_ON, uid, needs)
        if number % 50 == 0:
            yield Relation(RelationKind.EXPOSES, uid, opens)
        else:
            yield Relation(RelationKind.OWNED_BY, uid, opens)
        if number % 1000 == 0:
            yield Relation(RelationKind.CALLS, INTERNET, uid)


def _take(odd: int, day: int, what: str) -> None:
    from ringwall.inventory import service

    at = datetime(2026, 1, day, tzinfo=UTC)
    timed(
        what,
        lambda: service.take(
            "bench", "all", _components(odd), _relations(), complete=True, at=at, opens=KINDS
        ),
    )


def _ask() -> None:
    from ringwall.inventory import service
    from ringwall.inventory.categorising import Rules
    from ringwall.inventory.listing import INTERNET
    from ringwall.inventory.query import parse
    from ringwall.inventory.rules import Rule

    rules = Rules(
        Rule.model_validate(
            {"name": f"t{n}", "match": {"tags": {"team": f"team-{n}"}}, "owner": f"t{n}@x.y"}
        )
        for n in range(40)
    )
    timed("what the internet reaches of all", service.derive)
    timed("40 rules over all, every owner is another", lambda: service.categorise(rules))
    timed("the same again", lambda: service.categorise(rules))
    some = "/".join(identity(COMPONENTS // 2))
    for text in (
        "",
        "kind:aws-s3-bucket",
        "kind:aws-s3-* account:100000000007",
        "tag:team=team-7 tag:env=prod",
        f"n{COMPONENTS - 1}",
        "name:service-17-*",
        "is:unowned",
        "reach:internet",
        "environment:staging",
        "owner:t3@x.y -kind:aws-ec2-*",
    ):
        query = parse(text)
        timed(f"list: {text or 'all'}", partial(service.find, query, limit=50))
        timed(f"count: {text or 'all'}", partial(service.count, query))
    timed("one component with all there is", lambda: [service.get(some), service.told_of(some)])
    timed("its history", lambda: service.history(some))
    timed("its neighbours", lambda: service.neighbours(some))
    ways = timed("ways from the internet to it", lambda: service.paths(INTERNET, some))
    print(f"  {len(ways.ways)} ways, {ways.looked_at:,} components looked at", file=sys.stderr)
    begin, end = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    drift = timed("drift of a day, all of it", lambda: sum(1 for _ in service.drift(begin, end)))
    print(f"  {drift:,} components changed", file=sys.stderr)
