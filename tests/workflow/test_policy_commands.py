"""``subsidy policy``: what it prints, and that each problem of a file is one line."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from tests.workflow.test_cli import Run, assert_one_line, run
from workflow.policy import available_policies, load_policy

__all__ = ["run"]
DATA = resources.files("workflow.policy") / "data"


@pytest.fixture
def city_file(tmp_path: Path) -> Path:
    """The file of Xinxiang, beside which no other stands."""
    path = tmp_path / "xinxiang-2023.toml"
    path.write_text((DATA / path.name).read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_the_policies_are_listed_with_validity_and_version(run: Run) -> None:
    ran = run("policy", "list")
    assert ran.status == 0
    assert len(ran.out.splitlines()) == 1 + len(available_policies())
    for key in available_policies():
        assert re.search(rf"^{key} +{load_policy(key).version} ", ran.out, flags=re.M)
    assert "依据为征求意见稿" in ran.out
    items = run("policy", "list", "--json").facts["items"]
    assert [item["key"] for item in items] == list(available_policies())


def test_the_packaged_policies_are_found_in_order(run: Run) -> None:
    ran = run("policy", "check")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("完好：pingdingshan-2022.toml、")
    assert run("policy", "check", "--json").facts["problems"] == []


def test_each_problem_is_one_line_with_file_table_key_value_and_limit(run: Run, city_file: Path) -> None:
    text = city_file.read_text(encoding="utf-8")
    text = text.replace('value = 1, unit = "month"', 'value = 999, unit = "month"')
    text = text.replace('teachers = { value = 2, unit = "人"', 'teachers = { value = "二", unit = "人"')
    text = text.replace("certificates_required", "certificate_required")
    city_file.write_text(text, encoding="utf-8")
    ran = run("policy", "check", str(city_file))
    assert ran.status == 1
    assert ran.out.splitlines() == [
        f"{city_file}：政策参数 settings.certificate_required：没有这个参数",
        f"{city_file}：政策参数 clocks.finance_month：须为1至400的整数，现为 999",
        f"{city_file}：政策参数 rules.teachers：须为1至10000的整数，现为 '二'",
    ]
    assert ran.err == "错误：政策文件共有 3 处问题\n"
    asked = run("policy", "check", str(city_file), "--json")
    assert asked.status == 1
    assert '"path": "clocks.finance_month"' in asked.out


def test_a_file_that_is_not_there_or_no_toml_is_a_problem(run: Run, tmp_path: Path) -> None:
    ran = run("policy", "check", "nowhere.toml")
    assert (ran.status, ran.out) == (1, "nowhere.toml：没有政策文件 nowhere.toml\n")
    (tmp_path / "bad.toml").write_text("key =", encoding="utf-8")
    assert "无法读取" in run("policy", "check", "bad.toml").out
    assert_one_line(run("policy", "check", str(tmp_path)), 1, "是目录，不是文件")


def test_a_policy_is_shown_with_every_value_and_source(run: Run) -> None:
    ran = run("policy", "show", "zhongmu-2022")
    assert ran.status == 0
    for parameter in load_policy("zhongmu-2022").parameters:
        assert re.search(rf"^  {re.escape(parameter.path)} .*{re.escape(parameter.source)}$", ran.out, re.M)
    facts = run("policy", "show", "zhongmu-2022", "--json").facts
    assert facts["draft"] is True
    assert len(facts["parameters"]) == len(load_policy("zhongmu-2022").parameters)


def test_two_policies_or_files_are_compared_with_both_sources(run: Run, city_file: Path) -> None:
    ran = run("policy", "diff", "pingdingshan-2022", "xinxiang-2023")
    assert ran.status == 0
    lines = ran.out.splitlines()
    place = lines.index("  settings.certificates_required 登记考核结果须逐人填写证书")
    assert lines[place + 1].startswith("    - 否　本地")
    assert lines[place + 2].startswith("    + 是　新技领办〔2023〕4号 附件4 二2")
    facts = run("policy", "diff", str(city_file), "xinxiang-2023", "--json").facts
    assert facts["changes"] == []
    assert facts["before"]["version"] == facts["after"]["version"] == load_policy("xinxiang-2023").version


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nowhere-1999"), "没有政策“nowhere-1999”，可用的有：pingdingshan-2022、"),
        (("show", "default"), "没有政策“default”"),
        (("diff", "xinxiang-2023", "nowhere.toml"), "没有政策文件 nowhere.toml"),
    ],
)
def test_what_there_is_not_is_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    assert_one_line(run("policy", *arguments), 1, words)


def test_a_spoiled_file_is_not_shown_and_says_why(run: Run, city_file: Path) -> None:
    text = city_file.read_text(encoding="utf-8").replace("三1", "三1").replace("value = 300", "value = -300")
    city_file.write_text(text, encoding="utf-8")
    assert_one_line(run("policy", "show", str(city_file)), 1, "rules.premises：须为1至10000的整数，现为 -300")
