"""How a check stands that people ask for and a scheduler carries out (``services/wanted_checks.py``)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class WantedCheck(BaseModel):
    """The last check, and whether one is asked for or under way; each kind adds its ``result``."""

    state: Literal["never", "wanted", "under_way", "finished"]
    requested_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
