"""The JSON bodies of what is recorded of a training beside its events."""

from __future__ import annotations

from pydantic import BaseModel

from web.api.bodies import Version
from workflow.form.fields import Typed
from workflow.form.payloads import Reason
from workflow.form.training import MakeUp, ObservationStrike


class MakeUpRequest(MakeUp):
    """A make-up lesson to which HR is asked to consent."""

    version: Version | None = None


class MakeUpConsent(Typed):
    """HR consents."""

    version: Version | None = None


class MakeUpRefusal(Reason):
    """HR does not consent, and why."""

    version: Version | None = None


class ObservationStrikeRequest(ObservationStrike):
    """Which observations are struck, and why."""

    version: Version | None = None


MAKE_UP: tuple[type[BaseModel], ...] = (MakeUpRequest,)
MAKE_UP_CONSENT: tuple[type[BaseModel], ...] = (MakeUpConsent,)
MAKE_UP_REFUSAL: tuple[type[BaseModel], ...] = (MakeUpRefusal,)
OBSERVATION_STRIKE: tuple[type[BaseModel], ...] = (ObservationStrikeRequest,)
