"""Path templates: how they are read, what they cover and which of them goes first."""

import itertools
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.paths import PathTemplate, Segment, parse_template

LITERALS = st.text(alphabet="abcXYZ019._~!$&'()+,=:@-", min_size=1, max_size=6).filter(
    lambda text: text not in {".", ".."}
)
SEGMENTS = st.one_of(LITERALS, st.sampled_from(["{x}", "%20", "a%C3%A9"]))


def named(parts: list[str], last: str) -> str:
    """A template of these parts, its variables given names of their own."""
    numbered = (f"{{v{n}}}" if part == "{x}" else part for n, part in enumerate(parts))
    return "/" + "/".join([*numbered, last])


TEMPLATES = st.builds(
    named, st.lists(SEGMENTS, max_size=4), st.one_of(LITERALS, st.sampled_from(["", "**"]))
).map(parse_template)

WORDS = ("a", "b", "")
PATHS = [
    "/" + "/".join(parts)
    for depth in range(1, 5)
    for parts in itertools.product(WORDS, repeat=depth)
    if "" not in parts[:-1]  # Envoy has merged slashes
]
SMALL = [
    parse_template(named(list(parts), last))
    for depth in range(3)
    for parts in itertools.product(("a", "b", "{x}"), repeat=depth)
    for last in ("a", "b", "{last}", "", "**")
]
"""Every template of up to three segments over two words: enough for every kind of overlap."""


@pytest.mark.parametrize(
    ("template", "covered", "not_covered"),
    [
        ("/", ["/"], ["", "/a", "//"]),
        ("/a", ["/a"], ["/", "/a/", "/A", "/ab", "/a/b"]),
        ("/a/", ["/a/"], ["/a", "/a/b"]),
        ("/a/**", ["/a/", "/a/b", "/a/b/c", "/a/b/"], ["/a", "/ab", "/"]),
        ("/**", ["/", "/a", "/a/b/"], [""]),
        ("/{x}", ["/a", "/a.b", "/%20"], ["/", "/a/", "/a/b"]),
        ("/a/{x}/c", ["/a/b/c", "/a/c/c"], ["/a//c", "/a/b", "/a/b/c/", "/a/b/b/c"]),
        ("/a/{x}/**", ["/a/b/", "/a/b/c/d"], ["/a/b", "/a//", "/a/"]),
        ("/a.b", ["/a.b"], ["/axb"]),
        ("/a+b/{x}", ["/a+b/c"], ["/aab/c", "/a%2Bb/c"]),
        ("/(a)/$1/{x}", ["/(a)/$1/z"], ["/a/1/z"]),
        ("/caf%C3%A9", ["/caf%C3%A9", "/caf%c3%a9", "/caf%C3%a9"], ["/CAF%C3%A9", "/cafe"]),
        ("/%20/**", ["/%20/", "/%20/x"], ["/%21/x"]),
    ],
)
def test_what_a_template_covers(template: str, covered: list[str], not_covered: list[str]) -> None:
    parsed = parse_template(template)
    assert [path for path in covered if not parsed.matches(path)] == []
    assert [path for path in not_covered if parsed.matches(path)] == []


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("", "a path begins with /"),
        ("a/b", "a path begins with /"),
        ("/**/a", "** stands only at the end of a path"),
        ("/a//b", "no empty, . or .. segments"),
        ("//", "no empty, . or .. segments"),
        ("/a/./b", "no empty, . or .. segments"),
        ("/a/..", "no empty, . or .. segments"),
        ("/a/.", "no empty, . or .. segments"),
        ("/{x}/{x}", "the name {x} is used twice"),
        ("/{X}", "cannot read the segment '{X}'"),
        ("/{}", "cannot read the segment '{}'"),
        ("/{x}y", "cannot read the segment '{x}y'"),
        ("/a*", "cannot read the segment 'a*'"),
        ("/*", "cannot read the segment '*'"),
        ("/***", "cannot read the segment '***'"),
        ("/a?b", "cannot read the segment 'a?b'"),
        ("/a#b", "cannot read the segment 'a#b'"),
        ("/a b", "cannot read the segment 'a b'"),
        ("/a\\b", "cannot read the segment"),
        ("/é", "cannot read the segment 'é'"),
        ("/a%2", "cannot read the segment 'a%2'"),
        ("/a%zz", "cannot read the segment 'a%zz'"),
        ("/a%2Fb", "escaped slashes and NUL"),
        ("/a%5Cb", "escaped slashes and NUL"),
        ("/a%00", "escaped slashes and NUL"),
        ("/a%c3", "cannot read the segment 'a%c3'"),
        ("/%61", "write a for %61"),
        ("/x%2Dy", "write - for %2D"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused_with_the_reason(
    template: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        parse_template(template)


@given(st.text(max_size=40))
def test_reading_never_fails_in_another_way(text: str) -> None:
    with suppress(ValueError):
        parsed = parse_template(text)
        assert parsed.text == text
        assert parsed.segments


@given(TEMPLATES)
def test_a_template_covers_what_it_says(template: PathTemplate) -> None:
    rest = ["", "deep/er"] if template.segments[-1][0] is Segment.REST else [None]
    for end in rest:
        parts = [
            "some-thing" if kind is Segment.VARIABLE else text
            for kind, text in template.segments
            if kind is not Segment.REST
        ]
        assert template.matches("/" + "/".join(parts if end is None else [*parts, end]))


@given(TEMPLATES, TEMPLATES)
def test_only_templates_of_one_shape_have_one_place_in_the_order(
    one: PathTemplate, two: PathTemplate
) -> None:
    assert (one.order == two.order) == (one.shape == two.shape)
    assert (one.order < two.order) + (two.order < one.order) == (one.shape != two.shape)


def test_names_of_variables_change_nothing() -> None:
    one, two = parse_template("/a/{x}/**"), parse_template("/a/{other}/**")
    assert one.order == two.order
    assert one.shape == two.shape
    assert (one.variables, two.variables) == (("x",), ("other",))


def test_what_covers_less_goes_first() -> None:
    covers = {one.text: frozenset(p for p in PATHS if one.matches(p)) for one in SMALL}
    ordered = sorted(SMALL, key=lambda one: one.order)
    for position, later in enumerate(ordered):
        for earlier in ordered[:position]:
            # A template that stood behind one that covers all of its paths would never be used.
            assert not covers[later.text] < covers[earlier.text], (earlier.text, later.text)


def test_at_the_first_difference_the_literal_wins() -> None:
    written = ["/**", "/{x}", "/{x}/b", "/a/**", "/a", "/a/{x}", "/a/b", "/", "/{x}/**", "/a/"]
    ordered = sorted(map(parse_template, written), key=lambda one: one.order)
    assert [one.text for one in ordered] == [
        "/",
        "/a",
        "/a/",
        "/a/b",
        "/a/{x}",
        "/a/**",
        "/{x}",
        "/{x}/b",
        "/{x}/**",
        "/**",
    ]
