"""The command line: what each command prints, and that whatever goes wrong is one Chinese line."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import openpyxl
import pytest
from sqlalchemy import create_engine, update

from workflow import cli
from workflow.persistence import tables
from workflow.services import closures
from workflow.services.accounts import actor_of_token
from workflow.services.product import open_product
from workflow.settings import read_settings

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "serve",
    "migrate",
    "demo",
    "scheduler",
    "sweep",
    "user add",
    "token",
    "calendar show",
    "calendar due",
    "calendar between",
    "calendar import",
    "calendar versions",
    "calendar version",
    "calendar compare",
    "calendar closures",
    "policy list",
    "policy check",
    "policy show",
    "policy diff",
    "attachments verify",
    "attachments sweep",
    "audit verify",
    "report",
    "chart",
)


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        """What it printed, read as JSON."""
        assert self.status == 0, self.err
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in an empty folder, where there is no database yet."""
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str, typed: str = "", **environment: str) -> Ran:
        with monkeypatch.context() as patched:
            # Commands for the demonstration set it; the next one must not inherit it.
            patched.setenv("SUBSIDY_DEMONSTRATION", "0")
            for name, value in environment.items():
                patched.setenv(name, value)
            patched.setattr(sys, "stdin", io.StringIO(typed))
            with pytest.raises(SystemExit) as ended:
                cli.main(list(arguments))
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, captured.out, captured.err)

    return run_one


@pytest.fixture
def run_on(run: Run, database_url: str) -> Run:
    """Runs a command on a prepared database of each kind."""

    def run_one(*arguments: str, **more: str) -> Ran:
        return run(*arguments, **{"DATABASE_URL": database_url, **more})

    assert run_one("migrate").status == 0
    return run_one


def add_somebody(run_on: Run, login: str = "hr1") -> Ran:
    return run_on(
        *("user", "add", login, "--name", "张三", "--role", "reviewer", "--department", "hr"),
        *("--region", "410400", "--password-stdin", "--json"),
        typed="long-enough-1\n",
    )


def assert_one_line(ran: Ran, status: int, words: str) -> None:
    assert ran.status == status
    assert ran.out == ""
    assert re.fullmatch(r"错误：[^\n]+\n", ran.err), ran.err
    assert words in ran.err


# --- manners -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_chinese(run: Run, command: str) -> None:
    ran = run(*command.split(), "--help")
    assert ran.status == 0
    assert ran.out.startswith(f"用法：subsidy {command}")
    assert not re.search(r"Usage|Options|Show this|\[OPTIONS\]|default|required", ran.out)


def test_the_help_lists_every_command(run: Run) -> None:
    listed = run("--help").out
    assert all(re.search(rf"^  {command.split()[0]}\s", listed, re.MULTILINE) for command in COMMANDS)


def test_the_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom workflow import cli\ntry:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'sqlalchemy', 'alembic', 'flask', 'workalendar', 'argon2'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "缺少命令"),
        ("calendar", "缺少命令"),
        ("publish", "没有命令 publish"),
        ("--fast", "没有选项 --fast"),
        ("token", "缺少参数 USER"),
        ("calendar show", "缺少参数 YEAR"),
        ("calendar show soon", "YEAR 应为整数，现为“soon”"),
        ("calendar due 2026-02-30 3", "START 应为日期"),
        ("calendar due 2026-W40-1 3", "START 应为日期"),
        ("calendar due 20260929 3", "START 应为日期"),
        ("calendar due 2026-09-18", "缺少参数 N"),
        ("calendar due 2026-09-18 3 4", "参数过多"),
        ("calendar between 2026-09-18", "缺少参数 END"),
        ("calendar between 2026-09-18 soon", "END 应为日期"),
        ("calendar version first", "N 应为整数，现为“first”"),
        ("calendar compare 1", "缺少参数 B"),
        ("calendar import", "缺少参数 FILE…"),
        ("report --year", "--year 的用法不对"),
        ("report --year x", "--year 应为整数"),
        ("sweep --json=1", "--json 的用法不对"),
    ],
)
def test_wrong_usage_is_one_line_that_names_what_is_wrong(run: Run, arguments: str, words: str) -> None:
    assert_one_line(run(*arguments.split()), 2, words)


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        ("calendar show 1999", {}, "1999年超出日历范围"),
        ("calendar due 2026-09-18 99999", {}, "“工作日天数”应为 0 到 2000 的整数，现为 99999"),
        (f"calendar due 2026-09-18 {'9' * 26}", {}, "应为 0 到 2000 的整数"),
        (f"calendar show {'9' * 26}", {}, "超出日历范围（2004年至2036年）"),
        ("calendar due 2003-12-31 1", {}, "2003-12-31 超出日历范围（2004-01-01 至 2036-12-31）"),
        ("calendar due 2026-09-18 10 --region 999999", {}, "没有代码为“999999”的地区"),
        (
            "calendar between 2026-09-18 2026-09-17",
            {},
            "“结束日”（2026年9月17日）不能早于“起始日”（2026年9月18日）",
        ),
        ("calendar version 2", {}, "没有第 2 版日历"),
        ("calendar version 1 --year 2050", {}, "2050年超出日历范围（2004年至2036年）"),
        ("calendar compare 1 0", {}, "没有第 0 版日历"),
        ("calendar closures", {}, "请先运行 subsidy migrate"),
        ("calendar closures --status odd", {}, "现为“odd”"),
        ("calendar import nowhere.txt", {}, "nowhere.txt 不存在"),
        ("calendar import .", {}, ". 是目录"),
        ("token hr1", {}, "请先运行 subsidy migrate"),
        ("audit verify", {}, "请先运行 subsidy migrate"),
        ("report monthly", {}, "请先运行 subsidy migrate"),
        ("sweep", {"DATABASE_URL": "sqlite:///garbage.db"}, "数据库无法连接或者无法使用"),
        ("sweep", {"DATABASE_URL": "sqlite:///empty.db"}, "请先运行 subsidy migrate"),
        ("sweep", {"DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}, "数据库无法连接"),
        ("sweep", {"DATABASE_URL": "postgresql+psycopg://h:port/none"}, "DATABASE_URL 不是有效的数据库地址"),
        ("sweep", {"DATABASE_URL": "mysql://h/none"}, "DATABASE_URL 应以"),
        ("migrate", {"DATABASE_URL": "sqlite:////dev/null/subsidy.db"}, "/dev/null"),
        ("serve", {}, "SUBSIDY_SECRET_KEY"),
        ("serve", {"PORT": "none"}, "PORT 应为"),
        ("serve --demonstration", {"SUBSIDY_HOST": "0.0.0.0", "SUBSIDY_SECRET_KEY": "x" * 32}, "只能在本机"),
        ("serve --demonstration", {"WEB_CONCURRENCY": "many"}, "WEB_CONCURRENCY 应为"),
        ("demo", {"SUBSIDY_SECRET_KEY": "x" * 32}, "不能载入演示数据"),
    ],
)
def test_trouble_is_one_line_that_says_what_to_do(
    run: Run, arguments: str, environment: dict[str, str], words: str
) -> None:
    Path("garbage.db").write_bytes(b"this is no database at all, but long enough to look like one" * 20)
    Path("empty.db").touch()
    assert_one_line(run(*arguments.split(), **environment), 1, words)


def test_a_fault_of_the_program_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise KeyError("surprise")

    monkeypatch.setattr("workflow.chart.document.render_chart", fail)
    assert_one_line(run("chart"), 70, "程序内部错误，请联系维护人员（KeyError：'surprise'，test_cli.py 第 ")


# --- the database and people -------------------------------------------------------------------------------


def test_migrating_twice_changes_nothing_the_second_time(run: Run, empty_database_url: str) -> None:
    first = run("migrate", DATABASE_URL=empty_database_url)
    assert (first.status, first.out) == (0, "· 数据库已迁移到最新结构\n")
    again = run("migrate", DATABASE_URL=empty_database_url)
    assert (again.status, again.out) == (0, "· 数据库结构已是最新\n")


def test_a_token_is_the_last_line_and_works(run_on: Run, database_url: str) -> None:
    assert add_somebody(run_on).facts["login"] == "hr1"
    ran = run_on("token", "hr1")
    product = open_product(read_settings({"DATABASE_URL": database_url}))
    actor = actor_of_token(product, token=ran.out.splitlines()[-1])
    product.engine.dispose()
    assert actor is not None
    assert actor.login == "hr1"


def test_a_token_for_nobody_is_refused(run_on: Run) -> None:
    assert_one_line(run_on("token", "nobody"), 1, "没有登录名为“nobody”的账号")


def test_an_account_that_is_wrong_says_everything_that_is_wrong(run_on: Run) -> None:
    ran = run_on("user", "add", "Me", "--role", "chief", "--password-stdin", typed="short\n")
    assert_one_line(ran, 1, "角色应为")
    assert "姓名或名称不能为空" in ran.err
    assert "密码应为" in ran.err


def test_a_login_is_given_once(run_on: Run) -> None:
    assert add_somebody(run_on).status == 0
    assert_one_line(add_somebody(run_on), 1, "已被使用")


def test_a_password_comes_from_standard_input_when_nobody_types(run_on: Run) -> None:
    ran = run_on(
        "user", "add", "auditor", "--name", "李四", "--role", "auditor", typed="another-long-one-2\nrest\n"
    )
    assert (ran.status, ran.out) == (0, "已新增账号 auditor（李四，审计、纪检）\n")


# --- the calendar ------------------------------------------------------------------------------------------


def test_a_year_is_shown_with_every_day(run_on: Run) -> None:
    facts = run_on("calendar", "show", "2026", "--json").facts
    assert list(facts) == ["year", "provisional", "version", "source", "days"]
    assert (facts["year"], facts["provisional"], len(facts["days"])) == (2026, False, 365)
    assert all(list(day) == ["date", "working", "reason"] for day in facts["days"])
    by_date = {day["date"]: day["working"] for day in facts["days"]}
    assert (by_date["2026-10-01"], by_date["2026-10-10"]) == (False, True)


def test_a_year_in_words_lists_what_is_unusual(run: Run) -> None:
    ran = run("calendar", "show", "2027")
    assert ran.status == 0
    assert "暂定" in ran.out.splitlines()[0]
    assert "  放假 2027-10-01 国庆节" in ran.out
    assert "周末" not in ran.out


def test_a_due_date_comes_with_the_days_counted_and_skipped(run_on: Run) -> None:
    facts = run_on("calendar", "due", "2026-09-18", "10", "--json").facts
    assert list(facts) == ["start", "working_days", "due_on", "provisional", "counted", "skipped"]
    assert (facts["due_on"], facts["provisional"]) == ("2026-10-09", False)
    assert len(facts["counted"]) == 10
    assert {"date": "2026-09-25", "reason": "中秋节假期"} in facts["skipped"]


def test_a_year_in_words_shows_twelve_months(run: Run) -> None:
    out = run("calendar", "show", "2026").out
    assert len(re.findall(r"\d+月\s", out)) == 12
    assert re.search(r"14班 15休", out)
    assert "休：放假　班：调休上班　停：本地停办" in out


def test_a_count_goes_backwards_and_between_two_dates(run: Run) -> None:
    facts = run("calendar", "due", "2026-10-09", "10", "--backwards", "--json").facts
    assert (facts["due_on"], facts["backwards"]) == ("2026-09-18", True)
    assert "第 10 个工作日是 2026-09-18" in run("calendar", "due", "2026-10-09", "10", "--backwards").out
    facts = run("calendar", "between", "2026-09-18", "2026-10-09", "--json").facts
    assert list(facts) == ["start", "end", "working_days", "provisional", "counted", "skipped"]
    assert facts["working_days"] == 10
    assert run("calendar", "between", "2026-09-18", "2026-10-09").out.startswith(
        "2026-09-18 至 2026-10-09 共 10 个工作日\n"
    )


def test_the_calendar_answers_before_there_is_a_database_and_makes_none(run: Run, tmp_path: Path) -> None:
    assert run("calendar", "due", "2026-09-18", "10", "--json").facts["due_on"] == "2026-10-09"
    assert list(tmp_path.iterdir()) == []


NOTICE_2027 = """\
国务院办公厅关于2027年部分节假日安排的通知

一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历腊月二十九、周五）至12日（农历正月初七、周五）放假调休，共8天。1月31日（周日）、2月13日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


def test_a_notice_is_previewed_unless_it_is_to_be_applied(run_on: Run, tmp_path: Path) -> None:
    notice = tmp_path / "2027.txt"
    notice.write_text(NOTICE_2027, encoding="gb18030")
    preview = run_on("calendar", "import", str(notice), "--json").facts
    assert {"year", "provisional", "version", "source", "days", "changes", "clocks"} <= set(preview)
    assert (preview["year"], preview["provisional"], len(preview["days"])) == (2027, False, 365)
    assert run_on("calendar", "show", "2027", "--json").facts["provisional"] is True
    assert "已生效" in run_on("calendar", "import", str(notice), "--apply").out
    shown = run_on("calendar", "show", "2027", "--json").facts
    assert (shown["provisional"], shown["version"]) == (False, preview["version"])
    assert_one_line(run_on("calendar", "import", str(notice), "--apply"), 1, "没有变化")


def test_a_preview_in_words_shows_the_year_and_what_differs(run_on: Run, tmp_path: Path) -> None:
    notice = tmp_path / "2027.txt"
    notice.write_text(NOTICE_2027, encoding="utf-8")
    out = run_on("calendar", "import", str(notice), "--moves", str(tmp_path / "moves.csv")).out
    assert "13班*" in out
    assert "  2027-02-13 不上班（周末） → 上班（春节调休上班）" in out
    assert "变动的时限（到期日改变，或者不再暂定） 0 个" in out
    assert out.endswith("以上为预览，没有改动；加 --apply 生效\n")
    assert (tmp_path / "moves.csv").read_text(encoding="utf-8").startswith("\ufeff申请编号,申请人")
    assert "已生效：日历第 2 版" in run_on("calendar", "import", str(notice), "--apply").out
    again = run_on("calendar", "import", str(notice)).out
    assert again.startswith("2027年的放假安排与现行日历相同，没有变化\n")
    assert again.endswith("以上为预览，没有改动；不必生效\n")


def test_a_refused_import_leaves_the_files_of_before(run_on: Run, tmp_path: Path) -> None:
    notice, moves = tmp_path / "2027.txt", tmp_path / "moves.csv"
    notice.write_text(NOTICE_2027, encoding="utf-8")
    moves.write_text("of before", encoding="utf-8")
    assert run_on("calendar", "import", str(notice), "--apply").status == 0
    again = run_on("calendar", "import", str(notice), "--moves", str(moves), "--apply")
    assert_one_line(again, 1, "没有变化")
    assert moves.read_text(encoding="utf-8") == "of before"
    assert sorted(each.name for each in tmp_path.iterdir() if "moves" in each.name) == ["moves.csv"]


def test_a_fault_in_one_of_several_files_names_the_file(run_on: Run, tmp_path: Path) -> None:
    notice, second = tmp_path / "2027.txt", tmp_path / "second.txt"
    notice.write_text(NOTICE_2027, encoding="utf-8")
    second.write_text(NOTICE_2027.replace("6月9日（周三）", "6月9日（周四）"), encoding="utf-8")
    ran = run_on("calendar", "import", str(notice), str(second))
    assert_one_line(ran, 1, f"{second}：第2份通知第7行")


def test_versions_are_listed_shown_and_compared(run_on: Run, tmp_path: Path) -> None:
    notice = tmp_path / "2027.txt"
    notice.write_text(NOTICE_2027, encoding="utf-8")
    assert run_on("calendar", "import", str(notice), "--apply").status == 0
    facts = run_on("calendar", "versions", "--json").facts
    assert [(item["ordinal"], item["in_force"]) for item in facts["items"]] == [(2, True), (1, False)]
    assert facts["next"] is None
    assert run_on("calendar", "versions").out.splitlines()[1].startswith("2     ")
    assert (
        run_on("calendar", "version", "1", "--year", "2027", "--json").facts["shown"]["provisional"] is True
    )
    shown = run_on("calendar", "version", "2", "--year", "2027").out
    assert "现行" in shown.splitlines()[0]
    assert "13班" in shown
    compared = run_on("calendar", "compare", "1", "2", "--json").facts
    assert compared["years_published"] == [2027]
    out = run_on("calendar", "compare", "1", "2").out
    assert "第 1 版 → 第 2 版" in out
    assert "不再暂定的年度：2027" in out


def test_local_closures_are_listed_and_counted_for_their_region(run_on: Run, database_url: str) -> None:
    for login in ("one", "two"):
        added = run_on("user", "add", login, "--name", login, "--role", "admin", typed="long-enough-1\n")
        assert added.status == 0
    product = open_product(read_settings({"DATABASE_URL": database_url}))
    one, two = (actor_of_token(product, token=run_on("token", login).out.strip()) for login in ("one", "two"))
    assert one
    assert two
    made = closures.propose_closure(
        product,
        actor=one,
        region="410400",
        days=[date(2026, 10, 15)],
        authority="市政府",
        document_number="1号",
        reason="停电",
    )
    closures.decide_closure(product, actor=two, closure_id=made["id"], confirmed=True)
    product.engine.dispose()
    (item,) = run_on("calendar", "closures", "--status", "in_force", "--json").facts["items"]
    assert (item["region"], item["days"]) == ("410400", ["2026-10-15"])
    assert "已生效" in run_on("calendar", "closures").out
    due = ("calendar", "due", "2026-10-14", "1", "--json")
    assert run_on(*due).facts["due_on"] == "2026-10-15"
    assert run_on(*due, "--region", "410400").facts["due_on"] == "2026-10-16"
    assert "15停" in run_on("calendar", "show", "2026", "--region", "410400").out
    assert "平顶山市 2026年10月15日 停电（市政府1号）" in run_on("calendar", "version", "2").out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00\x01", "不是文本文件"),
        (b"%PDF-1.7", "而是PDF"),
        (b"x" * 300_000, "过大"),
        (b"", "没有通知的正文"),
        ("今天天气很好。".encode(), "年"),
    ],
)
def test_a_file_that_is_no_notice_is_refused(run: Run, content: bytes, words: str) -> None:
    Path("notice.txt").write_bytes(content)
    assert_one_line(run("calendar", "import", "notice.txt"), 1, words)


# --- sweep, proof, reports, chart --------------------------------------------------------------------------


def test_a_sweep_says_how_many_reminders_it_gave(run_on: Run) -> None:
    assert run_on("sweep").out == "发出提醒 0 条\n"
    assert run_on("sweep", "--json").facts["raised"] == 0


def test_a_trail_that_was_tampered_with_ends_with_status_one(run_on: Run, database_url: str) -> None:
    add_somebody(run_on)
    assert run_on("audit", "verify").out == "完好：1 条链，1 条记录\n"
    assert run_on("audit", "verify", "--json").facts["holds"] is True
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(update(tables.system_chain).values(audit_head="0" * 64))
    engine.dispose()
    ran = run_on("audit", "verify")
    assert (ran.status, ran.err) == (1, "错误：审计记录不完好，共发现 1 处问题\n")
    assert "链 0 第 1 条" in ran.out
    ran = run_on("audit", "verify", "--json")
    assert ran.status == 1
    assert json.loads(ran.out)["holds"] is False


def test_reports_are_listed_printed_and_written_as_workbooks(run_on: Run, tmp_path: Path) -> None:
    names = [item["name"] for item in run_on("report", "--json").facts["items"]]
    assert {"monthly", "quarterly", "half_year", "yearly", "overdue", "funding_requests"} == set(names)
    facts = run_on("report", "monthly", "--year", "2026", "--month", "9", "--json").facts
    assert list(facts) == ["name", "title", "columns", "rows"]
    printed = run_on("report", "monthly", "--region", "410421", "--year", "2026", "--month", "9").out
    assert printed.splitlines()[0] == "月调度表（2026年9月）"
    assert len(printed.splitlines()) == 3
    assert run_on("report", "overdue", "--xlsx", str(tmp_path / "report.xlsx")).status == 0
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").active is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("weekly", "没有名为“weekly”的报表"),
        ("monthly --month 13", "月份应为 1 到 12"),
        ("monthly --region 1", "没有行政区划"),
        ("monthly --xlsx /nowhere/report.xlsx", "/nowhere/report.xlsx 不存在"),
    ],
)
def test_a_report_that_cannot_be_made_is_one_line(run_on: Run, arguments: str, words: str) -> None:
    assert_one_line(run_on("report", *arguments.split()), 1, words)


def test_the_chart_is_the_one_in_the_documents(run: Run) -> None:
    assert run("chart").out == (ROOT / "docs" / "chart.md").read_text(encoding="utf-8")


# --- serving -----------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_said_before_anything_is_done(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("serve", "--demonstration", PORT=str(port))
    assert_one_line(ran, 1, f"127.0.0.1 的端口 {port} 已被其他程序占用")
    assert list(tmp_path.iterdir()) == []


def test_serving_in_production_prepares_the_database_and_becomes_the_server(
    run: Run, monkeypatch: pytest.MonkeyPatch, empty_database_url: str
) -> None:
    commands: list[list[str]] = []

    def become(_program: str, command: list[str]) -> None:
        commands.append(command)

    monkeypatch.setattr("os.execv", become)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    ran = run(
        "serve",
        DATABASE_URL=empty_database_url,
        SUBSIDY_SECRET_KEY="k" * 32,
        PORT=port,
        WEB_CONCURRENCY="3",
    )
    assert ran.status == 0
    assert "演示" not in ran.out
    assert f"http://127.0.0.1:{port}" in ran.out.splitlines()[-1]
    (command,) = commands
    assert command[:4] == [sys.executable, "-m", "gunicorn", "web.wsgi:app"]
    workers = command[command.index("--workers") + 1]
    assert workers == ("1" if empty_database_url.startswith("sqlite") else "3")
    assert "--no-control-socket" in command


def test_no_password_of_the_database_is_printed(run: Run) -> None:
    ran = run("serve", "--demonstration", DATABASE_URL="postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert ran.status == 1
    assert "me:***@127.0.0.1:1" in ran.out
    assert "secret" not in ran.out + ran.err


def test_the_demonstration_starts_in_an_empty_folder_answers_and_stops(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "workflow.cli", "serve", "--demonstration"]
    environment = {**os.environ, "PORT": port, "PYTHONPATH": str(ROOT)}
    for said in ("已载入", "已有账号，不再载入"):
        log = tmp_path / "serve.log"
        with log.open("wb") as output:
            server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=output, stderr=output)
        try:
            assert _answers(f"http://127.0.0.1:{port}/readyz", server), log.read_text()
        finally:
            server.terminate()
            status = server.wait(timeout=30)
        assert status == 0
        printed = log.read_text(encoding="utf-8")
        assert said in printed
        assert f"http://127.0.0.1:{port}" in printed
        assert re.search(r"^  industry1 .*行业主管部门审核人员 +平顶山市$", printed, re.MULTILINE)


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    deadline = monotonic() + 120
    while monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            sleep(0.2)
    return False
