"""Files become one set, or are refused with everything that is wrong with them."""

from pathlib import Path

import pytest
from tests.access.language.marking import marked

from ringwall.access import policies
from ringwall.access.policies import LARGEST_FILE, LONGEST_ID, MOST_FILES, PolicySet, read
from ringwall.runtime.configuration.problems import ConfigurationError, Place, Problem

ORDERS = Path("policies/orders.cedar")
BILLING = Path("policies/billing.cedar")
HEAD = "permit (principal, action, resource)"
HIDDEN = "cannot be seen here, and could hide what a policy says"
ONLY_INSIDE = "can stand only in strings and comments"


def _read(*texts: str) -> PolicySet:
    files = (ORDERS, BILLING)
    return read([(files[number], text.encode()) for number, text in enumerate(texts)])


def _problems(*sources: tuple[Path, bytes]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        read(sources)
    return caught.value.problems


def test_files_are_one_set_in_their_order() -> None:
    found = _read(f'@id("one") {HEAD};\n@id("two") {HEAD};', f'@id("three") {HEAD};')
    assert [policy.id for policy in found.policies] == ["one", "two", "three"]
    assert [policy.file for policy in found.policies] == [ORDERS, ORDERS, BILLING]
    assert found.by_id["two"] is found.policies[1]
    assert found.place(found.by_id["two"]) == Place(ORDERS, 2, 1)


def test_set_without_files_permits_nothing() -> None:
    assert read([]).policies == ()
    assert read([]).hash == PolicySet().hash


def test_hash_tells_names_contents_and_order_apart() -> None:
    one, other = b"// one\n", b"// other\n"
    sets = [
        [],
        [(ORDERS, one)],
        [(ORDERS, other)],
        [(BILLING, one)],
        [(ORDERS, one), (BILLING, other)],
        [(ORDERS, other), (BILLING, one)],
        [(BILLING, other), (ORDERS, one)],
        [(ORDERS, one + other)],
        [(ORDERS, one), (BILLING, b""), (Path("c.cedar"), other)],
    ]
    hashes = [read(sources).hash for sources in sets]
    assert len(set(hashes)) == len(sets)
    # Files are named from the configuration's folder, wherever that is; in another folder below it
    # the same file is told of at another place.
    assert read([(Path("team") / ORDERS.name, one)]).hash not in hashes


def test_byte_order_mark_and_windows_line_ends_are_read() -> None:
    text = f'@id("one")\r\n{HEAD}\r\nwhen {{ true }};\r\n@id("two") {HEAD};'
    found = read([(ORDERS, b"\xef\xbb\xbf" + text.encode())])
    assert [str(found.place(policy)) for policy in found.policies] == [
        f"{ORDERS}:1:1",
        f"{ORDERS}:4:1",
    ]


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"\xff\xfep\0", (1, 1), "the file is UTF-16: save it as UTF-8"),
        (b'@id("a")\n//caf\xe9', (2, 6), "byte 0xe9 is not UTF-8: save as UTF-8"),
        (
            b" " * (LARGEST_FILE + 1),
            (1, 1),
            f"the file has {LARGEST_FILE + 1} bytes: not more than {LARGEST_FILE} are read",
        ),
    ],
)
def test_files_that_are_no_text(data: bytes, place: tuple[int, int], message: str) -> None:
    (problem,) = _problems((ORDERS, data))
    assert problem.message == message
    assert problem.place == Place(ORDERS, *place)


def test_too_many_files_are_refused() -> None:
    (problem,) = _problems(*[(Path(f"{n}.cedar"), b"") for n in range(MOST_FILES + 1)])
    assert "not more than 1000 are read" in problem.message


def test_too_many_policies_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "MOST_POLICIES", 2)
    text = "".join(f'@id("p{number}") {HEAD};' for number in range(3))
    (problem,) = _problems((ORDERS, text.encode()))
    assert problem.message == "3 policies: not more than 2 are read"


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        (
            f"\u00a6{HEAD};",
            "the policy has no id: decisions are told by it",
            '@id("kebab-case") before it',
        ),
        (f'@id(\u00a6"") {HEAD};', '"" cannot be an id', None),
        (f"\u00a6@id {HEAD};", '"" cannot be an id', None),
        (f'@id(\u00a6"Support_reads") {HEAD};', '"Support_reads" cannot be an id', "support-reads"),
        (f'@id(\u00a6"supportReads") {HEAD};', '"supportReads" cannot be an id', "support-reads"),
        (f'@id(\u00a6"a--b") {HEAD};', '"a--b" cannot be an id', "a-b"),
        (
            f'@id(\u00a6"{"a" * 65}") {HEAD};',
            f"the id has 65 characters: not more than {LONGEST_ID} are shown",
            None,
        ),
        (f'@idd(\u00a6"a") {HEAD};', "there is no annotation @idd", "id"),
        (
            f'@id("a") @descripton(\u00a6"b") {HEAD};',
            "there is no annotation @descripton",
            "description",
        ),
        (
            f'@id("a") @owner(\u00a6"b") {HEAD};',
            "there is no annotation @owner",
            "@id, @description, @callout or @advice",
        ),
    ],
)
def test_annotations(text: str, message: str, mend: str | None) -> None:
    text, [place] = marked(text)
    (problem,) = _problems((ORDERS, text.encode()))
    assert problem.message == message
    assert problem.place == Place(ORDERS, *place)
    assert mend in {problem.nearest, problem.allowed}


def test_all_annotations_that_are_known_may_stand_together() -> None:
    (policy,) = _read(f'@id("a")@description("b")@callout("d")@advice("c"){HEAD};').policies
    assert policy.annotations == {"id": "a", "description": "b", "callout": "d", "advice": "c"}


def test_id_that_is_taken_is_told_with_who_has_it() -> None:
    text = f'// Orders\n@id("a") {HEAD};'
    (problem,) = _problems((ORDERS, text.encode()), (BILLING, text.encode()))
    assert problem.message == f'the id "a" is taken: {ORDERS}:2:5 has it'
    assert problem.place == Place(BILLING, 2, 5)


@pytest.mark.parametrize(
    ("text", "message", "mend"),
    [
        (
            f'@id("a") {HEAD} when {{ principal in Role::"s\u00a6\u0443pport" }};',
            "\u0443 (U+0443, cyrillic small letter u) looks like y and is another character",
            r"y, or \u{443} where it is meant",
        ),
        (
            f'@id("a") {HEAD} when {{ principal in Role::"\u00a6\u0441\u043e\u0440\u0435" }};',
            "\u0441 (U+0441, cyrillic small letter es) looks like c and is another character",
            r"c, or \u{441} where it is meant",
        ),
        (
            f'@id("a") {HEAD} when {{ context.path["\u00a6\u0444rom"] == "x" }};',
            "\u0444 (U+0444, cyrillic small letter ef) is of another script",
            r"\u{444} where it is meant",
        ),
        (
            f'@id("a") {HEAD} when {{ principal.id == "orders\u00a6\u2215refund" }};',
            "\u2215 (U+2215, division slash) looks like / and is another character",
            r"/, or \u{2215} where it is meant",
        ),
        (
            f'@id("a") {HEAD} when {{ principal.id == "\u00a6\uff41da" }};',
            "\uff41 (U+FF41, fullwidth latin small letter a) looks like a and is another character",
            r"a, or \u{ff41} where it is meant",
        ),
        (
            f'@id("a") {HEAD} when {{ principal.id == "Ren\u00a6e\u0301" }};',
            None,
            "Ren\u00e9",
        ),
        (
            f'@id("a") @description("s\u00a6\u0443pport") {HEAD};',
            "\u0443 (U+0443, cyrillic small letter u) looks like y and is another character",
            r"y, or \u{443} where it is meant",
        ),
        (
            '@id("a") p\u00a6\u0435rmit (principal, action, resource);',
            f"\u0435 (U+0435, cyrillic small letter ie) {ONLY_INSIDE}",
            "e",
        ),
        (
            f'@id("a") {HEAD} when {{ principal.\u00a6\u00efd == "x" }};',
            f"\u00ef (U+00EF, latin small letter i with diaeresis) {ONLY_INSIDE}",
            None,
        ),
        (
            f'@id("a")\u00a6\u00a0{HEAD};',
            f"this character (U+00A0, no-break space) {ONLY_INSIDE}",
            " ",
        ),
        (
            f'@id("a") {HEAD}; // \u00a6\u202e }};',
            f"U+202E (right-to-left override) {HIDDEN}",
            r"nothing, or \u{202e} in a string",
        ),
        (
            f'@id("a") {HEAD} when {{ principal in Role::"sup\u00a6\u200bport" }};',
            f"U+200B (zero width space) {HIDDEN}",
            r"nothing, or \u{200b} in a string",
        ),
        (
            f'@id("a") {HEAD}\u00a6\x0b;',
            f"U+000B (a control character) {HIDDEN}",
            None,
        ),
        (
            f'@id("a") @description("a\u00a6\U000e0041b") {HEAD};',
            f"U+E0041 (tag latin capital letter a) {HIDDEN}",
            None,
        ),
    ],
)
def test_characters_that_mislead(text: str, message: str | None, mend: str | None) -> None:
    text, [place] = marked(text)
    (problem,) = _problems((ORDERS, text.encode()))
    if message is not None:
        assert problem.message == message
    assert problem.place == Place(ORDERS, *place)
    assert mend is None or mend in {problem.nearest, problem.allowed}


@pytest.mark.parametrize(
    "said",
    [
        "Ren\u00e9 & Bj\u00f6rk",
        "\u0437\u0430\u043a\u0430\u0437\u044b",
        "\u6ce8\u6587\u30b5\u30fc\u30d3\u30b9 orders",
        "\u03bb",
        "\\u{443}\\u{202e}",
        "100 \u20ac",
        "\U0001f600",
    ],
)
def test_other_scripts_alone_are_read(said: str) -> None:
    assert _read(f'@id("a") {HEAD} when {{ principal.id == "{said}" }}; // {said}').policies


def test_sentences_may_name_what_is_written_in_another_script() -> None:
    said = "\u0420\u043e\u043b\u044c support \u2014 \u0447\u0438\u0442\u0430\u0435\u0442\u2026"
    assert _read(f'@id("a") @description("{said}") {HEAD};').policies


def test_problems_of_all_files_are_told_in_order() -> None:
    problems = _problems(
        (ORDERS, f'@id("a") {HEAD} when {{ true and true }};\n{HEAD};'.encode()),
        (BILLING, f'@id("s\u0443b") {HEAD};\n@id("B") {HEAD};'.encode()),
    )
    assert [str(one.place) for one in problems] == [
        f"{ORDERS}:1:59",
        f"{BILLING}:1:5",
        f"{BILLING}:1:7",
        f"{BILLING}:2:5",
    ]
    assert all(one.excerpt for one in problems)


def test_changed_file_is_read_anew_and_others_are_not() -> None:
    first = _read(f'@id("one") {HEAD};', f'@id("two") {HEAD};')
    second = _read(f'@id("one") {HEAD};', f'@id("changed") {HEAD};')
    assert second.policies[0] is first.policies[0]
    assert second.policies[1].id == "changed"
