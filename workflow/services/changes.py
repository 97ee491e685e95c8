"""What the applicant changed since an application was returned: the form, and the people of the list."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import insert, select

from workflow.access import Actor, require_reading
from workflow.form.beneficiaries import TEMPLATES
from workflow.form.changes import Change, Covered, changes, own_entries
from workflow.form.roster import ROSTER
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.sealing import unseal
from workflow.services.case import Case, open_case
from workflow.services.editing import list_part, parts_to_correct
from workflow.services.personal import map_sealed
from workflow.services.product import Product
from workflow.vocabulary import (
    SECTION_OF,
    ApplicationKind,
    CertificateKind,
    IdentityType,
    State,
    Subsidy,
    TraineeCategory,
)

_LABELS: dict[str, dict[str, str]] = {
    "id_type": {word.value: word.label for word in IdentityType},
    "category": {word.value: word.label for word in TraineeCategory},
    "certificate_kind": {word.value: word.label for word in CertificateKind},
}


def keep_returned(case: Case, request: dict[str, Any]) -> None:
    """Keeps what the applicant is asked to correct as it stands on the return ``request`` of the form."""
    open_parts = parts_to_correct(request["sections"])
    request["before"] = deepcopy(own_entries(case.kind, case.subsidy, case.form, open_parts))
    if case.kind is not ApplicationKind.INDIVIDUAL and list_part(case) in open_parts:
        case.connection.execute(
            insert(tables.returned_list).values(
                application_id=case.id, returned_at=case.now, people=_people(case)
            )
        )


def read_changes(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """What was changed since the last return: ``form`` entry by entry, ``people`` of the list one by one.

    ``returned_at`` is None, and nothing has changed, where it was never returned. ``current`` says whether
    the present step is of the section that was returned. Raises ``NotFound``, ``Forbidden``.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        requests = [each for each in case.form.get("corrections", []) if "before" in each]
        if not requests:
            return {"returned_at": None, "reason": "", "current": False, "form": [], "people": []}
        request = requests[-1]
        form = changes(
            case.kind, case.subsidy, _comparable(case, request["before"]), _comparable(case, case.form)
        )
        # Where this return did not open the list, the one kept last is of an earlier return.
        opened = list_part(case) in parts_to_correct(request["sections"])
        people = _changed_people(case) if opened else []
    section = SECTION_OF[State(request["returned_from"])].value
    return {
        "returned_at": request["returned_at"],
        "reason": request["reason"],
        "current": section == case.row["section"],
        "form": [change.as_dict() for change in form],
        "people": people,
    }


def _comparable(case: Case, form: dict[str, Any]) -> dict[str, Any]:
    keys = case.product.settings.keys
    covered: dict[str, Any] = map_sealed(
        form, lambda value: Covered(unseal(value["sealed"], keys=keys), value["masked"])
    )
    return covered


def _columns(case: Case) -> Mapping[str, str]:
    return (ROSTER if case.subsidy is Subsidy.TRAINING else TEMPLATES[case.subsidy]).labels


def _people(case: Case) -> list[dict[str, Any]]:
    """Everybody on the list as people see them, with who they are and which row; numbers masked."""
    table = tables.trainee if case.subsidy is Subsidy.TRAINING else tables.beneficiary
    person = tables.person
    masked = person.c.id_number_masked.label("id_number"), table.c.phone_masked.label("phone")
    rows = case.connection.execute(
        select(table, *masked)
        .join(person, person.c.id == table.c.person_id)
        .where(table.c.application_id == case.id)
        .order_by(table.c.row_no)
    ).mappings()
    fields = _columns(case)
    return [
        {"person_id": row["person_id"], "row_no": row["row_no"]}
        | {field: _said(field, row[field]) for field in fields}
        for row in rows
    ]


def _said(field: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return _LABELS.get(field, {}).get(str(value), str(value))


def _changed_people(case: Case) -> list[dict[str, Any]]:
    """Who was added, left out or changed since the list was last kept, in the order of the rows."""
    kept = case.connection.scalar(
        select(tables.returned_list.c.people)
        .where(tables.returned_list.c.application_id == case.id)
        .order_by(tables.returned_list.c.id.desc())
        .limit(1)
    )
    if kept is None:
        return []
    fields = _columns(case)
    old, new = ({_who(row): row for row in rows} for rows in (kept, _people(case)))
    found = [_person("removed", row, []) for who, row in old.items() if who not in new]
    for who, row in new.items():
        if who not in old:
            found.append(_person("added", row, []))
            continue
        changed = [
            Change(f"rows.{row['row_no']}.{field}", label, old[who][field], row[field])
            for field, label in fields.items()
            if old[who].get(field) != row[field]
        ]
        if changed:
            found.append(_person("changed", row, changed))
    return found


def _who(row: Mapping[str, Any]) -> tuple[Any, ...]:
    # Somebody may be on a list with several certificates.
    return row["person_id"], row.get("certificate_number", "")


def _person(what: str, row: Mapping[str, Any], changed: list[Change]) -> dict[str, Any]:
    return {
        "what": what,
        "row_no": row["row_no"],
        "name": row["name"],
        "masked": row["id_number"],
        "changes": [change.as_dict() for change in changed],
    }
