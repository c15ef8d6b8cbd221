"""What is said to end a way ends it: tried on accounts made by chance, and looked at again."""

import os
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.posture.lands import Made, blinded, made_by, read, seen, seen_in, without

from ringwall.posture.attacks import Attacks, Standing
from ringwall.posture.permissions.paths import Path

EXAMPLES = int(os.environ.get("RINGWALL_TEST_LANDS", "12"))


def _places(path: Path) -> tuple[str, ...]:
    return (*(hop.source for hop in path.hops), path.target)


def _reached(told: Attacks) -> set[str]:
    return {one.asset.arn for one in told.assets if one.standing is Standing.REACHED}


def _require_cut(lands: list[Made], number: str, told: Attacks) -> None:
    after = seen(without(lands, told.cut))[number]
    certain = [one for one in told.paths if one.is_certain]
    if certain:
        assert not _reached(after), [one.how for one in told.cut]
    else:
        assert not after.paths, [one.how for one in told.cut]


def _require_changes(lands: list[Made], number: str, told: Attacks, chance: Random) -> None:
    hops = [hop for path in told.paths for hop in path.hops]
    for change in chance.sample(told.single, min(3, len(told.single))):
        wanted = (sorted(change.by), change.account)
        taken = [
            hop for hop in hops if change.by and (sorted(hop.to_change), hop.account) == wanted
        ]
        if not taken:
            continue
        after = seen(without(lands, taken))[number]
        ended = {_places(told.paths[at]) for at in change.ends}
        assert not ended & {_places(one) for one in after.paths}, change.does
        assert not set(change.safe) & _reached(after), change.does


@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 2**32))
def test_the_cut_that_is_named_ends_every_way_and_each_change_those_it_names(seed: int) -> None:
    chance = Random(seed)
    lands = made_by(chance)
    for number, told in seen(lands).items():
        if told.paths:
            _require_cut(lands, number, told)
            _require_changes(lands, number, told, chance)


@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 2**32))
def test_what_may_not_be_read_never_makes_a_way_one_that_is_not_there(seed: int) -> None:
    chance = Random(seed)
    snapshots = read(made_by(chance))
    before = seen_in(snapshots)
    for _ in range(3):
        blind, denied = blinded(snapshots, chance)
        for number, told in seen_in(blind).items():
            gone = {one.asset.arn for one in told.assets if one.standing is Standing.NONE}
            assert not told.blocked or "aws-iam" in denied, denied
            assert not gone & _reached(before[number]), denied


def test_chance_makes_ways_of_every_kind() -> None:
    kinds: set[str] = set()
    for seed in range(12):
        for told in seen(made_by(Random(seed))).values():
            for path in told.paths:
                kinds |= {hop.source.split(":")[2] for hop in path.hops if ":" in hop.source}
                kinds |= {"across"} if len({hop.account for hop in path.hops}) > 1 else set()
                kinds |= set() if path.is_certain else {"perhaps"}
                kinds |= {"administrator"} if "administrator" in str(_places(path)) else set()
    assert kinds >= {"lambda", "ec2", "elasticloadbalancing", "apigateway", "iam", "across"}
    assert kinds >= {"administrator", "perhaps"}
