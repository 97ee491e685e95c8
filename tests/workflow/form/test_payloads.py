"""Payloads of events: every event has its model, the examples pass, and faults are told in Chinese."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import core_schema

from tests.workflow.form.filled import example
from workflow.errors import Malformed
from workflow.form import PAYLOADS, from_inputs, inputs_of, read_payload
from workflow.form.disbursement import Payment
from workflow.form.pages import Input
from workflow.form.reading import _TEMPLATES
from workflow.form.training import Inspection
from workflow.vocabulary import Event, OnlineFault

STEPS = example("lifecycle-2026")["steps"]
LINE = {"class_no": 1, "heads": 45, "amount": "54000.00"}
COMMITMENT = {"accepted": True, "signatory": "示例负责人"}
RESULT = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 2, "certified_count": 2}
BY_ROW = {"row_no": 7, "number": "S7", "issued_on": "2026-09-24"}
CERTIFICATES = [
    {"id_number": "410499197909020081", "number": "S1", "issued_on": "2026-09-24"},
    {"id_number": "410499198003010156", "number": "S2", "issued_on": "2026-09-24"},
]
PAYMENT = {"amount": "54000.00", "paid_on": "2026-11-03", "source": "special_account", "voucher": "1"}
INSPECTION = {
    "class_no": 1,
    "inspected_at": "2026-09-10T09:30:00+08:00",
    "place": "实训楼",
    "teachers": "3人",
    "present_count": 48,
}


def refusal(event: Event, payload: object) -> dict[str, str]:
    with pytest.raises(Malformed) as refused:
        read_payload(event, payload)
    return {error.field: error.message for error in refused.value.errors}


def test_every_event_has_its_payload() -> None:
    assert set(PAYLOADS) == set(Event)


@pytest.mark.parametrize("step", STEPS, ids=[f"{step['at'][5:16]} {step['event']}" for step in STEPS])
def test_every_payload_of_the_lifecycle_is_stored_as_it_was_given(step: dict[str, Any]) -> None:
    assert read_payload(Event(step["event"]), step["payload"]).stored() == step["payload"]


@pytest.mark.parametrize("event", [event for event in Event if event not in {Event.SUBMIT}])
def test_an_event_refuses_what_it_does_not_know(event: Event) -> None:
    assert "表中没有这一项" in refusal(event, {"signatory": "x"})["payload.signatory"]


@pytest.mark.parametrize("event", list(Event))
def test_every_field_has_a_label_and_every_choice_its_words(event: Event) -> None:
    def look(inputs: tuple[Input, ...]) -> None:
        for one in inputs:
            assert any("\u4e00" <= sign <= "\u9fff" for sign in one.label), one
            assert one.widget not in {"select", "level", "checkboxes"} or one.choices, one
            look(one.inputs)

    look(inputs_of(PAYLOADS[event]))


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (Event.APPROVE, "opinion"),
        (Event.RETURN_TO_FIRST, "reason"),
        (Event.REJECT, "reason"),
        (Event.WITHDRAW, "reason"),
        (Event.SUSPEND, "reason"),
        (Event.RESUME, "reason"),
        (Event.TERMINATE, "reason"),
    ],
)
def test_words_must_be_given(event: Event, field: str) -> None:
    for payload in ({}, {field: ""}, {field: " \n "}, {field: "\u200b"}, {field: None}, {field: 5}):
        assert list(refusal(event, payload)) == [f"payload.{field}"]
    assert read_payload(event, {field: " 同意\r\n已核 "}).stored() == {field: "同意\n已核"}
    assert "最多2000个字" in refusal(event, {field: "字" * 2001})[f"payload.{field}"]


def test_a_long_value_is_repeated_only_in_part() -> None:
    message = refusal(Event.APPROVE, {"opinion": "字" * 5000})["payload.opinion"]
    assert len(message) < 100
    assert "…" in message


def test_a_correction_names_at_least_one_section_once() -> None:
    good = {"reason": "缺名册", "code": "incomplete", "sections": ["opening", "claim"]}
    assert read_payload(Event.RETURN_FOR_CORRECTION, good).stored() == good
    for sections, words in (([], "至少1项"), (["opening", "opening"], "重复"), (["roof"], "申请人信息")):
        errors = refusal(Event.RETURN_FOR_CORRECTION, good | {"sections": sections})
        assert words in next(iter(errors.values()))
    assert "incorrect（内容不符合要求）" in str(refusal(Event.RETURN_FOR_CORRECTION, good | {"code": "late"}))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "大于0"),
        ("0.00", "大于0"),
        ("-1.00", "最多两位小数"),
        ("1.234", "最多两位小数"),
        ("1,000.00", "最多两位小数"),
        ("1e3", "最多两位小数"),
        ("１２", "最多两位小数"),
        ("1000000000000", "小于一万亿"),
        ("", "最多两位小数"),
        (54000, "写成文本"),
        (54000.5, "写成文本"),
        (True, "写成文本"),
        (None, "写成文本"),
    ],
)
def test_money_is_a_text_of_yuan_above_nought(value: object, words: str) -> None:
    assert words in refusal(Event.PAY, PAYMENT | {"amount": value})["payload.amount"]


@pytest.mark.parametrize(("typed", "stored"), [("1", "1.00"), ("0.1", "0.10"), (" 12.30 ", "12.30")])
def test_money_is_kept_exactly(typed: str, stored: str) -> None:
    payment = read_payload(Event.PAY, PAYMENT | {"amount": typed})
    assert isinstance(payment, Payment)
    assert payment.amount == Decimal(stored)
    assert payment.stored()["amount"] == stored


@pytest.mark.parametrize(
    "moment",
    [
        "2026-09-10T09:30:00",
        "2026-09-10",
        "2026-09-10T25:00:00+08:00",
        "2026-02-30T09:00:00+08:00",
        "20260910T093000+0800",
        1789000000,
        None,
    ],
)
def test_a_moment_has_an_offset(moment: object) -> None:
    assert list(refusal(Event.RECORD_INSPECTION, INSPECTION | {"inspected_at": moment})) == [
        "payload.inspected_at"
    ]


def test_a_moment_may_be_given_in_another_zone() -> None:
    seen = read_payload(Event.RECORD_INSPECTION, INSPECTION | {"inspected_at": "2026-09-10T01:30:00Z"})
    assert isinstance(seen, Inspection)
    assert seen.inspected_at == datetime.fromisoformat("2026-09-10T09:30:00+08:00")


@pytest.mark.parametrize("count", [-1, True, "48", 48.0, None, 10**12])
def test_a_count_is_a_whole_number(count: object) -> None:
    assert list(refusal(Event.RECORD_INSPECTION, INSPECTION | {"present_count": count})) == [
        "payload.present_count"
    ]


def test_an_observation_that_is_not_given_was_not_looked_at() -> None:
    seen = read_payload(Event.RECORD_INSPECTION, INSPECTION | {"fee_charged": None, "online_faults": []})
    assert seen.stored() == INSPECTION | {"online_faults": []}
    every = {
        "recording_complete": True,
        "practice_minutes": 0,
        "online_faults": [fault.value for fault in OnlineFault],
        "fee_charged": False,
        "classes_merged": False,
        "hours_short": True,
    }
    assert read_payload(Event.RECORD_INSPECTION, INSPECTION | every).stored() == INSPECTION | every


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recording_complete", "true"),
        ("recording_complete", 1),
        ("practice_minutes", -1),
        ("practice_minutes", 601),
        ("practice_minutes", True),
        ("online_faults", "fast_forward"),
        ("online_faults", ["fast_forward", "fast_forward"]),
        ("hours_short", 0),
    ],
)
def test_an_observation_is_read_strictly(name: str, value: object) -> None:
    assert list(refusal(Event.RECORD_INSPECTION, INSPECTION | {name: value})) == [f"payload.{name}"]


def test_a_verdict_left_open_on_a_page_is_no_verdict() -> None:
    sent = {"recording_complete": "", "fee_charged": "false", "classes_merged": "true", "hours_short": "x"}
    assert from_inputs(Inspection, sent) == {
        "fee_charged": False,
        "classes_merged": True,
        "hours_short": "x",
    }


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"level": None}, "level", "职业技能等级评定须填写级别"),
        ({"certified_count": 3}, "certified_count", "不能多于参加考核人数2人"),
        ({"certificates": CERTIFICATES[:1]}, "certificates", "列有1本，与取证人数2人不一致"),
        ({"certificates": CERTIFICATES[:1] * 2}, "certificates.1.id_number", "同一人"),
        (
            {"certificates": [CERTIFICATES[0], CERTIFICATES[1] | {"number": "S1"}]},
            "certificates.1.number",
            "证书编号”重复",
        ),
        ({"certified_count": None}, "certified_count", "未填写"),
        ({"certificates": [BY_ROW, BY_ROW]}, "certificates.1.row_no", "同一人"),
        ({"certificates": [CERTIFICATES[0], BY_ROW | {"row_no": 0}]}, "certificates.1.row_no", "不能小于1"),
        (
            {"certificates": [CERTIFICATES[0], CERTIFICATES[1] | {"row_no": 2}]},
            "certificates.1.row_no",
            "只能填写一项",
        ),
        (
            {"certificates": [CERTIFICATES[0], {"number": "S3", "issued_on": "2026-09-24"}]},
            "certificates.1.id_number",
            "“证书第2项 证件号码”未填写",
        ),
    ],
)
def test_results_agree_with_themselves(changes: dict[str, Any], field: str, words: str) -> None:
    errors = refusal(Event.RECORD_RESULTS, {"results": [RESULT | changes]})
    assert words in errors[f"payload.results.0.{field}"]


def test_where_every_certificate_is_listed_nobody_has_to_count_them() -> None:
    result = {name: value for name, value in RESULT.items() if name != "certified_count"}
    listed = [CERTIFICATES[0], BY_ROW]
    read = read_payload(Event.RECORD_RESULTS, {"results": [result | {"certificates": listed}]}).stored()
    assert read["results"][0]["certified_count"] == 2
    assert read["results"][0]["certificates"][1] == BY_ROW
    assert "certified_count" in str(refusal(Event.RECORD_RESULTS, {"results": [result]}))


def test_results_are_given_once_for_each_class_kind_and_level() -> None:
    assert "只能填写一次" in str(refusal(Event.RECORD_RESULTS, {"results": [RESULT, RESULT]}))
    assert refusal(Event.RECORD_RESULTS, {"results": []})["payload.results"] == "“考核结果”至少1项"
    read_payload(Event.RECORD_RESULTS, {"results": [RESULT, RESULT | {"level": 5}]})
    read_payload(Event.RECORD_RESULTS, {"results": [RESULT | {"certificates": CERTIFICATES}]})


def test_a_kind_without_levels_needs_none() -> None:
    read_payload(Event.RECORD_RESULTS, {"results": [RESULT | {"kind": "completion", "level": None}]})


def test_a_claim_needs_lines_and_an_accepted_commitment() -> None:
    def claim(**changes: Any) -> dict[str, Any]:
        return {"claim": {"lines": [LINE], "commitment": COMMITMENT} | changes}

    assert read_payload(Event.SUBMIT, {}).stored() == {}
    assert read_payload(Event.SUBMIT, claim()).stored() == claim()
    assert "至少1项" in refusal(Event.SUBMIT, claim(lines=[]))["payload.claim.lines"]
    assert "重复" in refusal(Event.SUBMIT, claim(lines=[LINE, LINE]))["payload.claim.lines.1.class_no"]
    assert "未填写" in refusal(Event.SUBMIT, {"claim": {"lines": [LINE]}})["payload.claim.commitment"]
    refused = refusal(Event.SUBMIT, claim(commitment=COMMITMENT | {"accepted": False}))
    assert "须勾选" in refused["payload.claim.commitment.accepted"]
    assert "true 或 false" in str(refusal(Event.SUBMIT, claim(commitment=COMMITMENT | {"accepted": "yes"})))


@pytest.mark.parametrize("given_id", [7, "7"])
def test_an_objection_is_named_by_number_or_text(given_id: object) -> None:
    payload = {"objection_id": given_id, "outcome": "upheld", "reply": "属实"}
    assert read_payload(Event.RESOLVE_OBJECTION, payload).stored()["objection_id"] == "7"
    assert refusal(Event.RESOLVE_OBJECTION, payload | {"objection_id": True})


def test_a_payload_that_is_no_object_is_refused() -> None:
    payloads: tuple[object, ...] = (None, [], "x", 3)
    for payload in payloads:
        assert "须为一组内容" in refusal(Event.ACCEPT, payload)["payload"]


def test_no_template_is_for_an_error_that_pydantic_does_not_know() -> None:
    assert set(_TEMPLATES) <= set(get_args(core_schema.ErrorType))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(step=st.sampled_from(STEPS), value=ANYTHING, data=st.data())
def test_whatever_a_payload_holds_is_read_or_refused_in_chinese(
    step: dict[str, Any], value: Any, data: st.DataObject
) -> None:
    payload = dict(step["payload"])
    name = data.draw(st.sampled_from([*payload, "extra"]))
    payload[name] = value
    try:
        read_payload(Event(step["event"]), payload).stored()
    except Malformed as refused:
        for error in refused.errors:
            assert any("\u4e00" <= sign <= "\u9fff" for sign in error.message)
            error.message.encode()


# What pages send -------------------------------------------------------------------------------------------


def test_a_page_sends_text_and_read_gets_data() -> None:
    sent: dict[str, str | list[str]] = {
        "class_no": "1",
        "inspected_at": "2026-09-10T09:30",
        "place": " 实训楼 ",
        "teachers": "3人",
        "present_count": "48",
        "remarks": "",
        "csrf_token": "x",
    }
    stored = read_payload(Event.RECORD_INSPECTION, from_inputs(Inspection, sent)).stored()
    assert stored == INSPECTION | {"inspected_at": "2026-09-10T09:30:00+08:00"}


def test_rows_and_parts_come_back_from_dotted_names() -> None:
    sent: dict[str, str | list[str]] = {
        "claim.lines.0.class_no": "1",
        "claim.lines.0.heads": "45",
        "claim.lines.0.amount": "54000.00",
        "claim.lines.3.class_no": "",
        "claim.lines.3.heads": "",
        "claim.commitment.accepted": "on",
        "claim.commitment.signatory": "示例负责人",
    }
    assert from_inputs(PAYLOADS[Event.SUBMIT], sent) == {"claim": {"lines": [LINE], "commitment": COMMITMENT}}
    del sent["claim.commitment.accepted"]
    assert not from_inputs(PAYLOADS[Event.SUBMIT], sent)["claim"]["commitment"]["accepted"]


def test_several_boxes_come_back_as_a_list() -> None:
    model = PAYLOADS[Event.RETURN_FOR_CORRECTION]
    assert from_inputs(model, {"sections": ["opening", "claim"]})["sections"] == ["opening", "claim"]
    assert from_inputs(model, {"sections": "opening"})["sections"] == ["opening"]
    assert from_inputs(model, {}) == {}


def test_text_that_is_no_number_stays_and_is_refused_by_name() -> None:
    data = from_inputs(Inspection, {"class_no": "一", "present_count": "4 8"})
    assert {"payload.class_no", "payload.present_count"} <= set(refusal(Event.RECORD_INSPECTION, data))


def test_full_width_digits_are_numbers() -> None:
    data = from_inputs(Inspection, {"class_no": "１", "present_count": "４８"})
    assert (data["class_no"], data["present_count"]) == (1, 48)
