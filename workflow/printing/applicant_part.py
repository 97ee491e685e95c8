"""The head of the form, and what stands in place of sections 一 to 三 where nobody is trained any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workflow.clock import day_cn
from workflow.printing.cells import (
    Column,
    Continuation,
    Part,
    label,
    level_of,
    occupation_of,
    people,
    value,
)
from workflow.vocabulary import CertificateKind, EnterpriseSize, IdentityType, Subsidy

_DAYS = {"issued_on": "发证日期", "hired_on": "吸纳日期", "placed_on": "就业日期"}


def head(applicant: Mapping[str, Any]) -> Part:
    """Who applies, with the place of the seal, how to reach them, and where the money goes."""
    contact = (applicant.get("contact_name") or "", applicant.get("contact_phone") or "")
    return Part(
        "",
        (
            (
                label("培训机构\n(或企业、个人)名称", colspan=2),
                value(applicant.get("name") or "", colspan=2, small=("（加盖印章）",)),
                label("联系人及电话"),
                value(*contact, colspan=2),
            ),
            (
                label("开户银行名称", colspan=2),
                value(applicant.get("bank_name") or "", colspan=2),
                label("银行帐号"),
                value(applicant.get("bank_account") or "", colspan=2),
            ),
        ),
    )


def person_parts(form: Mapping[str, Any]) -> tuple[Part, ...]:
    """What an individual fills in: the person, the institution and the assessment body (note 2)."""
    applicant = form.get("applicant") or {}
    provider = form.get("provider") or {}
    certificate = form.get("certificate") or {}
    document = applicant.get("id_type")
    kind = certificate.get("kind")
    return (
        Part(
            "个人信息",
            (
                (
                    label("证件类型"),
                    value(IdentityType(document).label if document else "", colspan=2),
                    label("证件号码"),
                    value(applicant.get("id_number") or "", colspan=2),
                ),
            ),
        ),
        Part(
            "培训情况",
            (
                (
                    label("培训机构"),
                    value(provider.get("institution") or "", colspan=2),
                    label("统一社会信用代码"),
                    value(provider.get("institution_uscc") or "", colspan=2),
                ),
                (
                    label("培训工种及级别"),
                    value(occupation_of(provider), colspan=2),
                    label("职业编码"),
                    value(provider.get("occupation_code") or "", colspan=2),
                ),
            ),
        ),
        Part(
            "取证情况",
            (
                (
                    label("证书类别及级别"),
                    value(
                        CertificateKind(kind).label if kind else "",
                        level_of(certificate.get("level")),
                        colspan=2,
                    ),
                    label("证书编号"),
                    value(certificate.get("number") or "", colspan=2),
                ),
                (
                    label("评价机构"),
                    value(certificate.get("body") or "", colspan=2),
                    label("发证日期"),
                    value(day_cn(certificate.get("issued_on")), colspan=2),
                ),
            ),
        ),
    )


def list_part(view: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]) -> Part:
    """For whom a subsidy is claimed that starts at the claim: so many of each certificate."""
    size = (view["form"].get("applicant") or {}).get("size")
    counted = Counter((each["certificate_kind"], each["level"]) for each in listed)
    held = (f"{_certificate(kind, level)}：{count} 人" for (kind, level), count in counted.items())
    return Part(
        "受益人员",
        (
            (
                label("补贴种类"),
                value(view["subsidy_label"], EnterpriseSize(size).label if size else "", colspan=2),
                label("名单人数"),
                value(
                    people(view["roster_count"] or None), colspan=2, small=("名单见附表",) if listed else ()
                ),
            ),
            (label("持有证书"), value(*held, colspan=5)),
        ),
    )


def list_behind(view: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]) -> tuple[Continuation, ...]:
    """The list itself, numbers masked; with the day on which somebody was hired or placed."""
    if not listed:
        return ()
    day = {Subsidy.HIRING.value: "hired_on", Subsidy.PLACEMENT.value: "placed_on"}.get(view["subsidy"])
    columns = (
        Column("序号", 1, "center"),
        Column("姓名", 2),
        Column("证件号码", 4),
        Column("证书类别及级别", 4.4),
        Column("职业（工种）", 2.5),
        Column("证书编号", 4),
        Column(_DAYS[day or "issued_on"], 2.2, "center"),
    )
    rows = tuple(
        (
            str(each["row"]),
            each["name"],
            each["id_number"],
            _certificate(each["certificate_kind"], each["level"]),
            each["occupation"],
            each["certificate_number"],
            each[day or "issued_on"] or "",
        )
        for each in listed
    )
    return (Continuation(f"附表　{view['subsidy_label']}受益人员名单（{len(rows)} 人）", columns, rows),)


def _certificate(kind: str, level: object) -> str:
    return " ".join(filter(None, (CertificateKind(kind).label, level_of(level))))
