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

# As long as a number may be where it is typed, and where it is stored.
_LONGEST = 64


class KeptNumbers:
    """Turns numbers into those that are kept; at the end says all at once which are somebody else's."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def of(self, number: str, holder: str, person: Person | None, where: str) -> str:
        """The number as it is kept; ``holder`` is the holder's own, ``where`` the field it was typed in.

        Somebody who is not known yet has no id to stand beside it.
        """
        inside = identity_inside(number)
        if not inside:
            return number
        if inside != holder:
            message = "“证书编号”中的证件号码不是持证人的，请核对（特种作业操作证的编号为 T 加本人证件号码）"
            self._errors.append(FieldError(where, message))
        plain = "".join(unicodedata.normalize("NFKC", number).split()).upper()
        covered = plain.replace(inside, mask_identity(inside))
        mark = f"#{person.id}" if person else ""
        return covered[: _LONGEST - len(mark)] + mark

    def require_own(self) -> None:
        """Raises ``Malformed`` where a number was not its holder's."""
        if self._errors:
            raise malformed(self._errors)


def cover_in_results(results: Sequence[Mapping[str, Any]], persons: Mapping[str, Person]) -> None:
    """The numbers of listed certificates as they are kept; ``persons`` are the known holders by their number.

    Raises ``Malformed`` for a certificate with the identity number of somebody else.
    """
    kept = KeptNumbers()
    for index, result in enumerate(results):
        for place, certificate in enumerate(result.get("certificates") or ()):
            where = f"payload.results.{index}.certificates.{place}.number"
            holder = certificate["id_number"]
            # Who is not known is on no roster, and will be refused for that.
            certificate["number"] = kept.of(certificate["number"], holder, persons.get(holder), where)
    kept.require_own()


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
    number = certificate.get("number", "")
    if not identity_inside(number):
        return
    own, kept, person = applicant.get("id_number", ""), KeptNumbers(), None
    if own:
        kind = IdentityType(applicant.get("id_type", IdentityType.RESIDENT_ID))
        person = register_persons(connection, {own: kind}, keys=keys)[own]
    certificate["number"] = kept.of(number, own, person, "certificate.number")
    kept.require_own()
