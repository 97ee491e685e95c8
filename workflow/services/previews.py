"""What the rules would say to a form as it stands or is being typed; nothing is stored or recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflow.access import Actor, require_reading
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Finding, Malformed, NotNow
from workflow.form import completeness, read_new_application, read_patch
from workflow.form.application import SECTIONS, NewApplication
from workflow.form.fields import Typed
from workflow.persistence.engine import reading
from workflow.rules import Facts, Occasion, check_draft
from workflow.services.acts.claim import missing_in
from workflow.services.applications import with_kept_masks, with_masks_carried_over
from workflow.services.case import Case, open_case
from workflow.services.computations import computation_of
from workflow.services.editing import require_own
from workflow.services.facts import claim_occasion, facts_of, year_list_of
from workflow.services.product import Product
from workflow.vocabulary import ApplicationKind, Section, State, Subsidy

_CLAIMING = frozenset({State.CLAIM_DRAFT, State.CLAIM_CORRECTION})
# Each round takes at least one faulty field away; what is faulty after so many is not a form.
_MOST_ROUNDS = 5


def preview_findings(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """What the rules would say to a submission now, and what is still missing.

    Where a claim is being written also the ``computation``: for whom how much may be claimed.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        return _preview(case, [])


def read_computation(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """Head by head what may be claimed, or what the claim comes to, for whoever may see the application.

    Raises ``NotNow`` before there is anything to claim.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        if not case.starts_at_claim and not case.form.get(Section.ASSESSMENT.value, {}).get("results"):
            raise NotNow("还没有考核结果，不能核算补贴")
        return computation_of(case)


def preview_typed(product: Product, *, actor: Actor, application_id: int, body: Any) -> dict[str, Any]:
    """The same for whole sections as they are being typed over the stored ones, by the applicant.

    A field that cannot be read is named under ``faults`` and left out; the others are checked all the same.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_own(case, actor)
        _require_sections(body)
        body = {name: part for name, part in body.items() if part is not None}
        faults, typed = _readable(
            with_kept_masks(case, body), lambda data: read_patch(case.kind, data, case.subsidy)
        )
        if typed is not None:
            parts = typed.stored().items()
            case.form |= {name: case.form.get(name, {}) | part for name, part in parts}
        return _preview(case, faults)


def preview_new(product: Product, *, actor: Actor, body: Any) -> dict[str, Any]:
    """The same for an application that has not been saved yet; it has no roster."""
    body, unnamed = _named(with_masks_carried_over(product, actor, body))
    faults, typed = _readable(body, read_new_application)
    if typed is None:
        return _answer([], [], faults)
    new: NewApplication = typed
    policy = product.policy_of_the_day(new.policy)
    form, kind, subsidy = new.sections(), ApplicationKind(new.kind), Subsidy(new.subsidy)
    if unnamed:
        del form["applicant"]["name"]
    if subsidy is not Subsidy.TRAINING:
        # There is nothing to measure before the draft is saved and has its list.
        return _answer([], completeness(form, kind, subsidy=subsidy), faults)
    with reading(product.engine) as connection:
        now = product.now(connection)
        facts = Facts(
            form=form,
            now=now,
            today=shanghai_date(now),
            applicant_kind=kind,
            year_list=year_list_of(
                connection,
                region=new.region,
                organisation_id=actor.organisation_id,
                provider=form.get("provider", {}),
            ),
        )
    occasion = Occasion.CLAIM_SUBMIT if kind is ApplicationKind.INDIVIDUAL else Occasion.OPENING_SUBMIT
    found = [
        finding
        for finding in check_draft(occasion, facts, policy)
        # There is nowhere to fill in a roster before the draft is saved.
        if finding.rule != "roster"
    ]
    return _answer(found, completeness(form, kind), faults)


def _named(body: Any) -> tuple[Any, bool]:
    """The body with a name for the applicant, and whether it had none: the rest is checked all the same."""
    applicant = body.get("applicant") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(applicant, dict | None):
        return body, False
    name = (applicant or {}).get("name")
    if name is not None and (not isinstance(name, str) or name.strip()):
        return body, False
    return body | {"applicant": (applicant or {}) | {"name": "未填写"}}, True


def _preview(case: Case, faults: list[FieldError]) -> dict[str, Any]:
    claiming = case.state in _CLAIMING
    missing = missing_in(case, claim=claiming)
    claims = claiming or case.starts_at_claim
    occasion = claim_occasion(case) if claims else Occasion.OPENING_SUBMIT
    facts = facts_of(case, occasion, {})
    found = check_draft(occasion, facts, case.policy)
    return _answer(found, missing, faults, computation_of(case, facts) if claims else None)


def _answer(
    found: list[Finding],
    missing: list[FieldError],
    faults: list[FieldError],
    computation: dict[str, Any] | None = None,
) -> dict[str, Any]:
    named = {fault.field for fault in faults}
    return {
        "findings": [finding.as_dict() for finding in found],
        "missing": [error.as_dict() for error in missing if error.field not in named],
        "faults": [fault.as_dict() for fault in faults],
        "computation": computation,
    }


def _require_sections(body: Any) -> None:
    wrong = [
        FieldError(str(name), f"“{name}”应为申请表的一个部分")
        for name, part in body.items()
        if name not in SECTIONS or not isinstance(part, dict | None)
    ]
    if wrong:
        raise Malformed("请求内容有误", wrong)


def _readable(body: Any, read: Callable[[Any], Typed]) -> tuple[list[FieldError], Any]:
    """What is wrong in ``body``, and the rest of it read; None where nothing of it can be read."""
    faults: list[FieldError] = []
    for _ in range(_MOST_ROUNDS):
        try:
            return faults, read(body)
        except Malformed as refusal:
            known = {fault.field for fault in faults}
            found = [error for error in refusal.errors if error.field not in known]
            if not found:
                # What is missing cannot be taken away.
                break
            faults += found
            for error in found:
                body = _without(body, error.field.split("."))
    return faults, None


def _without(data: Any, place: list[str]) -> Any:
    """``data`` without what stands at ``place``; an entry of a list is emptied rather than taken out."""
    head, rest = place[0], place[1:]
    if isinstance(data, Mapping):
        kept = {key: value for key, value in data.items() if key != head}
        return kept | {head: _without(data[head], rest)} if rest and head in data else kept
    if isinstance(data, list) and head.isdecimal() and int(head) < len(data):
        entry = _without(data[int(head)], rest) if rest else {}
        return [*data[: int(head)], entry, *data[int(head) + 1 :]]
    return None
