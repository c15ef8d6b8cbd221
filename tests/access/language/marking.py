"""Texts with a mark (a broken bar) wherever a mistake is expected to be told."""

MARK = "\u00a6"


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and the lines and columns that they stand at."""
    *before, _ = text.split(MARK)
    places = []
    for number in range(len(before)):
        lines = "".join(before[: number + 1]).split("\n")
        places.append((len(lines), len(lines[-1]) + 1))
    return text.replace(MARK, ""), places
