"""New applications and changes of them: what is accepted, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from workflow.errors import FieldError, Malformed
from workflow.form import completeness, is_individual, read_new_application, read_patch
from workflow.vocabulary import ApplicationKind

PARTS = {"applicant", "opening", "provider", "certificate"}


def refusal(data: Any) -> dict[str, str]:
    with pytest.raises(Malformed) as refused:
        read_new_application(data)
    assert refused.value.status == 422
    return {error.field: error.message for error in refused.value.errors}


def with_class(**changes: Any) -> Any:
    data = example("application")
    data["opening"]["classes"][0].update(changes)
    return data


@pytest.mark.parametrize("name", ["application", "application-individual"])
def test_an_example_is_stored_as_it_was_given_and_is_complete(name: str) -> None:
    data = example(name)
    form = read_new_application(data).sections()
    assert form == {part: data[part] for part in data if part in PARTS}
    assert [error.field for error in completeness(form) if not error.field.startswith("claim")] == []
    assert is_individual(form) is (data["kind"] == "individual")


def test_a_draft_needs_no_more_than_the_applicants_name() -> None:
    data = {
        "kind": "enterprise",
        "region": "410421",
        "policy": "pingdingshan-2022",
        "applicant": {"name": " 示例 "},
    }
    assert read_new_application(data).sections() == {"applicant": {"name": "示例"}}
    assert refusal(data | {"applicant": {}}) == {
        "applicant.name": "“申请人信息 培训机构（或企业）名称”未填写"
    }


def test_an_empty_field_of_a_draft_is_not_filled_rather_than_wrong() -> None:
    data = with_class(batch="", place="   ", level=None)
    stored = read_new_application(data).sections()["opening"]["classes"][0]
    assert {"batch", "place", "level"}.isdisjoint(stored)


@pytest.mark.parametrize("kind", ["institution", "enterprise"])
def test_an_organisation_has_no_certificate_and_no_provider(kind: str) -> None:
    data = example("application-individual")
    data["kind"] = kind
    errors = refusal(data)
    assert {"provider", "certificate", "applicant.id_number"} <= set(errors)


def test_an_individual_has_no_classes() -> None:
    data = example("application")
    data["kind"] = "individual"
    assert {"opening", "applicant.uscc"} <= set(refusal(data))


@pytest.mark.parametrize("kind", [None, "", "school", 1, ["institution"], {}])
def test_an_unknown_kind_is_refused_with_the_kinds_there_are(kind: object) -> None:
    errors = refusal(example("application") | {"kind": kind})
    assert list(errors) == ["kind"]
    assert "institution（培训机构）" in errors["kind"]


@pytest.mark.parametrize("data", [None, [], "text", 5, True])
def test_what_is_no_object_is_refused(data: object) -> None:
    assert "须为一组内容" in refusal(data)[""]


def test_policy_and_region_must_belong_together() -> None:
    data = example("application")
    assert "410421（宝丰县）" in refusal(data | {"region": "110000"})["region"]
    assert "6位" in refusal(data | {"region": "平顶山"})["region"]
    assert "pingdingshan-2022" in refusal(data | {"policy": "nowhere"})["policy"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"level": 0}, "level", "“开班班次第1项 级别”不能小于1（填写的是 0）"),
        ({"level": 6}, "level", "不能大于5"),
        ({"level": True}, "level", "须为整数"),
        ({"level": "4"}, "level", "须为整数"),
        ({"level": 4.5}, "level", "须为整数"),
        ({"class_no": 0}, "class_no", "不能小于1"),
        ({"class_no": None}, "class_no", "未填写"),
        ({"planned_count": 0}, "planned_count", "不能小于1"),
        ({"planned_count": 10**30}, "planned_count", "不能大于100000"),
        ({"starts_on": "2026-02-30"}, "starts_on", "这一天不存在"),
        ({"starts_on": "20260907"}, "starts_on", "格式如 2026-09-07"),
        ({"starts_on": "1026-09-07"}, "starts_on", "2000年至2100年"),
        ({"starts_on": 20260907}, "starts_on", "须为日期"),
        ({"ends_on": "2026-09-06"}, "ends_on", "不能早于开班时间2026年9月7日（填写的是“2026-09-06”）"),
        (
            {"total_hours": 0, "practical_hours": 0, "online_theory_hours": 0},
            "total_hours",
            "“开班班次第1项 培训时长（课时）”不能小于1",
        ),
        ({"practical_hours": 81}, "practical_hours", "不能超过培训时长80课时"),
        ({"online_theory_hours": 29}, "online_theory_hours", "之和不能超过培训时长80课时"),
        ({"certificate_kind": "driving"}, "certificate_kind", "skill_level（职业技能等级评定）"),
        ({"occupation_code": "六-18"}, "occupation_code", "职业编码的格式"),
        ({"place": "楼" * 201}, "place", "最多200个字"),
        ({"place": "一\u0000二"}, "place", "U+0000"),
        ({"place": "一\n二"}, "place", "U+000A"),
        ({"place": "\ud800"}, "place", "U+D800"),
        ({"place": "一\u202e二"}, "place", "U+202E"),
        ({"place": "\u200b"}, "place", "没有可见的文字"),
        ({"place": 7}, "place", "须为文本"),
        ({"colour": "red"}, "colour", "表中没有这一项"),
    ],
)
def test_a_wrong_field_of_a_class_is_named_with_value_and_limit(
    changes: dict[str, Any], field: str, words: str
) -> None:
    errors = refusal(with_class(**changes))
    assert list(errors) == [f"opening.classes.0.{field}"]
    assert words in errors[f"opening.classes.0.{field}"]


def test_an_unknown_name_is_repeated_so_that_it_can_be_sent_back() -> None:
    (field,) = refusal(with_class(**{"\u202e" + "x" * 100: 1}))
    assert field == "opening.classes.0.?" + "x" * 39
    errors = refusal(with_class(**{"\ud800": 1}))
    assert "文本编码不正确" in errors["opening.classes.0"]


def test_a_class_number_stands_only_once() -> None:
    data = example("application")
    data["opening"]["classes"] *= 2
    errors = refusal(data)
    assert errors == {"opening.classes.1.class_no": "“开班班次第2项 班次”1重复：每个班次只能填写一次"}


def test_all_faults_are_told_at_once() -> None:
    data = with_class(level=9, starts_on="gestern")
    data["applicant"]["uscc"] = "52410400MJY0000011"
    assert set(refusal(data)) == {
        "opening.classes.0.level",
        "opening.classes.0.starts_on",
        "applicant.uscc",
    }


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("uscc", "52410400MJY000001X", "统一社会信用代码"),
        ("contact_phone", "12800000000", "11位手机号码"),
        ("contact_phone", "+8613800000000", "11位手机号码"),
        ("bank_account", "1234567", "8至32位数字"),
        ("bank_account", "1" * 33, "8至32位数字"),
        ("bank_account", "4100-0000-0000", "8至32位数字"),
        ("bank_account", "12345678\u0000", "8至32位数字"),
    ],
)
def test_identifiers_of_an_organisation_are_checked(field: str, value: str, words: str) -> None:
    data = example("application")
    data["applicant"][field] = value
    assert words in refusal(data)[f"applicant.{field}"]


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("uscc", " 52410400mjy000001q", "52410400MJY000001Q"),
        ("contact_phone", "138 0000 0000", "13800000000"),
        ("contact_phone", "０３７５－１２３４５６７", "0375-1234567"),
        ("bank_account", "4100 0000 0000 0000 001", "4100000000000000001"),
    ],
)
def test_identifiers_are_stored_as_they_are_compared(field: str, typed: str, stored: str) -> None:
    data = example("application")
    data["applicant"][field] = typed
    assert read_new_application(data).sections()["applicant"][field] == stored


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("410499198808081235", "校验码"),
        ("410499198802301234", "出生日期不存在"),
        ("410499188808081234", "出生日期过早"),
        ("41049919880808123", "18位"),
        ("41049919880808123A", "18位"),
    ],
)
def test_a_wrong_resident_id_is_told_apart_and_masked(number: str, words: str) -> None:
    data = example("application-individual")
    data["applicant"]["id_number"] = number
    message = refusal(data)["applicant.id_number"]
    assert words in message
    assert number not in message


@pytest.mark.parametrize(
    ("kind", "number", "good"),
    [
        ("hk_macao_taiwan_permit", "H12345678", True),
        ("hk_macao_taiwan_permit", "810000199408230021", True),
        ("hk_macao_taiwan_permit", "810000199408230022", False),
        ("passport", "e12345678", True),
        ("passport", "E1", False),
        ("resident_id", "H12345678", False),
    ],
)
def test_other_documents_have_their_own_shape(kind: str, number: str, good: bool) -> None:
    data = example("application-individual")
    data["applicant"].update(id_type=kind, id_number=number)
    if good:
        assert read_new_application(data).sections()["applicant"]["id_number"] == number.upper()
    else:
        assert list(refusal(data)) == ["applicant.id_number"]


def test_a_patch_replaces_whole_sections() -> None:
    data = example("application")
    patch = read_patch(ApplicationKind.INSTITUTION, {"opening": data["opening"]})
    assert patch.sections() == {"opening": data["opening"]}
    assert read_patch(ApplicationKind.INDIVIDUAL, {}).sections() == {}


def test_a_patch_may_hold_a_claim_without_its_commitment() -> None:
    lines = [{"class_no": 1, "heads": 45, "amount": "54000"}]
    patch = read_patch(ApplicationKind.ENTERPRISE, {"claim": {"lines": lines}})
    stored = {"class_no": 1, "heads": 45, "amount": "54000.00"}
    assert patch.sections() == {"claim": {"lines": [stored]}}


@pytest.mark.parametrize(
    ("kind", "part"),
    [("institution", "provider"), ("enterprise", "certificate"), ("individual", "opening")],
)
def test_a_patch_has_only_the_parts_of_its_kind(kind: str, part: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_patch(ApplicationKind(kind), {part: {}})
    assert [error.field for error in refused.value.errors] == [part]


def test_a_patch_changes_neither_kind_nor_region() -> None:
    with pytest.raises(Malformed):
        read_patch(ApplicationKind.INSTITUTION, {"region": "410421"})


REQUIRED_OF_A_CLASS = [
    "batch",
    "starts_on",
    "ends_on",
    "occupation_code",
    "occupation",
    "level",
    "certificate_kind",
    "planned_count",
    "total_hours",
    "practical_hours",
    "minutes_per_hour",
    "teacher_count",
    "workstation_count",
    "place",
    "online_platform",
]


@pytest.mark.parametrize("field", REQUIRED_OF_A_CLASS)
def test_a_class_is_complete_only_with_every_field_that_is_needed(field: str) -> None:
    data = example("application")
    del data["opening"]["classes"][0][field]
    missing = completeness(read_new_application(data).sections())
    assert [error.field for error in missing] == [f"opening.classes.0.{field}"]
    assert missing[0].message.endswith("未填写")


def test_what_the_form_leaves_open_may_stay_empty() -> None:
    data = with_class(kind_of_work=None, online_theory_hours=None, online_platform=None)
    data["opening"]["commissioned_by"] = ""
    assert completeness(read_new_application(data).sections()) == []


def test_a_certificate_without_levels_needs_no_level() -> None:
    data = with_class(certificate_kind="special_operation", level=None)
    assert completeness(read_new_application(data).sections()) == []


def test_no_and_nought_are_answers() -> None:
    data = with_class(practical_hours=0, teacher_count=0, online_theory_hours=0, online_platform=None)
    data["opening"]["entered_in_system"] = False
    assert completeness(read_new_application(data).sections()) == []


def test_a_form_without_its_opening_names_what_is_missing() -> None:
    data = example("application")
    del data["opening"]
    missing = {error.field for error in completeness(read_new_application(data).sections())}
    assert missing == {"opening.classes", "opening.mode", "opening.entered_in_system"}


def test_an_individual_is_complete_with_the_claim() -> None:
    form = read_new_application(example("application-individual")).sections()
    assert {error.field for error in completeness(form)} == {"claim.lines", "claim.commitment"}
    form["claim"] = {
        "lines": [{"class_no": 1, "heads": 1, "amount": "1200.00"}],
        "commitment": {"accepted": True, "signatory": "个人申请人甲"},
    }
    assert completeness(form) == []
    del form["certificate"]["level"]
    assert [error.field for error in completeness(form)] == ["certificate.level"]


def test_a_bare_draft_of_an_individual_is_measured_by_its_kind() -> None:
    missing = {
        error.field for error in completeness({"applicant": {"name": "甲"}}, ApplicationKind.INDIVIDUAL)
    }
    assert {"applicant.id_number", "provider.institution", "certificate.number"} <= missing
    assert not any(field.startswith("opening") for field in missing)


def test_the_claim_of_an_organisation_is_measured_when_asked() -> None:
    form = read_new_application(example("application")).sections()
    assert {error.field for error in completeness(form, claim=True)} == {"claim.lines", "claim.commitment"}


def errors_of(data: Any) -> list[FieldError]:
    try:
        read_new_application(data).sections()
    except Malformed as refused:
        return refused.errors
    return []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    path=st.sampled_from(
        [
            ("region",),
            ("policy",),
            ("kind",),
            ("applicant",),
            ("opening",),
            ("opening", "classes"),
            ("opening", "mode"),
            ("opening", "entered_in_system"),
            *(("opening", "classes", 0, name) for name in REQUIRED_OF_A_CLASS),
            *(("applicant", name) for name in ("name", "uscc", "contact_phone", "bank_account")),
        ]
    ),
    value=ANYTHING,
)
def test_whatever_is_typed_is_read_or_refused_in_chinese(path: tuple[str | int, ...], value: Any) -> None:
    data = example("application")
    place = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    for error in errors_of(data):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in error.message)
        assert "Input should" not in error.message
        error.message.encode()
