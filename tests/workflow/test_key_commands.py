"""``subsidy keys``: the steps of an operator, each in a few lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import Engine

from tests.journeys.city import City
from tests.workflow.test_cli import Run, assert_one_line, run, run_on
from workflow.sealing import key_name
from workflow.services.product import Product
from workflow.settings import read_settings

__all__ = ["run", "run_on"]
OLD, NEW = "old-key-" * 4, "new-key-" * 4
BEFORE = {"SUBSIDY_SECRET_KEY": OLD}
TURNED = {"SUBSIDY_SECRET_KEY": NEW, "SUBSIDY_FURTHER_SECRET_KEYS": OLD}
AFTER = {"SUBSIDY_SECRET_KEY": NEW}


def filled(engine: Engine, url: str) -> City:
    """A city with one submitted application."""
    settings = read_settings({"DATABASE_URL": url, "SUBSIDY_TEST_CLOCK": "1", **BEFORE})
    return City(Product(engine=engine, settings=settings)).to_opening_review()


def test_an_operator_replaces_a_key_step_by_step(
    run_on: Run, open_engine: Callable[[str], Engine], database_url: str
) -> None:
    filled(open_engine(database_url), database_url)
    old, new = key_name(OLD), key_name(NEW)
    first = run_on("keys", "status", **BEFORE)
    assert first.status == 0
    assert re.search(rf"{old}\s+现用\s+50\s+50\s+2\s+50", first.out)
    assert "全部内容都在现用密钥之下" in first.out
    turned = run_on("keys", "status", **TURNED)
    assert "有 50 人还没有现用密钥的索引，请运行 subsidy keys rotate" in turned.out
    # Too early: the old key was taken away, or is to be dropped, while things lie under it.
    early = run_on("keys", "status", **AFTER)
    assert early.status == 1
    assert early.err == f"错误：有内容以密钥 {old}（102 处）加密，而它不在配置中，无法打开\n"
    assert_one_line(run_on("keys", "drop", old, **AFTER), 1, f"密钥 {old} 还不能弃用：人员证件号码 50 处")
    assert_one_line(run_on("keys", "drop", old, **TURNED), 1, "还在配置中（备用）")
    blind = run_on("keys", "rotate", **AFTER)
    assert blind.status == 1
    assert blind.err == "错误：还有 101 件没有重新加密，请处理后再次运行\n"
    assert f"学员电话 50 件（编号 1、2、3、4、5、6、7、8、9、10…）：有内容以密钥 {old} 加密" in blind.out
    rotated = run_on("keys", "rotate", **TURNED)
    assert rotated.status == 0
    assert "· 人员证件号码 50/50" in rotated.out
    assert rotated.out.splitlines()[-1] == (
        f"已以密钥 {new} 重新加密：人员证件号码 50 件、学员电话 50 件、申请表 1 件"
    )
    assert f"密钥 {old} 之下已没有内容：可以从配置中去掉" in run_on("keys", "status", **TURNED).out
    again = run_on("keys", "rotate", "--json", **TURNED)
    assert again.facts == {"key": new, "resealed": {}, "left_count": 0, "left": []}
    assert f"可以运行 subsidy keys drop {old} 删除它的索引" in run_on("keys", "status", **AFTER).out
    assert run_on("keys", "drop", old, **AFTER).out == f"已弃用密钥 {old}，删除索引 50 条\n"
    last = run_on("keys", "status", "--json", **AFTER)
    assert [key["name"] for key in last.facts["keys"]] == [new]
    assert run_on("audit", "verify", **AFTER).out.startswith("完好")


def test_a_key_that_is_none_is_refused_in_a_line(run_on: Run) -> None:
    assert_one_line(run_on("keys", "drop", "nothing", **BEFORE), 1, "没有名为“nothing”的密钥")
    assert_one_line(run_on("keys", "drop", **BEFORE), 2, "缺少参数 NAME")
    assert_one_line(run_on("keys", "status", SUBSIDY_SECRET_KEY="short"), 1, "每个至少应有 32 个字符")
    assert_one_line(
        run_on("keys", "status", SUBSIDY_SECRET_KEY_FILE="none"), 1, "文件 none 无法读取（不存在、没有权限"
    )


def test_the_server_does_not_start_without_the_key_under_which_people_lie(
    run_on: Run, open_engine: Callable[[str], Engine], database_url: str
) -> None:
    filled(open_engine(database_url), database_url)
    refused = run_on("serve", **AFTER)
    assert refused.status == 1
    assert f"数据库中有个人信息以密钥 {key_name(OLD)} 加密" in refused.err
    assert "Traceback" not in refused.err
