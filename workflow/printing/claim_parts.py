"""Sections 四 and 五 of the form: what is claimed, who has approved it, and what was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.clock import as_date, day_cn
from workflow.deadlines.words import said
from workflow.form.money import capital_text, fen_from_yuan, wan_text, yuan_text
from workflow.printing.cells import NO_DAY, Part, Signed, label, opinion, people, value
from workflow.printing.training_parts import MOST_IN_CELLS
from workflow.vocabulary import NOTICE_LABELS, FundSource, ObjectionOutcome

COMMITMENT = (
    "我郑重承诺对提供的各项材料和信息真实性负责，自觉接受社会监督。"
    "若有违反本承诺的行为，依法接受处理，并承担相应的责任。"
)
_REVIEWERS = ("初审人", "复核人")

Entry = Mapping[str, Any]


def claim_part(view: Entry) -> Part:
    """Section 四."""
    claim = view["form"]["claim"]
    lines, reviews = claim.get("lines") or (), claim.get("reviews") or ()
    commitment = claim.get("commitment") or {}
    asked = sum(fen_from_yuan(line["amount"]) for line in lines)
    one_by_one = (
        f"{line['class_no']}班：{line['heads']} 人，{yuan_text(fen_from_yuan(line['amount']))}"
        for line in lines
        if 1 < len(lines) <= MOST_IN_CELLS
    )
    return Part(
        "补贴资金申领",
        (
            (
                label("企业或培训机构或个人向行业主管部门申请", rowspan=2),
                label("申请补贴人数"),
                value(people(sum(line["heads"] for line in lines)) if lines else ""),
                label("申请补贴资金"),
                value(
                    wan_text(asked) if lines else "　　　　万元",
                    f"大写：{capital_text(asked)}" if lines else "",
                    *one_by_one,
                    colspan=2,
                ),
            ),
            (
                Signed(
                    (COMMITMENT,),
                    (("申请承诺人", commitment.get("signatory") or ""),),
                    day=day_cn(claim.get("submitted_on")) or NO_DAY,
                    seal=False,
                ),
            ),
            (
                label("行业主管部门\n审核情况", "(自受理之日起\n10个工作日内)"),
                _accepted(claim, opinion(reviews, "claim_industry", _REVIEWERS)),
            ),
            (
                label("人力资源社会保障\n部门对补贴信息\n公示情况", "(不少于5个工作日)"),
                _published(claim),
            ),
            (label("人力资源社会\n保障部门审核意见"), opinion(reviews, "claim_hr", _REVIEWERS)),
            (label("财政部门审核意见"), opinion(reviews, "claim_finance", _REVIEWERS)),
        ),
    )


def _accepted(claim: Entry, signed: Signed) -> Signed:
    if not claim.get("accepted_on"):
        return signed
    by = f"，受理人：{claim['accepted_by']}" if claim.get("accepted_by") else ""
    words = f"受理日期：{day_cn(claim['accepted_on'])}{by}"
    return Signed((words, *signed.paragraphs), signed.signs, day=signed.day)


def _published(claim: Entry) -> Signed:
    """Every publication with what was objected to it; the last one's signatures."""
    notices, objections = claim.get("notices") or (), claim.get("objections") or ()
    if not notices:
        blank = (
            f"{NO_DAY}至{NO_DAY}在　　　　省(市、县)人力资源和社会保障局官网进行公示，公示期　　天，"
            "期间收到异议情况和处理情况："
        )
        return Signed((blank,), tuple((seat, "") for seat in _REVIEWERS))
    paragraphs: list[str] = []
    for notice in notices:
        filed = [each for each in objections if each.get("notice_id", notice["id"]) == notice["id"]]
        paragraphs += _notice_words(notice, filed)
    last = notices[-1]
    seats = (last.get("published_by_name") or "", last.get("closed_by_name") or "")
    return Signed(
        tuple(paragraphs),
        tuple(zip(_REVIEWERS, seats, strict=True)),
        day=day_cn(last.get("closed_on")) if last.get("closed_by_name") else NO_DAY,
    )


def _notice_words(notice: Entry, filed: Sequence[Entry]) -> list[str]:
    since, closed = as_date(notice["published_on"]), as_date(notice.get("closed_on"))
    minimum = said(notice.get("minimum_until"), notice.get("provisional"))
    length = f"{(closed - since).days + 1}" if since and closed else "　　"
    until = day_cn(closed) if closed else minimum
    words = f"{day_cn(since)}至{until}在{notice['site']}进行公示，公示期 {length} 天"
    if not closed:
        words += f"，最短公示期至{minimum}"
    none = "无异议。" if closed else "暂无。"
    found = [f"{words}，期间收到异议情况和处理情况：{'' if filed else none}"]
    for number, each in enumerate(filed, start=1):
        handled = "（尚未处理）"
        if each.get("outcome"):
            outcome = ObjectionOutcome(each["outcome"]).label
            handled = f"处理：{outcome}。{each['reply']}（{each['resolved_by_name']}）"
        found.append(f"{number}. {day_cn(each['filed_at'])}收到异议：{each['content']}　{handled}")
    if notice.get("ended_because") and not notice.get("closed_by_name"):
        found.append(NOTICE_LABELS[notice["ended_because"]])
    return found


def disbursement_part(view: Entry) -> Part:
    """Section 五; a payment that came back is said, and counts for nothing."""
    disbursement = view["form"]["disbursement"]
    payments = disbursement.get("payments") or ()
    paid = fen_from_yuan(view["money"]["paid"])
    in_all = (f"实付合计：{yuan_text(paid)}", f"大写：{capital_text(paid)}") if payments else ()
    return Part(
        "资金拨付",
        (
            (
                label("拨付时间"),
                value(*map(_paid_on, payments), colspan=2),
                label("拨付金额\n(万元)"),
                value(*map(_amount_paid, payments), colspan=2, small=in_all),
            ),
            (
                label("资金来源(就业补助资金、失业保险基金、职业技能提升行动资金等)", colspan=2),
                value(*map(_source, payments), _recovery(view), colspan=4),
            ),
        ),
    )


def _paid_on(payment: Entry) -> str:
    return day_cn(payment["paid_on"]) + ("（支付失败）" if payment["failed"] else "")


def _amount_paid(payment: Entry) -> str:
    return wan_text(fen_from_yuan(payment["amount"])) + ("（未计入）" if payment["failed"] else "")


def _source(payment: Entry) -> str:
    year = f"（{payment['year']}年）" if payment.get("year") else ""
    source = FundSource(payment["source"]).label
    return f"{source}{year}　凭证号：{payment['voucher']}　经办人：{payment['paid_by_name']}"


def _recovery(view: Entry) -> str:
    decided = view["form"]["disbursement"].get("recovery")
    if not decided:
        return ""
    asked, back = (
        yuan_text(fen_from_yuan(amount)) for amount in (decided["amount"], view["money"]["recovered"])
    )
    return f"追缴：应追缴 {asked}，已追缴 {back}。原因：{decided['reason']}"
