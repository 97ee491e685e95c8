"""The head of the form: who applies, how to reach them, and where the money goes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from workflow.form.fields import (
    BankAccount,
    Drafted,
    IdentityNumber,
    Name,
    Phone,
    Uscc,
    Widget,
    asked,
    drafted,
    optional,
)
from workflow.form.identity import check_identity
from workflow.vocabulary import EnterpriseSize, IdentityType

IdentityKind = Annotated[IdentityType, Field(strict=False), Widget("select")]


class OrganisationApplicant(Drafted):
    """A training institution or an enterprise."""

    name: Name = asked("培训机构（或企业）名称", help="与公章一致")
    uscc: Uscc | None = drafted("统一社会信用代码", help="18位")
    contact_name: Name | None = drafted("联系人")
    contact_phone: Phone | None = drafted("联系电话", personal="phone")
    bank_name: Name | None = drafted("开户银行名称")
    bank_account: BankAccount | None = drafted("银行账号", help="8至32位数字", personal="account")


class ClaimingBody(OrganisationApplicant):
    """Who claims for other people's certificates: an assessment body, an employer or an employment agency."""

    name: Name = asked("申请单位名称", help="与公章一致")


class Employer(ClaimingBody):
    """An enterprise that has hired holders of certificates."""

    size: Annotated[EnterpriseSize, Field(strict=False), Widget("select")] | None = drafted(
        "企业规模", help="补助只发放给中小微企业"
    )


class IndividualApplicant(Drafted):
    """A person who applies for the own training."""

    name: Name = asked("申请人姓名")
    id_type: IdentityKind = Field(
        default=IdentityType.RESIDENT_ID, title="证件类型", json_schema_extra={"x-required": True}
    )
    id_number: IdentityNumber | None = drafted("证件号码", personal="identity")
    contact_name: Name | None = optional("联系人", help="不填即为申请人本人")
    contact_phone: Phone | None = drafted("联系电话", personal="phone")
    bank_name: Name | None = drafted("开户银行名称")
    bank_account: BankAccount | None = drafted("银行账号", help="8至32位数字", personal="account")

    @field_validator("id_number")
    @classmethod
    def _identity_is_real(cls, number: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("id_type")
        return check_identity(number, kind) if number is not None and kind is not None else number
