"""What it takes to find all ways from the internet to what two accounts keep, and what ends them.

Each account has 200 roles, buckets, functions and instances, 50 load balancers and 50 APIs before
them, and 50 roles that trust the other account. Then those of one of them with 2,000 more buckets,
of which one role reads all; and those of one account of 150 roles that may all be given to a
function by each of them, which makes 22,500 hops.
"""

import resource
import time
from collections.abc import Sequence
from random import Random
from typing import Final

from tests.posture.lands import NUMBERS, REGION, Made, read

from ringwall.posture.across import land_of
from ringwall.posture.attacks import assets_of, attacks

SIZE: Final = 200
FRONTS: Final = SIZE // 4
BUCKETS: Final = 2_000
PASSING: Final = 150


def main() -> None:
    """Print how long each takes, and how much is found."""
    chance = Random(1)
    lands = [_made(number, chance) for number in NUMBERS]
    for one, other in (lands, lands[::-1]):
        for role in list(one.trusts)[:FRONTS]:
            lets = {"Effect": "Allow", "Principal": {"AWS": other.number}}
            one.trusts[role].append(lets | {"Action": "sts:AssumeRole"})
    _walk(f"two accounts of {SIZE} roles as one land", lands)
    _walk(f"one of {SIZE} roles and {BUCKETS:,} more buckets", [_keeping(NUMBERS[0])])
    _walk(f"one of {PASSING} roles, each of which may pass all", [_passing(NUMBERS[0])])
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _walk(name: str, lands: Sequence[Made]) -> None:
    snapshots = read(lands)
    began = time.perf_counter()
    land = land_of(snapshots)
    print(f"{name}: {time.perf_counter() - began:.1f} s, {len(land.hops):,} hops")
    for number, snapshot in snapshots.items():
        began = time.perf_counter()
        kept = list(assets_of(snapshot, number, lambda _: ("confidential", "all is")))
        told = attacks(snapshot, number, kept, land=land)
        took = time.perf_counter() - began
        print(
            f"{len(kept)} buckets of {number}: {took:.1f} s, {len(told.paths):,} ways,"
            f" {len(told.single):,} changes, a cut of {len(told.cut)}"
        )


def _keeping(number: str) -> Made:
    land = _made(number, Random(1))
    for at in range(BUCKETS):
        land.policies[f"arn:aws:s3:::x{at}-{number}"] = []
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    next(iter(land.owned.values())).append(reads)
    return land


def _passing(number: str) -> Made:
    land = Made(number)
    lets = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    for at in range(PASSING):
        arn, bucket = land.role(f"r{at}"), f"arn:aws:s3:::b{at}"
        land.trusts[arn] = [lets | {"Action": "sts:AssumeRole"}]
        calls = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]
        land.owned[arn] = [
            {"Effect": "Allow", "Action": calls, "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket}/*"},
        ]
        land.policies[bucket] = []
        land.functions[f"arn:aws:lambda:{REGION}:{number}:function:f{at}"] = arn
    api = f"arn:aws:apigateway:{REGION}::/apis/a"
    land.apis[api] = list(land.functions)[:1]
    land.open_apis.add(api)
    return land


def _made(number: str, chance: Random) -> Made:
    land = Made(number)
    for at in range(SIZE):
        arn = land.role(f"r{at}-{number[0]}")
        service = ["lambda.amazonaws.com", "ec2.amazonaws.com"]
        lets = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        land.owned[arn], land.trusts[arn] = [], [lets]
        land.policies[f"arn:aws:s3:::b{at}-{number}"] = []
    roles, buckets = list(land.owned), list(land.policies)
    for at in range(SIZE):
        land.functions[f"arn:aws:lambda:{REGION}:{number}:function:f{at}"] = chance.choice(roles)
        land.instances[f"arn:aws:ec2:{REGION}:{number}:instance/i-{at}"] = chance.choice(roles)
    for at in range(FRONTS):
        land.behind[f"l{at}"] = chance.sample(list(land.instances), 3)
        api = f"arn:aws:apigateway:{REGION}::/apis/a{at}-{number}"
        land.apis[api] = chance.sample(list(land.functions), 3)
        land.open_apis.add(api)
        land.open_listeners.add(f"l{at}")
    for own in land.owned.values():
        reads = [f"{one}/*" for one in chance.sample(buckets, 3)]
        own += [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": one} for one in reads]
        if chance.random() < 0.2:
            own.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    return land
