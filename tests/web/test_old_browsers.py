"""Our own style sheets and scripts use nothing that Chromium 90 lacks, the browser of many offices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "web" / "static"
# What came later, with the version that brought it.
LATER_STYLES = {
    r":has\(": 105,
    r"@layer\b": 99,
    r"@container\b": 105,
    r"@scope\b": 118,
    r"color-mix\(": 111,
    r"\b(oklch|oklab|lab|lch)\(": 111,
    r"\baccent-color\s*:": 93,
    r"\bscrollbar-gutter\s*:": 94,
    r"[^-](?:rotate|scale|translate)\s*:": 104,
    r"\b\d+(?:d|s|l)v[hwib]\b": 108,
    r"\bsubgrid\b": 117,
    r"\btext-wrap\s*:": 114,
    r"\bfield-sizing\s*:": 123,
    r"@media[^{]*\(\s*(?:width|height)\s*[<>]": 104,
    r"\{[^{}]*&[^{}]*\{": 112,
    r":user-(?:in)?valid": 119,
    r"@starting-style": 117,
    r"\banchor-name\s*:": 125,
}
LATER_SCRIPTS = {
    r"\bstructuredClone\(": 98,
    r"\.at\(": 92,
    r"\bObject\.hasOwn\(": 93,
    r"\.findLast(?:Index)?\(": 97,
    r"\.to(?:Sorted|Reversed|Spliced)\(": 110,
    r"\bObject\.groupBy\(": 117,
    r"\bcrypto\.randomUUID\(": 92,
    r"\bAbortSignal\.(?:timeout|any)\(": 103,
    r"\bnew Error\([^)]*,\s*\{\s*cause": 93,
    r"\.showPicker\(": 99,
    r"\breportError\(": 95,
    r"\bstatic\s*\{": 94,
    r"#\w+\s+in\s": 91,
    r"\bPromise\.withResolvers\(": 119,
    r"\bURL\.canParse\(": 120,
    r"\bpopover\b": 114,
    r"\binert\b": 102,
}


def code(path: Path) -> str:
    """The file without its comments."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"(?m)(^|\s)//.*$", "", text) if path.suffix == ".js" else text


def uses(text: str, later: dict[str, int]) -> list[str]:
    return [
        f"{found[0]!r} (Chromium {later[rule]})" for rule in later for found in re.finditer(rule, text, re.M)
    ]


@pytest.mark.parametrize("path", sorted(STATIC.glob("css/*.css")), ids=lambda path: path.name)
def test_style_sheets_are_understood_by_old_browsers(path: Path) -> None:
    assert uses(code(path), LATER_STYLES) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_scripts_are_understood_by_old_browsers(path: Path) -> None:
    assert uses(code(path), LATER_SCRIPTS) == []


@pytest.mark.parametrize(
    ("text", "later"),
    [
        (".a:has(.b) { color: red }", LATER_STYLES),
        (".a { accent-color: red }", LATER_STYLES),
        (".a { color: red; & .b { color: blue } }", LATER_STYLES),
        (".a { height: 100dvh }", LATER_STYLES),
        ("@media (width >= 600px) { a { color: red } }", LATER_STYLES),
        ("const last = list.at(-1);", LATER_SCRIPTS),
        ("const id = crypto.randomUUID();", LATER_SCRIPTS),
        ("fetch(a, {signal: AbortSignal.timeout(5)});", LATER_SCRIPTS),
    ],
)
def test_what_came_later_is_found(text: str, later: dict[str, int]) -> None:
    assert uses(text, later) != []
