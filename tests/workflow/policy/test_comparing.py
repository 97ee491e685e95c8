"""What differs between two policies, when a version changes, and policies that are valid at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.policy import (
    Policy,
    PolicyError,
    available_policies,
    check_files,
    differences,
    load_policy,
    overlaps,
    packaged,
    parse_policy,
)

PACKAGED = available_policies()
LOCAL = {"local": True, "note": "试"}


def whole(key: str = "pingdingshan-2022") -> dict[str, Any]:
    data: dict[str, Any] = json.loads(load_policy(key).content)
    return data


# --- differences -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PACKAGED)
def test_a_policy_does_not_differ_from_itself(key: str) -> None:
    policy = load_policy(key)
    assert differences(policy, policy) == ()
    assert differences(policy, Policy.from_content(policy.content)) == ()


@pytest.mark.parametrize("before", PACKAGED)
@pytest.mark.parametrize("after", PACKAGED)
def test_a_comparison_is_the_same_from_either_side(before: str, after: str) -> None:
    there = differences(load_policy(before), load_policy(after))
    back = differences(load_policy(after), load_policy(before))
    assert {(one.shown.path, one.before, one.after, one.in_value) for one in there} == {
        (one.shown.path, one.after, one.before, one.in_value) for one in back
    }


def test_two_cities_differ_in_what_their_documents_say_and_on_which_ground() -> None:
    found = differences(load_policy("pingdingshan-2022"), load_policy("xinxiang-2023"))
    in_value = {one.shown.path for one in found if one.in_value}
    assert {path for path in in_value if not path.startswith("regions.")} == {
        "documents",
        "rules.registered-body",
        "title",
        "valid_from",
        "settings.certificates_required",
        "settings.minor_certificates",
    }
    by_path = {one.shown.path: one for one in found}
    share = by_path["rules.minor-certificate-share"]
    assert share.before is not None
    assert share.after is not None
    assert (share.in_value, share.before.value, share.after.value) == (False, "10%", "10%")
    assert (share.before.source, share.after.source) == (
        "平技领办〔2022〕5号 二(四)19",
        "新技领办〔2023〕4号 附件3 二3",
    )
    assert by_path["regions.410700"].before is None
    assert "clocks.objection" not in by_path


@pytest.mark.parametrize(
    ("table", "name", "change", "in_value"),
    [
        ("clocks", "hr_total", {"value": 14}, True),
        ("clocks", "finance_month", {"unit": "working_day"}, True),
        ("rules", "class-size", {"severity": "warning"}, True),
        ("ladder", "overdue", {"audience": ["actors"]}, True),
        ("ladder", "overdue", {"time": "09:00"}, True),
        ("ladder", "overdue", {"clocks": ["hr_total"]}, True),
        ("rates", "level_5", {"value": "1000.01"}, True),
        ("clocks", "objection", {"note": "另有说明"}, False),
        ("clocks", "hr_total", {"source": "平技领办〔2022〕5号 三"}, False),
        ("rules", "class-size", {"title": "班额"}, False),
    ],
)
def test_nothing_changes_unseen(table: str, name: str, change: dict[str, Any], in_value: bool) -> None:
    data = whole()
    data[table][name] |= change
    changed = parse_policy(data)
    (found,) = differences(load_policy("pingdingshan-2022"), changed)
    assert (found.shown.path, found.in_value) == (f"{table}.{name}", in_value)
    assert changed.version != load_policy("pingdingshan-2022").version


# --- versions ----------------------------------------------------------------------------------------------


@given(st.randoms(use_true_random=False))
def test_the_version_is_that_of_the_meaning_and_not_of_the_writing(random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        items = [(name, shuffled(part)) for name, part in value.items()]
        random.shuffle(items)
        return dict(items)

    policy = load_policy("xinxiang-2023")
    again = parse_policy(shuffled(whole("xinxiang-2023")))
    assert (again.version, again, again.parameters) == (policy.version, policy, policy.parameters)


@given(st.sampled_from(sorted(whole()["clocks"])), st.integers(min_value=1, max_value=400))
def test_the_version_changes_exactly_when_a_limit_does(kind: str, count: int) -> None:
    data = whole()
    before = data["clocks"][kind]["value"]
    data["clocks"][kind]["value"] = count
    changed = parse_policy(data)
    assert (changed.version == load_policy("pingdingshan-2022").version) is (count == before)
    assert bool(differences(load_policy("pingdingshan-2022"), changed)) is (count != before)


# --- validity ----------------------------------------------------------------------------------------------


def another(valid_from: str, valid_until: str = "", key: str = "pingdingshan-x", **more: Any) -> Policy:
    data = whole() | {"key": key, "valid_from": {"value": valid_from, **LOCAL}} | more
    if valid_until:
        data["valid_until"] = {"value": valid_until, **LOCAL}
    return parse_policy(data)


def test_an_open_policy_is_replaced_by_the_next_and_one_with_an_end_has_to_be_over() -> None:
    first = load_policy("pingdingshan-2022")
    assert overlaps([first, another("2023-01-01")]) == ()
    assert overlaps([another("2022-01-01", "2022-03-16"), first]) == ()
    for clash in (another("2022-03-17"), another("2022-01-01", "2022-03-17")):
        ((later, fault),) = overlaps([first, clash])
        assert fault.path == "valid_from"
        assert "效力重叠：平顶山市（410400）、宝丰县（410421）在 2022-03-17 已适用" in fault.what
        assert later.valid_from == date(2022, 3, 17)
    elsewhere = {"410423": {"value": "鲁山县", **LOCAL}}
    assert overlaps([first, another("2022-03-17", regions=elsewhere)]) == ()


@given(
    st.dates(date(2022, 1, 1), date(2024, 12, 31)),
    st.none() | st.dates(date(2022, 1, 1), date(2024, 12, 31)),
    st.dates(date(2022, 1, 1), date(2024, 12, 31)),
)
def test_policies_without_overlap_leave_no_day_with_two(begin: date, end: date | None, then: date) -> None:
    if end is not None and end < begin:
        return
    one = another(begin.isoformat(), end.isoformat() if end else "", "one")
    two = another(then.isoformat(), key="two")
    clash = bool(overlaps([one, two]))
    both = [
        day for day in (begin, then, end or then) if one.covers("410400", day) and two.covers("410400", day)
    ]
    replaced = end is None or then <= begin
    if not clash:
        assert begin != then
        assert not both or replaced


# --- files -------------------------------------------------------------------------------------------------


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


CITY = """
inherits = "default-flow"
key = "{key}"
documents = ["鲁政〔2025〕1号"]
title = {{ value = "某县", source = "鲁政〔2025〕1号" }}
valid_from = {{ value = "{valid_from}", source = "鲁政〔2025〕1号" }}
[regions]
{region} = {{ value = "某县", source = "鲁政〔2025〕1号" }}
"""


def test_a_new_citys_file_is_checked_with_what_it_inherits_and_against_the_others(tmp_path: Path) -> None:
    good = written(
        tmp_path, "lushan-2025.toml", CITY.format(key="lushan-2025", valid_from="2025-01-01", region="410423")
    )
    assert check_files([good]) == ((str(good),), [])
    clash = written(
        tmp_path, "baofeng-x.toml", CITY.format(key="baofeng-x", valid_from="2022-03-17", region="410421")
    )
    _, found = check_files([good, clash])
    assert [(name, fault.path) for name, fault in found] == [("pingdingshan-2022", "valid_from")]
    assert "与政策 baofeng-x 的效力重叠：宝丰县（410421）" in found[0][1].what
    copied = written(
        tmp_path, "copy.toml", CITY.format(key="lushan-2025", valid_from="2026-01-01", region="410423")
    )
    _, found = check_files([good, copied])
    assert [(name, str(fault)) for name, fault in found] == [
        (str(copied), f"政策参数 key：lushan-2025 与 {good} 重复")
    ]
    _, found = check_files([copied])
    assert [str(fault) for _, fault in found] == ["政策参数 key：须与文件名相同，现为 'lushan-2025'"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key = ", "无法读取"),
        ('key = "a"\nkey = "b"', "无法读取"),
        ('inherits = "nowhere"', "没有政策文件 nowhere.toml"),
        ("", "政策参数 key：缺少"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_and_no_crash(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, "bad.toml", text)
    _, found = check_files([path])
    assert said in str(found[0][1])
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    _, found = check_files([tmp_path / "binary.toml"])
    assert "无法读取" in str(found[0][1])


def test_packaged_policies_that_overlap_or_are_spoiled_do_not_load(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key in (*PACKAGED, "default", "default-flow"):
        text = (packaged._folder() / f"{key}.toml").read_text(encoding="utf-8")
        written(tmp_path, f"{key}.toml", text)
    monkeypatch.setattr(packaged, "_folder", lambda: tmp_path)
    monkeypatch.setattr(packaged, "load_policy", packaged.load_policy.__wrapped__)
    labels = packaged.region_labels.__wrapped__
    assert labels() == packaged.region_labels()
    twin = written(
        tmp_path, "baofeng-x.toml", CITY.format(key="baofeng-x", valid_from="2022-03-17", region="410421")
    )
    with pytest.raises(PolicyError, match=r"政策文件 pingdingshan-2022\.toml：.*与政策 baofeng-x 的效力重叠"):
        labels()
    twin.write_text(twin.read_text(encoding="utf-8").replace("某县", " "), encoding="utf-8")
    with pytest.raises(
        PolicyError, match=r"政策文件 baofeng-x\.toml：.*regions.410421：文本格式不对，现为 ' '"
    ):
        labels()
