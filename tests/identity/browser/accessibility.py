"""What axe finds wrong with a page (WCAG 2.2 A and AA, and its own best practices)."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_BAD = {"serious", "critical"}


def faults(page: Page, *rules: str) -> list[str]:
    """Serious and critical faults, one line each: the rule, what is wrong, where.

    ``rules`` are the only ones to ask for, all by default.
    """
    # By the debugger, which the page's Content-Security-Policy says nothing about.
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in _BAD
        for node in fault["nodes"]
    ]
