"""Tiles lie where C2SP tlog-tiles says."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.ledger.merkle import consistency_spans, inclusion_spans
from ringwall.ledger.tiles import (
    Tile,
    all_tiles,
    parse_path,
    partial_tiles,
    place_of,
    tile_at,
    tile_path,
    tiles_for,
)


def test_the_examples_of_the_specification() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert tile_path("entries", 1234067, 5) == "tile/entries/x001/x234/067.p/5"
    kinds = Counter((tile.level, tile.width) for tile in all_tiles(70_000))
    assert kinds == {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1}
    assert list(all_tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(all_tiles(0)) == []
    assert Tile(1, 1, 17).leaves == (65536, 65536 + 17 * 256)


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_is_read_as_it_is_written(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/08",
        "tile/-1/001",
        "tile/0/001/",
        "tile/0/../001",
        "tile/0/x001/x234/067.p/1\n",
        "tile/entries/001",
        "tile/0/\u0660\u0660\u0661",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not the path of a tile"):
        parse_path(path)


@given(st.integers(0, 2**40))
def test_partial_tiles_are_the_last_of_each_level(size: int) -> None:
    found = list(partial_tiles(size))
    assert all(not tile.is_full for tile in found)
    for tile in found:
        assert tile.width == size // 256**tile.level % 256
        assert tile_at(tile.level, tile.index, size) == tile
        assert tile_at(tile.level, tile.index + 1, size) is None


@given(st.integers(1, 2**40), st.data())
def test_what_a_proof_needs_lies_in_tiles_that_exist(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    spans = [*inclusion_spans(index, size), *consistency_spans(index + 1, size)]
    for span in spans:
        for tile in tiles_for(*span, size):
            assert tile_at(tile.level, tile.index, size) == tile
    with pytest.raises(ValueError, match="has no leaves"):
        tiles_for(0, size + 1, size)
    assert place_of(8, 300) == (1, 1, 44, 45)
    assert place_of(3, 33) == (0, 1, 8, 16)
