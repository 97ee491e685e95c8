"""What a payload must agree with before a rule can be measured: classes that exist, days that have come.

These are faults of the request, not of the matter, and are ``Malformed``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from workflow.clock import day_cn, shanghai_date
from workflow.errors import FieldError
from workflow.form.reading import section
from workflow.rules.facts import Facts

Shape = Callable[[Facts], Iterator[FieldError]]


def inspection(facts: Facts) -> Iterator[FieldError]:
    """The inspected class exists, and the inspection is not in the future."""
    yield from _known_class(facts, facts.payload["class_no"], "payload.class_no")
    inspected_at = facts.payload["inspected_at"]
    if facts.now and datetime.fromisoformat(inspected_at) > facts.now:
        yield FieldError("payload.inspected_at", f"“检查时间”不能晚于现在（填写的是“{inspected_at}”）")


def training_end(facts: Facts) -> Iterator[FieldError]:
    """The training has ended, and not before the last class was seen to begin."""
    ended_on, where = facts.payload["ended_on"], "payload.ended_on"
    yield from _come(facts, ended_on, where, "培训结束日期")
    begun = [
        shanghai_date(datetime.fromisoformat(seen["inspected_at"]))
        for seen in section(facts.form, "training").get("opening_inspections") or []
    ]
    if begun and date.fromisoformat(ended_on) < max(begun):
        yield FieldError(
            where,
            f"“培训结束日期”不能早于开班当日检查的日期{day_cn(max(begun))}（填写的是“{ended_on}”）",
        )


def results(facts: Facts) -> Iterator[FieldError]:
    """Every result is of a class that exists, and every class has one: the results are recorded once."""
    entries = facts.payload.get("results") or []
    for index, result in enumerate(entries):
        yield from _known_class(facts, result["class_no"], f"payload.results.{index}.class_no")
    recorded = {result["class_no"] for result in entries}
    for number in facts.class_numbers:
        if number not in recorded:
            yield FieldError("payload.results", f"“考核结果”缺少班次{number}（无人参加考核的填写0人）")


def claim(facts: Facts) -> Iterator[FieldError]:
    """Every line is of a class that exists, and no class stands twice; an individual has one line."""
    lines = facts.claim_lines
    if facts.individual:
        if len(lines) > 1:
            yield FieldError("claim.lines", "“申领明细”只能有一行：个人只为本人申请")
        for index, line in enumerate(lines):
            if line["class_no"] != 1:
                yield FieldError(
                    f"claim.lines.{index}.class_no",
                    f"“班次”{line['class_no']}不可用：个人申请不分班次，填写 1 或者不填",
                )
        return
    seen: set[int] = set()
    for index, line in enumerate(lines):
        number, where = line["class_no"], f"claim.lines.{index}.class_no"
        yield from _known_class(facts, number, where)
        if number in seen:
            yield FieldError(where, f"“班次”{number}重复：每个班次只能申领一行")
        seen.add(number)


def payment(facts: Facts) -> Iterator[FieldError]:
    """The money has been paid by today."""
    yield from _come(facts, facts.payload["paid_on"], "payload.paid_on", "拨付时间")


def receipt(facts: Facts) -> Iterator[FieldError]:
    """The money has come in by today."""
    yield from _come(facts, facts.payload["received_on"], "payload.received_on", "到账日期")


def _known_class(facts: Facts, number: int, where: str) -> Iterator[FieldError]:
    if number not in facts.class_numbers:
        known = "、".join(str(each) for each in facts.class_numbers) or "无"
        yield FieldError(where, f"“班次”{number}不在开班申请中（已有班次：{known}）")


def _come(facts: Facts, day: str, where: str, label: str) -> Iterator[FieldError]:
    if facts.today and date.fromisoformat(day) > facts.today:
        yield FieldError(where, f"“{label}”不能晚于今天（填写的是“{day}”）")
