"""What an organisation types that registers itself, and what HR says to it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from workflow.form.fields import (
    Code,
    Drafted,
    Line,
    Name,
    PersonName,
    Phone,
    RegionCode,
    Typed,
    Uscc,
    Widget,
    asked,
    clean_text,
    drafted,
    optional,
)
from workflow.policy import region_labels
from workflow.vocabulary import PROOFS_OF, ApplicationKind

MOST_REASON = 500
SIGNING_IN = ("login", "account_name", "email", "password")
"""What makes the account of the owner."""

Kind = Annotated[ApplicationKind, Field(strict=False), Widget("select")]
# Its rules, and those of the login, are those of every account (``form/accounts.py``).
Password = Annotated[str, Field(max_length=1000), Widget("password")]
EmailAddress = Annotated[
    str, Field(min_length=1, max_length=200), BeforeValidator(clean_text), Widget("text")
]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=MOST_REASON),
    BeforeValidator(lambda value: clean_text(value, lines=True)),
    Widget("textarea"),
]


class Registration(Drafted):
    """An organisation and the account of its owner."""

    kind: Kind = asked("单位类别")
    region: RegionCode = asked("地区", help="向哪个地区申请补贴")
    name: Name = asked("单位名称", help="与公章一致")
    uscc: Uscc = asked("统一社会信用代码", help="18位")
    legal_representative: PersonName = asked("法定代表人（负责人）")
    address: Line = asked("地址")
    contact_name: PersonName = asked("联系人")
    contact_phone: Phone = asked("联系电话", personal="phone")
    login: Code = asked("登录名", help="小写字母开头，2至64个字符；通过审核后用它登录")
    account_name: PersonName = asked("姓名", help="账号使用人，由其管理本单位的其他账号")
    email: EmailAddress | None = optional("电子邮箱", help="填写的，审核结果发到这个邮箱")
    password: Password | None = drafted("密码", help="10至128个字符")

    @field_validator("kind")
    @classmethod
    def _registers(cls, kind: ApplicationKind) -> ApplicationKind:
        if kind not in PROOFS_OF:
            raise ValueError(f"须为下列之一：{'、'.join(each.label for each in PROOFS_OF)}")
        return kind

    @field_validator("region")
    @classmethod
    def _has_a_policy(cls, region: str) -> str:
        if region not in region_labels():
            raise ValueError(f"须为下列之一：{'、'.join(region_labels().values())}")
        return region

    def told(self) -> dict[str, Any]:
        """What the trail keeps of it: nothing that is a person's alone."""
        return {
            name: value
            for name, value in self.stored().items()
            if name in {"kind", "region", "name", "uscc", "legal_representative", "address", "login"}
        }


class RegistrationDecision(Typed):
    """Whether HR approves a registration; a refusal says why."""

    approved: bool = Field(title="是否通过")
    reason: Reason | None = optional("退回的理由", help="会告知注册单位，请写明须改正什么")


class Colleague(Drafted):
    """Another account of an organisation, added by its owner."""

    login: Code = asked("登录名", help="小写字母开头，2至64个字符")
    name: PersonName = asked("姓名")
    password: Password = asked("初始密码", help="10至128个字符；请当面告知，首次登录时必须修改")
    email: EmailAddress | None = optional("电子邮箱")
