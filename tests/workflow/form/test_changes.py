"""What a corrected form says otherwise: entry by entry, with labels, and without showing what is covered."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflow.form.changes import Change, Covered, changes, own_entries
from workflow.vocabulary import ApplicationKind, Subsidy

INSTITUTION, TRAINING = ApplicationKind.INSTITUTION, Subsidy.TRAINING
FORM: dict[str, Any] = {
    "applicant": {"name": "示例学校", "bank_account": Covered("4100000000000000001", "***0001")},
    "opening": {
        "mode": "commissioned",
        "entered_in_system": True,
        "classes": [
            {"class_no": 1, "occupation": "车工", "level": 4, "planned_count": 50},
            {"class_no": 2, "occupation": "焊工", "level": 5, "planned_count": 40},
        ],
    },
}


def told(after: dict[str, Any], before: dict[str, Any] = FORM) -> list[tuple[str, str, str, str]]:
    found = changes(INSTITUTION, TRAINING, before, after)
    return [(each.where, each.label, each.before, each.after) for each in found]


def test_nothing_is_told_of_a_form_that_is_the_same() -> None:
    assert told(deepcopy(FORM)) == []
    # What was empty may be written in more ways than one.
    assert told(FORM | {"opening": FORM["opening"] | {"commissioned_by": ""}}) == []


def test_entries_are_told_with_their_labels_and_in_words() -> None:
    after = deepcopy(FORM)
    after["opening"] |= {"mode": "self_organised", "entered_in_system": False, "commissioned_by": "示例公司"}
    after["opening"]["classes"][1] |= {"level": 4, "planned_count": 45, "occupation": None}
    found = {where: (label, before, new) for where, label, before, new in told(after)}
    assert found["opening.entered_in_system"][1:] == ("是", "否")
    assert found["opening.commissioned_by"][1:] == ("", "示例公司")
    assert found["opening.classes.1.level"] == (
        "开班申请 开班班次2 级别",
        "初级工（五级）",
        "中级工（四级）",
    )
    assert found["opening.classes.1.planned_count"][1:] == ("40", "45")
    assert found["opening.classes.1.occupation"][1:] == ("焊工", "")


def test_classes_are_compared_by_their_numbers() -> None:
    after = deepcopy(FORM)
    first, second = after["opening"]["classes"]
    after["opening"]["classes"] = [second, first]
    assert told(after) == []
    after["opening"]["classes"] = [second | {"planned_count": 30}]
    assert [(each[0], each[2], each[3]) for each in told(after)] == [
        ("opening.classes.0", "有", "已删除"),
        ("opening.classes.0.planned_count", "40", "30"),
    ]
    after["opening"]["classes"] = [first, second, {"class_no": 3, "occupation": "电工"}]
    assert ("opening.classes.2.occupation", "", "电工") in {(each[0], *each[2:]) for each in told(after)}


def test_a_covered_number_is_told_to_differ_and_not_shown() -> None:
    same = FORM | {
        "applicant": FORM["applicant"] | {"bank_account": Covered("4100000000000000001", "***0001")}
    }
    assert told(same) == []
    other = FORM | {
        "applicant": FORM["applicant"] | {"bank_account": Covered("4100000009990000001", "***0001")}
    }
    ((_, _, before, after),) = told(other)
    assert (before, after) == ("***0001", "***0001（遮盖的部分已更改）")


def test_only_the_parts_that_were_returned_are_compared() -> None:
    after = deepcopy(FORM)
    after["applicant"]["name"] = "别的学校"
    assert told(after, {"opening": FORM["opening"]}) == []
    kept = own_entries(INSTITUTION, TRAINING, {"claim": {"lines": [], "notices": [1]}}, {"claim", "opening"})
    assert kept["claim"]["lines"] == []
    assert "notices" not in kept["claim"]


ENTRIES = st.fixed_dictionaries(
    {"class_no": st.integers(1, 4)},
    optional={"level": st.integers(1, 5), "occupation": st.sampled_from(["车工", "焊工", ""])},
)
FORMS = st.builds(
    lambda classes: {"opening": {"classes": classes}},
    st.lists(ENTRIES, max_size=4, unique_by=lambda entry: entry["class_no"]),
)


@given(before=FORMS, after=FORMS)
def test_a_change_is_told_just_where_something_differs(before: dict[str, Any], after: dict[str, Any]) -> None:
    def plain(form: dict[str, Any]) -> dict[int, dict[str, Any]]:
        rows = form["opening"]["classes"]
        return {row["class_no"]: {name: value for name, value in row.items() if value} for row in rows}

    found = changes(INSTITUTION, TRAINING, before, after)
    assert (found == []) is (plain(before) == plain(after))
    assert all(isinstance(each, Change) and each.before != each.after for each in found)
