"""The roles of a configuration: what they include, who may have them, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.access.built_in import BUILT_IN
from ringwall.access.config import ACCESS, Access, RoleSettings
from ringwall.access.model import Holders
from ringwall.access.roles import roles_in, with_all_askers
from ringwall.access.sections import SECTIONS
from ringwall.runtime.configuration import ConfigurationError, Problem, load, load_text


def judged(section: str) -> tuple[Access | None, tuple[Problem, ...]]:
    """The section as it was read, or what is wrong with it."""
    try:
        found = load_text(f"version: 1\naccess:\n{section}", SECTIONS)
    except ConfigurationError as error:
        return None, error.problems
    return found.one(Access, ACCESS), ()


def problem_in(section: str) -> Problem:
    """The only thing that is wrong."""
    _, problems = judged(section)
    assert len(problems) == 1, [str(one) for one in problems]
    return problems[0]


def test_roles_are_declared_with_what_they_include_and_who_may_have_them() -> None:
    access, _ = judged(
        "  roles:\n"
        "    customer: {}\n"
        "    reader: {held_by: anyone}\n"
        "    support: {held_by: provider, includes: [reader, customer]}\n"
        "    developer: {includes: [support]}\n"
    )
    assert access is not None
    roles = roles_in(access)
    assert set(roles) == {"customer", "reader", "support", *BUILT_IN}
    assert roles["customer"].holders is Holders.CUSTOMER
    assert roles["support"].includes == ("reader", "customer")
    assert (roles["developer"].includes, roles["developer"].holders) == (
        ("support",),
        Holders.PROVIDER,
    )
    assert roles["owner"].includes == ()


def test_without_declared_roles_policies_have_none_to_name() -> None:
    assert not roles_in(Access())
    assert not roles_in(Access(groups=("engineering",)))


def test_a_role_that_is_not_there_is_told_with_the_nearest_one() -> None:
    found = problem_in("  roles:\n    reader: {}\n    support: {includes: [readr]}\n")
    assert str(found.place) == "ringwall.yaml:5:26"
    assert (found.value, found.nearest) == ("readr", "reader")


@pytest.mark.parametrize("held_by", ["customer", "anyone"])
@pytest.mark.parametrize("own", ["support", "owner"])
def test_no_role_of_customers_includes_one_of_the_companys(held_by: str, own: str) -> None:
    found = problem_in(
        "  roles:\n"
        "    support: {held_by: provider}\n"
        f"    clerk: {{held_by: {held_by}, includes: [{own}]}}\n"
    )
    assert found.path == (ACCESS, "roles", "clerk", "includes", 0)
    assert "rights to customers" in found.message


def test_nor_by_the_role_that_administers_a_customers_organisation() -> None:
    found = problem_in("  roles: {administrator: {includes: [auditor]}}\n")
    assert '"administrator", which members of customers' in found.message


def test_a_circle_is_named_in_full() -> None:
    found = problem_in(
        "  roles:\n"
        "    a: {}\n"
        "    b: {includes: [a, c]}\n"
        "    c: {includes: [d]}\n"
        "    d: {includes: [a, b]}\n"
    )
    assert found.message.endswith("b > c > d > b")
    assert found.path == (ACCESS, "roles", "d", "includes", 1)
    assert problem_in("  roles: {a: {includes: [a]}}\n").message.endswith("a > a")


def test_who_has_a_role_of_ringwalls_own_is_not_changed() -> None:
    found = problem_in("  roles: {auditor: {held_by: anyone}}\n")
    assert found.allowed == "held_by: provider, or another name"
    access, _ = judged("  roles: {auditor: {held_by: provider}}\n")
    assert access is not None


@pytest.mark.parametrize(
    "name", ["Support", "sup,port", "@support", "a b", "-a", "a-", "a" * 65, "ä", '""', "\u0430"]
)
def test_names_of_roles_have_the_form_that_tokens_can_list(name: str) -> None:
    _, problems = judged(f"  roles: {{{name!r}: {{}}}}\n")
    assert problems


@pytest.mark.parametrize("name", ["a,b", "@a", " a", "a ", 'a"b', "a\\b", "ä", "", "a" * 65])
def test_groups_that_no_header_could_list_cannot_be_declared(name: str) -> None:
    found = problem_in(f"  groups: [{name!r}]\n")
    assert found.path == (ACCESS, "groups", 0)
    assert "without commas" in (found.allowed or "")


def test_groups_are_named_as_providers_name_them() -> None:
    access, _ = judged("  groups: [Engineering Team, 6f1c0a1e-0000-4000-8000-000000000000]\n")
    assert access is not None
    assert access.groups[0] == "Engineering Team"


def test_a_folder_of_policies_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    file = tmp_path / "ringwall.yaml"
    file.write_text("version: 1\naccess: {policies: rules}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(file, SECTIONS)
    assert "there is no policy in rules" in str(caught.value.problems[0])
    (tmp_path / "rules").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        load(file, SECTIONS)
    assert "rules has no *.cedar file" in str(caught.value.problems[0])
    (tmp_path / "rules" / "all.cedar").write_text("")
    loaded = load(file, SECTIONS)
    assert loaded.one(Access, ACCESS).policies == "rules"
    assert loaded.attached == ((Path("rules/all.cedar"), b""),)
    file.write_text("version: 1\n")
    assert load(file, SECTIONS).one(Access, ACCESS).policies == "policies"


def test_chains_may_be_as_long_as_there_are_roles() -> None:
    chain = "".join(f"    r{n}: {{includes: [r{n + 1}]}}\n" for n in range(1500))
    access, problems = judged(f"  roles:\n{chain}    r1500: {{}}\n")
    assert access is not None, problems


names = st.sampled_from([f"r{n}" for n in range(6)])


@given(st.dictionaries(names, st.lists(names, max_size=3)))
def test_whatever_passes_has_no_circle(written: dict[str, list[str]]) -> None:
    text = "".join(f"    {name}: {{includes: {includes}}}\n" for name, includes in written.items())
    access, problems = judged(f"  roles:\n{text}" if text else "  roles: {}\n")
    settings = {name: RoleSettings(includes=tuple(one)) for name, one in written.items()}
    circular = any(
        name in reached(settings, one) for name, s in settings.items() for one in s.includes
    )
    assert any("circle" in one.message for one in problems) == circular
    if access is not None:
        assert not circular


def reached(settings: dict[str, RoleSettings], start: str) -> set[str]:
    """All that a role includes, itself too, asked in the plainest way."""
    found, next_ones = {start}, [start]
    while next_ones:
        known = settings.get(next_ones.pop())
        for one in () if known is None else known.includes:
            if one not in found:
                found.add(one)
                next_ones.append(one)
    return found


def test_who_may_ask_is_told_with_all_roles_that_include_theirs() -> None:
    access, _ = judged(
        "  roles:\n"
        "    buyer: {}\n"
        "    senior: {includes: [buyer]}\n"
        "    chief: {includes: [senior]}\n"
        "    seller: {}\n"
        "    refunder: {}\n"
        "  requests:\n"
        "    answered_within: 90m\n"
        "    roles:\n"
        "      refunder: {requestable_by: [buyer], longest: 30m, approvals: 2, proof_within: 5m}\n"
        "      seller: {}\n"
    )
    assert access is not None
    found = with_all_askers(access)
    assert found.answered_within == 5400
    refunder = found.roles["refunder"]
    assert refunder.requestable_by == ("buyer", "chief", "senior")
    assert (refunder.longest, refunder.approvals, refunder.proof_within) == (1800, 2, 300)
    assert (found.roles["seller"].requestable_by, found.roles["seller"].approvals) == ((), 1)


@pytest.mark.parametrize(
    ("wanted", "column"), [("refundr: {}", 7), ("refunder: {requestable_by: [refundr]}", 35)]
)
def test_roles_to_ask_for_are_declared(wanted: str, column: int) -> None:
    found = problem_in(f"  roles:\n    refunder: {{}}\n  requests:\n    roles:\n      {wanted}\n")
    assert str(found.place) == f"ringwall.yaml:7:{column}"
    assert found.nearest == "refunder"


@pytest.mark.parametrize(
    "wrong", ["longest: 31d", "longest: 30s", "approvals: 0", "approvals: 6", "proof_within: 1s"]
)
def test_what_nobody_would_mean_is_refused(wrong: str) -> None:
    problem_in(f"  requests:\n    roles:\n      refunder: {{{wrong}}}\n")
