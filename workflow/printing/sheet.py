"""The whole sheet of an application: which parts it has, what stands above and below the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow.printing.applicant_part import head, list_behind, list_part, person_parts
from workflow.printing.cells import Part, Sheet
from workflow.printing.claim_parts import claim_part, disbursement_part
from workflow.printing.training_parts import assessment_part, opening_part, training_behind, training_part
from workflow.vocabulary import ApplicationKind, Subsidy

TITLE = "年度补贴培训资金申请表"
NOTES = (
    "备注：1. 培训专业及批次较多的，可在此表相应栏目中添加；",
    "2. 个人申请的，仅填写此表涉及个人及培训机构、评价机构等基本信息。",
)

Pages = tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Imprint:
    """By what a printed form can be checked: the code, and where."""

    code: str
    site_name: str


def sheet_of(view: Mapping[str, Any], imprint: Imprint, listed: Sequence[Mapping[str, Any]] = ()) -> Sheet:
    """What is printed of an application as it is answered; ``listed`` are the people of a direct claim.

    The same application at the same version gives the same sheet: nothing here asks for the day.
    """
    form = view["form"]
    top, bottom = head(form.get("applicant") or {}), (claim_part(view), disbursement_part(view))
    if view["subsidy"] != Subsidy.TRAINING:
        pages: Pages = ((top, list_part(view, listed), *bottom),)
        behind = list_behind(view, listed)
    elif view["kind"] == ApplicationKind.INDIVIDUAL:
        pages, behind = ((top, *person_parts(form), *bottom),), ()
    else:
        # The paper form turns its page before section 三.
        pages = ((top, opening_part(view), training_part(view)), (assessment_part(view), *bottom))
        behind = training_behind(view)
    version = view["policy_version"]
    return Sheet(
        title=TITLE,
        heads=(
            f"编号：{view['number']}",
            f"地区：{view['region_label']}",
            f"申请类别：{view['kind_label']}",
            f"补贴种类：{view['subsidy_label']}",
        ),
        pages=pages,
        notes=(
            *NOTES,
            f"适用政策：{view['policy_title']}（版本 {version[:12]}）。"
            "签名由系统按办理账号生成，加盖公章后生效。",
        ),
        feet=(
            f"编号 {view['number']}　第 {view['version']} 版　办理状态：{view['state_label']}",
            f"核验码 {imprint.code}　真伪请在“{imprint.site_name}”的“表单核验”页面核对",
        ),
        continuations=behind,
    )
