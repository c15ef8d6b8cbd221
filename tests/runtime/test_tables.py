"""Tables fit their width, never cut a name in two, and say what they leave out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ringwall.runtime.output import breaks
from ringwall.runtime.tables import Cell, Column, fit, lay_out

COLUMNS = (
    Column("hosts"),
    Column("service", rank=1, least=6),
    Column("state", right=True),
    Column("owner", rank=2),
)
ROWS = [
    [Cell.listing(("a.example", "b.example")), Cell("storefront"), Cell("ok"), Cell("web team")],
    [Cell("long.name.example"), Cell("orders"), Cell("down", "red"), Cell("ada")],
]


def shown(width: int | None) -> tuple[list[str], tuple[str, ...]]:
    lines, left_out = lay_out(COLUMNS, ROWS, width)
    return ["".join(text for text, _ in line).rstrip() for line in lines], left_out


def test_with_room_for_everything_columns_are_as_wide_as_their_cells() -> None:
    lines, left_out = shown(None)
    assert lines == [
        "hosts                 service     state  owner",
        "a.example, b.example  storefront     ok  web team",
        "long.name.example     orders       down  ada",
    ]
    assert left_out == ()


def test_where_nobody_counts_the_width_one_long_cell_moves_its_own_row_alone() -> None:
    columns = (Column("name"), Column("state"))
    long = "x" * 150
    lines, _ = lay_out(columns, [[Cell(long), Cell("ok")], [Cell("a"), Cell("down")]], None)
    told = ["".join(text for text, _ in line) for line in lines]
    assert told == [f"{'name':<48}  state", f"{long}  ok", f"{'a':<48}  down"]


def test_what_may_be_shortened_is_shortened_first() -> None:
    assert shown(46) == (
        [
            "hosts              service     state  owner",
            "a.example +1       storefront     ok  web team",
            "long.name.example  orders       down  ada",
        ],
        (),
    )


def test_then_columns_are_left_out_the_highest_rank_first_and_named() -> None:
    assert shown(36) == (
        [
            "hosts              service     state",
            "a.example +1       storefront     ok",
            "long.name.example  orders       down",
        ],
        ("owner",),
    )
    assert shown(24) == (
        [
            "hosts              state",
            "a.example +1          ok",
            "long.name.example   down",
        ],
        ("service", "owner"),
    )


def test_at_last_every_row_is_a_block_with_nothing_left_out() -> None:
    assert shown(20) == (
        [
            "hosts    a.example, b.example",
            "service  storefront",
            "state    ok",
            "owner    web team",
            "",
            "hosts    long.name.example",
            "service  orders",
            "state    down",
            "owner    ada",
        ],
        (),
    )


def test_a_path_may_be_shortened_at_its_beginning() -> None:
    column = Column("path", least=8, shorten="start")
    assert Cell("/run/ringwall/web.sock").fitted(10, column) == "…/web.sock"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12)
CELLS = st.one_of(
    st.builds(Cell, WORDS), st.builds(Cell.listing, st.lists(WORDS, min_size=1, max_size=4))
)
COLUMN = st.builds(
    Column,
    heading=WORDS,
    rank=st.integers(0, 3),
    least=st.one_of(st.none(), st.integers(1, 8)),
    shorten=st.sampled_from(["start", "end"]),
    right=st.booleans(),
)


@given(
    st.lists(COLUMN, min_size=1, max_size=5).flatmap(
        lambda columns: st.tuples(
            st.just(columns),
            st.lists(
                st.lists(CELLS, min_size=len(columns), max_size=len(columns)),
                min_size=1,
                max_size=4,
            ),
        )
    ),
    st.integers(1, 80),
)
def test_a_table_never_exceeds_its_width_and_rank_0_stays(
    table: tuple[list[Column], list[list[Cell]]], width: int
) -> None:
    columns, rows = table
    layout = fit(columns, rows, width)
    if layout.widths is None:
        return
    lines, _ = lay_out(columns, rows, width)
    assert all(cell_len("".join(text for text, _ in line)) <= width for line in lines)
    always = {at for at, column in enumerate(columns) if column.rank == 0}
    assert always <= set(layout.shown)
    for row in rows:
        for at, room in zip(layout.shown, layout.widths, strict=True):
            if columns[at].least is None and len(row[at].items) < 2:
                assert row[at].fitted(room, columns[at]) == row[at].text


@given(st.text(st.sampled_from("ab 語"), max_size=60), st.integers(1, 20))
def test_a_sentence_is_broken_between_words_only(text: str, width: int) -> None:
    places = [0, *breaks(text, width), len(text)]
    parts = [text[a:b] for a, b in pairwise(places)]
    assert "".join(parts) == text
    assert [word for part in parts for word in part.split()] == text.split()
    for part in parts:
        assert cell_len(part.rstrip()) <= width or len(part.split()) == 1
