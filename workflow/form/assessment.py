"""Section 三 结业考核: the proposed day, the results, and the certificate of an individual."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from workflow.form.fields import (
    CertificateNumber,
    ClassNumber,
    Count,
    Day,
    Drafted,
    EntryError,
    IdentityNumber,
    Level,
    Name,
    RowNumber,
    Typed,
    asked,
    drafted,
    optional,
    unique,
)
from workflow.form.opening import MOST_CLASSES, CertificateChoice
from workflow.policy.model import LEVELLED_KINDS
from workflow.vocabulary import CertificateKind

MOST_CERTIFICATES = 5_000


class AssessmentProposal(Typed):
    """The day that is proposed for the assessment."""

    assess_on: Day = asked("组织考核时间", help="须提前提出，并在信息化管理系统填报")


class IssuedCertificate(Typed):
    """One certificate of one trainee, who is named by the identity number or by the row of the roster."""

    id_number: IdentityNumber | None = optional(
        "证件号码", help="不填的，须填写名册序号", personal="identity"
    )
    row_no: RowNumber | None = optional("名册序号", help="学员在名册中的序号，代替证件号码")
    number: CertificateNumber = asked("证书编号")
    issued_on: Day = asked("发证日期")

    @model_validator(mode="after")
    def _names_one_trainee(self) -> IssuedCertificate:
        if self.id_number is None and self.row_no is None:
            raise EntryError("id_number", "未填写")
        if self.id_number is not None and self.row_no is not None:
            raise EntryError("row_no", "与证件号码只能填写一项")
        return self


class Result(Typed):
    """How one class did in one kind of assessment."""

    class_no: ClassNumber = asked("班次")
    kind: CertificateChoice = asked("考核种类")
    level: Level | None = Field(
        default=None,
        title="级别",
        validate_default=True,
        json_schema_extra={"x-required": False, "x-help": "职业资格、职业技能等级须填写"},
    )
    examined_count: Count = asked("参加考核人数")
    certified_count: Count | None = Field(
        default=None,
        title="取证人数",
        validate_default=True,
        json_schema_extra={"x-required": False, "x-help": "逐人填写证书的可以不填，以清单为准"},
    )
    certificates: Annotated[list[IssuedCertificate], Field(max_length=MOST_CERTIFICATES)] | None = optional(
        "证书", help="逐人填写的，须与取证人数一致"
    )

    @field_validator("level")
    @classmethod
    def _levelled_kinds_have_a_level(cls, level: int | None, info: ValidationInfo) -> int | None:
        kind = info.data.get("kind")
        if level is None and isinstance(kind, CertificateKind) and kind in LEVELLED_KINDS:
            raise ValueError(f"未填写：{kind.label}须填写级别")
        return level

    @model_validator(mode="before")
    @classmethod
    def _as_many_as_are_listed(cls, data: Any) -> Any:
        """Where every certificate is listed nobody has to count them."""
        if isinstance(data, dict) and data.get("certified_count") is None:
            listed = data.get("certificates")
            if isinstance(listed, list):
                return data | {"certified_count": len(listed)}
        return data

    @field_validator("certified_count")
    @classmethod
    def _certified_were_examined(cls, certified: int | None, info: ValidationInfo) -> int:
        if certified is None:
            raise ValueError("未填写")
        examined = info.data.get("examined_count")
        if examined is not None and certified > examined:
            raise ValueError(f"不能多于参加考核人数{examined}人")
        return certified

    @field_validator("certificates")
    @classmethod
    def _certificates_agree_with_the_count(
        cls, certificates: list[IssuedCertificate] | None, info: ValidationInfo
    ) -> list[IssuedCertificate] | None:
        certified = info.data.get("certified_count")
        if certificates is None:
            return None
        if certified is not None and len(certificates) != certified:
            raise ValueError(f"列有{len(certificates)}本，与取证人数{certified}人不一致")
        for name in ("id_number", "row_no"):
            unique(certificates, name, message="重复：同一人在一种考核中只能列一本证书")
        # Not by its number: that of a 特种作业操作证 is the number of the identity document.
        return unique(certificates, "number", message="重复：每本证书的编号不同")


class Results(Typed):
    """All results of an application."""

    results: Annotated[list[Result], Field(min_length=1, max_length=MOST_CLASSES * 5)] = asked("考核结果")

    @field_validator("results")
    @classmethod
    def _no_result_twice(cls, results: list[Result]) -> list[Result]:
        keys: set[tuple[int, CertificateKind, int | None]] = set()
        for result in results:
            keys.add((result.class_no, result.kind, result.level))
        if len(keys) != len(results):
            raise ValueError("同一班次、同一种类和级别只能填写一次")
        return results


class IndividualCertificate(Drafted):
    """The certificate with which an individual applies."""

    kind: CertificateChoice | None = drafted("证书种类")
    level: Level | None = optional("级别", help="5 初级工 至 1 高级技师；不分级别的证书不填")
    number: CertificateNumber | None = drafted("证书编号")
    issued_on: Day | None = drafted("发证日期")
    body: Name | None = drafted("评价机构")
