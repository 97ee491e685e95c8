"""Numbers of certificates that hold their holder's identity number: a 特种作业操作证 is T and that number.

They are kept with it covered and the person's id beside it, so that equal numbers stay equal, different ones
different, and no identity number stands in clear.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from workflow.errors import FieldError
from workflow.form.masking import mask_identity
from workflow.form.private_numbers import identity_inside
from workflow.form.reading import malformed
from workflow.sealing import KeyRing
from workflow.services.persons import Person, register_persons
from workflow.vocabulary import IdentityType


def cover_in_results(results: Sequence[Mapping[str, Any]], persons: Mapping[str, Person]) -> None:
    """The numbers of listed certificates as they are kept; ``persons`` are the known holders by their number.

    Raises ``Malformed`` for a certificate with the identity number of somebody else.
    """
    errors = []
    for index, result in enumerate(results):
        for place, certificate in enumerate(result.get("certificates") or ()):
            holder = certificate["id_number"]
            inside = identity_inside(certificate["number"])
            if inside and inside != holder:
                errors.append(_of_somebody_else(f"payload.results.{index}.certificates.{place}.number"))
            elif inside:
                # Who is not known is on no roster, and will be refused for that.
                certificate["number"] = _covered(certificate["number"], inside, persons.get(holder))
    if errors:
        raise malformed(errors)


def cover_on_form(
    connection: Connection,
    sections: Mapping[str, dict[str, Any]],
    applicant: Mapping[str, Any],
    *,
    keys: KeyRing,
) -> None:
    """The number of an individual's own certificate as it is kept; ``applicant`` is that part in clear.

    Raises ``Malformed`` for a certificate with the identity number of somebody else.
    """
    certificate = sections.get("certificate", {})
    inside = identity_inside(certificate.get("number", ""))
    if not inside:
        return
    if inside != applicant.get("id_number"):
        raise malformed([_of_somebody_else("certificate.number")])
    kind = IdentityType(applicant.get("id_type", IdentityType.RESIDENT_ID))
    person = register_persons(connection, {inside: kind}, keys=keys)[inside]
    certificate["number"] = _covered(certificate["number"], inside, person)


def _covered(number: str, inside: str, person: Person | None) -> str:
    head, _, tail = "".join(unicodedata.normalize("NFKC", number).split()).upper().partition(inside)
    return f"{head}{mask_identity(inside)}{tail}" + (f"#{person.id}" if person else "")


def _of_somebody_else(field: str) -> FieldError:
    return FieldError(
        field, "“证书编号”中的证件号码不是持证人的，请核对（特种作业操作证的编号为 T 加本人证件号码）"
    )
