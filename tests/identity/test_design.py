"""The style sheet and the templates hold what docs/design.md says of them."""

import re
from pathlib import Path

import pytest

import ringwall.console
import ringwall.identity

_HOME = Path(ringwall.identity.__file__).parent
_CSS = (_HOME / "static" / "identity" / "ringwall.css").read_text(encoding="utf-8")
_CONSOLE = Path(ringwall.console.__file__).parent
_TEMPLATES = sorted(
    one for home in (_HOME, _CONSOLE) for one in (home / "templates").rglob("*.html")
)
_GROUNDS = ("paper", "surface", "sunken")


def colours(theme: str) -> dict[str, str]:
    """The colour tokens of ``light`` or ``dark``."""
    light, dark = re.findall(r":root \{(.*?)\n *\}", _CSS, re.DOTALL)
    found = dict(re.findall(r"--rw-([a-z-]+): (#[0-9a-f]{6});", light))
    if theme == "dark":
        found |= re.findall(r"--rw-([a-z-]+): (#[0-9a-f]{6});", dark)
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, section 5), from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(factor * part for factor, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast_is_measured_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read_on_every_ground(theme: str) -> None:
    known = colours(theme)
    pairs = [(ink, ground) for ink in ("ink", "ink-soft", "accent") for ground in _GROUNDS]
    for state in ("accent", "good", "warn", "danger"):
        pairs += [(state, f"{state}-soft"), ("ink", f"{state}-soft")]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong")]
    pairs += [("on-danger", "danger"), ("on-danger", "danger-strong")]
    pairs += [("accent-strong", "accent-soft")]
    weak = [pair for pair in pairs if contrast(known[pair[0]], known[pair[1]]) < 4.5]
    assert weak == []
    faint = [one for one in _GROUNDS if contrast(known["line-strong"], known[one]) < 3]
    assert faint == []


@pytest.mark.parametrize("template", _TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_no_class_of_its_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    if "mail" not in template.parent.name:
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", text)
        known = set(re.findall(r"\.([a-z][a-z-]*)", _CSS))
        plain = re.sub(r"\{[{%].*?[}%]\}", " ", text)
        used = set(" ".join(re.findall(r'class="([^"]*)"', plain)).split())
        assert used <= known


def test_the_style_sheet_loads_nothing_from_elsewhere() -> None:
    assert re.findall(r"url\(([^)]*)\)", _CSS) == ['"rings.svg"']
    assert "@import" not in _CSS
    assert "prefers-reduced-motion: reduce" in _CSS
