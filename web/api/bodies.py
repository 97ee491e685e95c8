"""The JSON bodies the API takes, as models; each group lists the models of which a body is one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, WithJsonSchema, create_model
from pydantic.fields import FieldInfo

from web.api.direct_claims import list_bodies
from web.api.parameters import Day
from workflow.form import PAYLOADS
from workflow.form.accounts import AccountAct, AccountChange, NewAccount
from workflow.form.alerts import MailChoice, ReadMark
from workflow.form.application import (
    NEW_CLAIMS,
    ClaimPatch,
    HiringPatch,
    IndividualPatch,
    NewIndividualApplication,
    NewOrganisationApplication,
    OrganisationPatch,
)
from workflow.form.approvals import Approvals
from workflow.form.attachment_check import CheckRequest
from workflow.form.clear_reading import ReadingRequest
from workflow.form.collaboration import AbsenceEntry, Circulation, Delegation, DelegationAnswer, HandOver
from workflow.form.draws import DrawEntry, DrawSubstitution
from workflow.form.fields import FIRST_YEAR, LAST_YEAR, Line, Name, Typed
from workflow.form.funds import CarryOver, FundEntry
from workflow.form.outbox import GivingUp, Retry
from workflow.form.payloads import Nothing, Objection
from workflow.form.reading import model_inside
from workflow.form.roster import Trainee
from workflow.form.urging import Urging
from workflow.services.closures import MOST_DAYS
from workflow.services.holiday_notices import MOST_TEXT
from workflow.vocabulary import Event

Version = Annotated[int, Field(ge=0, le=2**31 - 1, description="您所看到的申请版本")]
Seen = Annotated[int, Field(ge=1, le=2**31 - 1)]
Year = Annotated[int, WithJsonSchema({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR})]
"""What the calendar in force can hold is said by the calendar."""


def _change(patch: type[Typed], document: str) -> type[BaseModel]:
    """The sections of a patch with every field optional: what is not given stays as it stands."""
    sections: dict[str, Any] = {}
    for name, field in patch.model_fields.items():
        model = model_inside(field.annotation)
        assert model is not None
        inside: dict[str, Any] = {each: (or_null(one), None) for each, one in model.model_fields.items()}
        changed = create_model(f"{model.__name__}Change", __base__=Typed, **inside)
        sections[name] = (changed | None, None)
    sections["version"] = (Version | None, None)
    name = patch.__name__.replace("Patch", "Change")
    return create_model(name, __base__=Typed, __doc__=document, **sections)


def or_null(field: FieldInfo) -> Any:
    """The field's type, its limits included, or null."""
    kept = tuple(field.metadata)
    annotation: Any = field.annotation
    return (Annotated[(annotation, *kept)] if kept else annotation) | None


OrganisationChange = _change(
    OrganisationPatch,
    "Fields of an institution's or enterprise's form: only those given change, null empties one.",
)
IndividualChange = _change(
    IndividualPatch, "Fields of an individual's form: only those given change, null empties one."
)
ClaimChange = _change(
    ClaimPatch,
    "Fields of the form of what starts at the claim: only those given change, null empties one.",
)
HiringChange = _change(
    HiringPatch,
    "Fields of the form of an employer's claim: only those given change, null empties one.",
)


class RosterList(RootModel[list[Trainee]]):
    """The roster as a plain list."""


class RosterRows(Typed):
    """The roster with the version it replaces."""

    rows: list[Trainee]
    version: Version | None = None


class NoticeImport(Typed):
    """The texts of a holiday notice and its amendments, in order; a preview unless ``apply``."""

    texts: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]], Field(min_length=1, max_length=10)
    ] = Field(title="通知全文")
    year: Year | None = Field(default=None, title="年度")
    apply: bool = Field(default=False, title="是否生效")
    seen: Seen | None = Field(
        default=None,
        title="预览时现行的日历版次",
        description="预览答复的 ordinal_before；已有新版则不生效",
    )


class ClosureEntry(Typed):
    """A local closure, to be confirmed by another person."""

    region: Annotated[str, Field(min_length=1, max_length=20)] = Field(title="地区")
    # Any day at all: how far the calendar in force reaches is said by the calendar.
    days: Annotated[list[Day], Field(min_length=1, max_length=MOST_DAYS)] = Field(title="停办日期")
    authority: Line = Field(title="决定机关")
    document_number: Name = Field(title="文号")
    reason: Line = Field(title="事由")


class ClosureDecision(Typed):
    """Whether what another person entered is confirmed."""

    confirmed: bool = Field(title="是否确认")
    seen: Seen | None = Field(
        default=None,
        title="查看时现行的日历版次",
        description="查看停办时答复的 ordinal；已有新版则不办理",
    )


class ClosureWithdrawal(Typed):
    """Why a closure that is in force is to be taken back."""

    reason: Line = Field(title="撤销事由")


class ReservationRequest(Typed):
    """A reservation to be made anew."""

    version: Version = Field(title="您所看到的申请版本")


class TestClockSetting(Typed):
    """The present moment of the business."""

    now: Annotated[str, Field(min_length=1, max_length=40, json_schema_extra={"format": "date-time"})] = (
        Field(title="业务时间")
    )


def _event_body(event: Event, payload: type[Typed]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        "event": (Literal[event.value], ...),
        "payload": (payload, ...),
        "version": (Version, ...),
    }
    name = "Send" + "".join(part.capitalize() for part in event.value.split("_"))
    return create_model(name, __base__=Typed, __doc__=event.label, **fields)


class FormBeingTyped(Typed):
    """Whole sections as somebody is typing them; what cannot be read in them is answered as ``faults``."""

    applicant: dict[str, Any] | None = None
    opening: dict[str, Any] | None = None
    provider: dict[str, Any] | None = None
    certificate: dict[str, Any] | None = None
    claim: dict[str, Any] | None = None


NEW_APPLICATION: tuple[type[BaseModel], ...] = (
    NewOrganisationApplication,
    NewIndividualApplication,
    *NEW_CLAIMS.values(),
)
APPLICATION_PATCH: tuple[type[BaseModel], ...] = (
    OrganisationChange,
    IndividualChange,
    ClaimChange,
    HiringChange,
)
FORM_BEING_TYPED: tuple[type[BaseModel], ...] = (FormBeingTyped,)
ROSTER: tuple[type[BaseModel], ...] = (RosterList, RosterRows, *list_bodies(Version))
# One envelope for each event, so that the document says which payload belongs to which.
EVENTS: tuple[type[BaseModel], ...] = tuple(
    _event_body(event, payload) for event, payload in PAYLOADS.items()
)
HAND_OVER: tuple[type[BaseModel], ...] = (HandOver,)
DELEGATION: tuple[type[BaseModel], ...] = (Delegation,)
DELEGATION_ANSWER: tuple[type[BaseModel], ...] = (DelegationAnswer,)
CIRCULATION: tuple[type[BaseModel], ...] = (Circulation,)
ABSENCE: tuple[type[BaseModel], ...] = (AbsenceEntry,)
NOTHING: tuple[type[BaseModel], ...] = (Nothing,)
DRAW: tuple[type[BaseModel], ...] = (DrawEntry,)
DRAW_SUBSTITUTION: tuple[type[BaseModel], ...] = (DrawSubstitution,)
URGING: tuple[type[BaseModel], ...] = (Urging,)
APPROVALS: tuple[type[BaseModel], ...] = (Approvals,)
OBJECTION: tuple[type[BaseModel], ...] = (Objection,)
NOTICE_IMPORT: tuple[type[BaseModel], ...] = (NoticeImport,)
CLOSURE: tuple[type[BaseModel], ...] = (ClosureEntry,)
CLOSURE_DECISION: tuple[type[BaseModel], ...] = (ClosureDecision,)
CLOSURE_WITHDRAWAL: tuple[type[BaseModel], ...] = (ClosureWithdrawal,)
FUND_ENTRY: tuple[type[BaseModel], ...] = (FundEntry,)
CARRY_OVER: tuple[type[BaseModel], ...] = (CarryOver,)
RESERVATION: tuple[type[BaseModel], ...] = (ReservationRequest,)
READING: tuple[type[BaseModel], ...] = (ReadingRequest,)
NEW_ACCOUNT: tuple[type[BaseModel], ...] = (NewAccount,)
ACCOUNT_CHANGE: tuple[type[BaseModel], ...] = (AccountChange,)
ACCOUNT_ACT: tuple[type[BaseModel], ...] = (AccountAct,)
CHECK_REQUEST: tuple[type[BaseModel], ...] = (CheckRequest,)
RETRY: tuple[type[BaseModel], ...] = (Retry,)
GIVING_UP: tuple[type[BaseModel], ...] = (GivingUp,)
READ_MARK: tuple[type[BaseModel], ...] = (ReadMark,)
MAIL_CHOICE: tuple[type[BaseModel], ...] = (MailChoice,)
TEST_CLOCK: tuple[type[BaseModel], ...] = (TestClockSetting,)
