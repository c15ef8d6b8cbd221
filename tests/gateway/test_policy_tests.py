"""The shop's own tests of its policies pass, and fail once a policy is gone."""

from pathlib import Path

from ringwall.gateway.answers import Answers
from ringwall.gateway.policy_tests import Result, read, run, untouched
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import load_sources
from ringwall.runtime.configuration.loading import load
from ringwall.runtime.current import all_sections

SHOP = Path(__file__).parents[2] / "examples" / "shop"
FILE = Path("policies/tests/orders.yaml")


def _results(wanted: Wanted) -> list[Result]:
    return list(run(Answers(wanted), read(SHOP / FILE, FILE, wanted)))


def test_the_shops_policies_are_what_its_tests_say() -> None:
    configuration = load(SHOP / "ringwall.yaml", all_sections())
    wanted = Wanted.of(configuration)
    results = _results(wanted)
    assert [one.placed.case.name for one in results if one.reasons] == []
    assert "customers-read" not in untouched(wanted, results)

    weaker = [
        (name, data.replace(b"!= resource.tenant }", b"!= resource.tenant && false }"))
        for name, data in configuration.sources
    ]
    assert weaker != list(configuration.sources)
    loose = Wanted.of(load_sources(weaker, all_sections(), root=SHOP))
    failed = {one.placed.case.name: one.reasons for one in _results(loose) if one.reasons}
    assert list(failed) == ["North never sees South"]
    assert failed["North never sees South"] == (
        "expected deny, but it is allowed by customers-read",
    )
