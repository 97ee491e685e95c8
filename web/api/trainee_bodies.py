"""The JSON bodies with which one trainee of a roster is added or changed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, create_model

from web.api.bodies import Version, or_null
from workflow.form.fields import Typed
from workflow.form.roster import Trainee


class NewTrainee(Trainee):
    """A trainee to be added to the roster."""

    version: Version | None = None


_fields: dict[str, Any] = {name: (or_null(field), None) for name, field in Trainee.model_fields.items()}
TraineeChange = create_model(
    "TraineeChange",
    __base__=Typed,
    __doc__="Fields of one trainee: only those given change, null empties one; a covered number is kept.",
    **_fields,
    version=(Version | None, None),
)

TRAINEE: tuple[type[BaseModel], ...] = (NewTrainee,)
TRAINEE_CHANGE: tuple[type[BaseModel], ...] = (TraineeChange,)
