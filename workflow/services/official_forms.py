"""The official form (附件2) as a PDF, with the check code by which anybody can tell it from a forgery.

The code is keyed over the number, the version and the digests of the case as its audit trail has them, so
nothing is kept of a print: the trail knows every state in which a form can have been printed.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workflow.access import Actor, require_reading
from workflow.clock import SHANGHAI
from workflow.errors import FieldError, Malformed
from workflow.form.masking import mask_name
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import canonical
from workflow.policy import region_labels
from workflow.printing import Imprint, sheet_of, typeset
from workflow.sealing import check_code, read_check_code, secrets_of_code
from workflow.services.audit import Standing, recorded_standings, standing_of
from workflow.services.beneficiaries import list_view
from workflow.services.case import open_case
from workflow.services.product import Product
from workflow.services.view import application_view
from workflow.vocabulary import ApplicationKind, State, Subsidy

_NUMBER = re.compile(r"[0-9]{6}-[0-9]{4}-[0-9]{6,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form as it is downloaded."""

    number: str
    version: int
    code: str
    pdf: bytes


def print_official_form(product: Product, *, actor: Actor, application_id: int) -> PrintedForm:
    """The official form of an application, filled as far as the case has come; numbers masked.

    The same version of the case gives the same bytes. Raises ``Forbidden`` for whom the application is none
    of the business, and ``FontsMissing`` where the machine has no font for Chinese.
    """
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        view = application_view(case, actor)
        listed = [] if case.subsidy is Subsidy.TRAINING else list_view(case)["items"]
        settings = product.settings
        code = _code(view["number"], standing_of(case.row), settings.keys.current)
    # The connection is given back first: typesetting takes longer than reading.
    sheet = sheet_of(view, Imprint(code, settings.site_name), listed)
    return PrintedForm(view["number"], view["version"], code, typeset(sheet, font_path=settings.font_path))


def check_printed_form(product: Product, *, number: str, code: str) -> dict[str, Any]:
    """Whether a form with this number and check code was printed by this product, for everybody.

    ``result`` is ``genuine``, ``unknown``, or ``other_key`` where the code names a key that is no longer in
    use. Of a genuine one: which version and state it shows, since when, whether that is still how the case
    stands (``current``), and only then the figures to hold beside the paper. No personal data. Of a number
    that does not exist nothing else is said than of a wrong code. Raises ``Malformed``.
    """
    number, printed = _typed(number, code)
    secrets = secrets_of_code(printed, keys=product.settings.keys)
    if not secrets:
        return {"result": "other_key"}
    with reading(product.engine) as connection:
        application = tables.application
        found = connection.execute(select(application).where(application.c.number == number))
        row = found.mappings().one_or_none()
        match = _match(connection, row, printed, secrets) if row is not None else None
    if row is None or match is None:
        return {"result": "unknown"}
    standing, recorded_at = match
    current = standing == standing_of(row)
    individual = row["kind"] == ApplicationKind.INDIVIDUAL
    return {
        "result": "genuine",
        "number": number,
        "kind_label": ApplicationKind(row["kind"]).label,
        "subsidy_label": Subsidy(row["subsidy"]).label,
        "region_label": region_labels().get(row["region"], row["region"]),
        "applicant_name": mask_name(row["applicant_name"]) if individual else row["applicant_name"],
        "state": standing[0],
        "state_label": State(standing[0]).label,
        "version": standing[2],
        "recorded_at": recorded_at.astimezone(SHANGHAI).isoformat(),
        "current": current,
        "money": {
            name: yuan_from_fen(row[f"{name}_fen"]) for name in ("asked", "approved", "paid") if current
        },
    }


def _match(
    connection: Connection, row: Any, code: str, secrets: tuple[str, ...]
) -> tuple[Standing, datetime] | None:
    """The standing for which the code was made, with the earliest moment from which it stood so."""
    found = None
    for standing, recorded_at in recorded_standings(connection, row["id"]):
        if found is not None and standing != found[0]:
            break
        if any(hmac.compare_digest(_code(row["number"], standing, secret), code) for secret in secrets):
            found = standing, recorded_at
    return found


def _code(number: str, standing: Standing, secret: str) -> str:
    return check_code(canonical([number, *standing]), secret=secret)


def _typed(number: str, code: str) -> tuple[str, str]:
    errors = []
    number = unicodedata.normalize("NFKC", number).strip()
    if not _NUMBER.fullmatch(number):
        errors.append(FieldError("number", "“编号”应与表格上印的一致，如 410400-2026-000001"))
    printed = read_check_code(code)
    if printed is None:
        message = "“核验码”应为 12 位字母和数字，印在表格每页的页脚，如 ABCD-EFGH-JKMN"
        errors.append(FieldError("code", message))
    if errors or printed is None:
        raise Malformed("；".join(error.message for error in errors), errors)
    return number, printed
