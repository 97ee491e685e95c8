"""The JSON bodies of the year's list: entries as HR types them, and changes: only what is given counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, create_model

from web.api.bodies import Version, or_null
from workflow.form.fields import Typed
from workflow.form.year_list import (
    InstitutionEntry,
    OccupationEntry,
    PlatformEntry,
    SanctionEntry,
    SanctionLifting,
    SurveyCorrection,
    SurveyEntry,
)
from workflow.services.year_list_keeping import INSTITUTION_FIXED, PLATFORM_FIXED


def _change(model: type[Typed], fixed: Iterable[str], document: str) -> type[Typed]:
    """Every field of an entry that may change, optional: what is not given stays, null empties one."""
    fields: dict[str, Any] = {
        name: (or_null(field), None) for name, field in model.model_fields.items() if name not in set(fixed)
    }
    name = model.__name__.replace("Entry", "Change")
    return create_model(name, __base__=Typed, __doc__=document, **fields, version=(Version, ...))


InstitutionChange = _change(
    InstitutionEntry, INSTITUTION_FIXED, "What changes of a listed institution; ``version`` is that seen."
)
OccupationChange = _change(
    OccupationEntry,
    (),
    "What changes of a listed occupation; ``version`` is that of the institution as it was seen.",
)
PlatformChange = _change(
    PlatformEntry, PLATFORM_FIXED, "What changes of a listed platform; ``version`` is that seen."
)

INSTITUTION: tuple[type[BaseModel], ...] = (InstitutionEntry,)
INSTITUTION_CHANGE: tuple[type[BaseModel], ...] = (InstitutionChange,)
OCCUPATION: tuple[type[BaseModel], ...] = (OccupationEntry,)
OCCUPATION_CHANGE: tuple[type[BaseModel], ...] = (OccupationChange,)
PLATFORM: tuple[type[BaseModel], ...] = (PlatformEntry,)
PLATFORM_CHANGE: tuple[type[BaseModel], ...] = (PlatformChange,)
SANCTION: tuple[type[BaseModel], ...] = (SanctionEntry,)
LIFTING: tuple[type[BaseModel], ...] = (SanctionLifting,)
SURVEY: tuple[type[BaseModel], ...] = (SurveyEntry,)
SURVEY_CORRECTION: tuple[type[BaseModel], ...] = (SurveyCorrection,)
