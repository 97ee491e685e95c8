"""The filled forms of the tests: copies of the examples that fix the names of the form's fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "examples"


def example(name: str) -> Any:
    """A fresh copy of an example, such as ``application``."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
