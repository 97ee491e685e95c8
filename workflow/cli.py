"""The command line, ``subsidy``: one command, one use case. Facts go to stdout, trouble to stderr in a line.

What is heavy is imported inside the command that needs it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from workflow.attachment_commands import attachments
from workflow.calendar_commands import calendar
from workflow.command_line import (
    COMMAND,
    GROUP,
    ChineseGroup,
    Whole,
    database_url,
    json_option,
    open_product_of,
    open_ready,
    print_json,
    table,
)
from workflow.errors import Broken, Malformed, Refused, UnknownKey
from workflow.key_commands import keys
from workflow.policy_commands import policy
from workflow.settings import DEMONSTRATION_KEY, Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from workflow.services.product import Product

BAD_INPUT, BAD_USAGE, INTERRUPTED, FAULT = 1, 2, 130, 70
THREADS = 16

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OS_TROUBLE = {
    errno.ENOENT: "不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
}


# --- one line of trouble -----------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs one command and ends the process: 0 done, 1 refused, 2 wrong usage, 70 a fault of the program."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Chinese shows question marks, which is better than a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        answered = subsidy.main(args=arguments, prog_name="subsidy", standalone_mode=False)
    except click.UsageError as error:
        _give_up(_usage_trouble(error), BAD_USAGE)
    except click.Abort:
        _give_up("已中止", INTERRUPTED)
    except Exception as error:
        known = _trouble(error)
        _give_up(known or _fault(error), BAD_INPUT if known else FAULT)
    sys.exit(answered if isinstance(answered, int) else 0)


def _give_up(message: str, status: int) -> NoReturn:
    from workflow.form.masking import cover_numbers

    # Terminals are recorded too, and a number may have been typed where something else belongs.
    click.echo(f"错误：{cover_numbers(' '.join(message.split()))}", err=True)
    sys.exit(status)


def _usage_trouble(error: click.UsageError) -> str:
    context = error.ctx
    hint = f"；运行 {context.command_path} --help 查看用法" if context else ""
    if isinstance(error, click.MissingParameter):
        trouble = f"缺少参数 {_parameter(error)}"
    elif isinstance(error, click.BadParameter):
        trouble = f"参数 {_parameter(error)} {error.message}"
    elif isinstance(error, click.NoSuchOption):
        trouble = f"没有选项 {error.option_name}"
    elif isinstance(error, click.NoSuchCommand):
        trouble = f"没有命令 {error.command_name}"
    elif isinstance(error, click.BadOptionUsage):
        trouble = f"选项 {error.option_name} 的用法不对（缺少取值，或者不应带取值）"
    elif context is not None and isinstance(context.command, click.Group):
        trouble = "缺少命令"
    else:
        trouble = "参数过多"
    return trouble + hint


def _parameter(error: click.BadParameter) -> str:
    param = error.param
    if param is None:
        return ""
    return param.opts[0] if isinstance(param, click.Option) else param.make_metavar(error.ctx or _NO_CONTEXT)


def _trouble(error: Exception) -> str | None:
    """The sentence for an error that a person can do something about; None for a fault of the program."""
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, UnknownKey):
        return str(error)
    if isinstance(error, Broken):
        return f"存储的数据自相矛盾，请联系维护人员（{error}）"
    if isinstance(error, OSError):
        what = _OS_TROUBLE.get(error.errno or 0, error.strerror or str(error))
        return f"{error.filename} {what}" if error.filename else f"系统不允许：{what}"
    # Whatever raised one of these has imported them already.
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from calendars import CalendarRangeError, NoticeError
    from workflow.policy import PolicyError

    if isinstance(error, CalendarRangeError | NoticeError | PolicyError):
        return str(error)
    if isinstance(error, DBAPIError):
        # The driver speaks English; what can be done about it is the same.
        return "数据库无法连接或者无法使用，请检查环境变量 DATABASE_URL，以及数据库是否正在运行"
    if isinstance(error, SQLAlchemyError):
        return "数据库地址或者内容不对，请检查环境变量 DATABASE_URL"
    return None


def _fault(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name} 第 {place.lineno} 行"
    return f"程序内部错误，请联系维护人员（{type(error).__name__}：{error}，{where}）"


# --- running -----------------------------------------------------------------------------------------------


@click.group("subsidy", cls=ChineseGroup, **GROUP)
def subsidy() -> None:
    """年度补贴培训资金申请平台的命令行。

    数据库由环境变量 DATABASE_URL 指定，默认为当前目录下的 var/subsidy.db。
    """


_NO_CONTEXT = click.Context(subsidy)


@subsidy.command(**COMMAND)
@click.option("--demonstration", is_flag=True, help="演示：仅限本机访问，空库时载入演示数据，并列出演示账号")
def serve(demonstration: bool) -> None:
    """启动网页服务（含定时任务）；先把数据库迁移到最新结构。"""
    if demonstration:
        os.environ["SUBSIDY_DEMONSTRATION"] = "1"
    from workflow.services import health

    settings = read_settings()
    _check_start(settings)
    command = _gunicorn(settings)
    _check_port(settings)
    click.echo(f"· 准备数据库 {database_url(settings).render_as_string(hide_password=True)}")
    health.is_ready(_prepare(settings))
    if settings.demonstration:
        _show_accounts()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"· 启动网页服务，按 Ctrl+C 停止：http://{host}:{settings.port}")
    sys.stdout.flush()
    # In our place, not below us: signals reach the server, and its end is the command's end.
    os.execv(sys.executable, command)  # noqa: S606


def _check_start(settings: Settings) -> None:
    from workflow.policy import region_labels

    # Said here in a line; the server would say it in a traceback.
    region_labels()
    if settings.demonstration and settings.host not in _LOOPBACK:
        raise SettingsError("演示账号的密码是公开的，演示只能在本机运行，请去掉环境变量 SUBSIDY_HOST")
    if not settings.demonstration and settings.secret_key == DEMONSTRATION_KEY:
        raise SettingsError(
            "正式运行必须设置环境变量 SUBSIDY_SECRET_KEY（至少 32 个字符）；只想看看，请加 --demonstration"
        )


def _check_port(settings: Settings) -> None:
    import socket

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn binds: a port that a stopped server has just left is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            trouble = {
                errno.EADDRINUSE: "已被其他程序占用，请停掉它，或者用环境变量 PORT 换一个端口",
                errno.EACCES: "没有权限使用，请用环境变量 PORT 换一个 1024 以上的端口",
            }.get(error.errno or 0, "无法使用，请检查环境变量 SUBSIDY_HOST 和 PORT")
            raise SettingsError(f"{settings.host} 的端口 {settings.port} {trouble}") from error


def _gunicorn(settings: Settings) -> list[str]:
    """The server's command line: one process with many threads, since processes share only the database."""
    workers = os.environ.get("WEB_CONCURRENCY", "").strip() or "1"
    if not (workers.isascii() and workers.isdigit() and 0 < int(workers) <= 64):
        raise SettingsError(f"环境变量 WEB_CONCURRENCY 应为 1 到 64 的整数，现为“{workers}”")
    if settings.database_url.startswith("sqlite"):
        workers = "1"
    # Reads WEB_CONCURRENCY itself while it is imported.
    from gunicorn.config import KNOWN_SETTINGS

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    command = [sys.executable, "-m", "gunicorn", "web.wsgi:app", "--bind", f"{host}:{settings.port}"]
    command += ["--worker-class", "web.worker.Worker", "--workers", workers, "--threads", str(THREADS)]
    command += ["--graceful-timeout", "5", "--log-level", "warning"]
    if any(known.name == "control_socket_disable" for known in KNOWN_SETTINGS):
        command.append("--no-control-socket")
    return command


def _prepare(settings: Settings) -> Product:
    """Migrates; in the demonstration also fills a database in which nobody is yet."""
    from workflow.services import setup

    product = open_product_of(settings)
    click.echo("· 数据库已迁移到最新结构" if setup.prepare(product) else "· 数据库结构已是最新")
    if settings.demonstration:
        _load_demonstration(product)
    return product


def _load_demonstration(product: Product) -> None:
    from workflow import demonstration

    click.echo("· 载入演示数据")
    if not demonstration.load(product, lambda line: click.echo(f"  {line}")):
        click.echo("  数据库中已有账号，不再载入")


def _show_accounts() -> None:
    from workflow.demonstration import ACCOUNTS, PASSWORD
    from workflow.policy import region_labels

    click.echo(f"· 演示账号（密码均为 {PASSWORD}）：")
    labels = {"login": "登录名", "name": "姓名或名称", "role": "角色", "region": "地区"}
    rows = [
        {
            "login": each.login,
            "name": each.name,
            "role": f"{each.department.label}{each.role.label.removeprefix('部门')}"
            if each.department
            else each.role.label,
            "region": region_labels().get(each.region or "", "全部"),
        }
        for each in ACCOUNTS
    ]
    for line in table(labels, rows):
        click.echo(f"  {line}")


@subsidy.command(**COMMAND)
def migrate() -> None:
    """建立数据库，或者把它迁移到最新结构。"""
    _prepare(read_settings({**os.environ, "SUBSIDY_DEMONSTRATION": "0"}))


@subsidy.command(**COMMAND)
def demo() -> None:
    """在空数据库中载入演示数据，并列出演示账号。"""
    settings = read_settings({**os.environ, "SUBSIDY_DEMONSTRATION": "1"})
    if settings.secret_key != DEMONSTRATION_KEY:
        raise SettingsError("已设置 SUBSIDY_SECRET_KEY，这是正式环境，不能载入演示数据")
    _prepare(settings)
    _show_accounts()


@subsidy.command(**COMMAND)
def scheduler() -> None:
    """在前台运行定时任务（提醒、升级、发信），直到按 Ctrl+C。"""
    from workflow.scheduler import run

    product = open_ready()
    click.echo("· 定时任务已启动，按 Ctrl+C 停止")
    run(product)


@subsidy.command(**COMMAND)
@json_option
def sweep(as_json: bool) -> None:
    """立即检查一次所有时限，发出到时的提醒和升级。"""
    from workflow.services.sweep import sweep as sweep_once

    facts = sweep_once(open_ready())
    if as_json:
        print_json(facts)
    else:
        click.echo(f"发出提醒 {facts['raised']} 条")


# --- people ------------------------------------------------------------------------------------------------


@subsidy.group(**GROUP)
def user() -> None:
    """账号。"""


@user.command("add", **COMMAND)
@click.argument("login")
@click.option("--name", default="", metavar="NAME", help="姓名或单位名称")
@click.option(
    "--role",
    default="",
    metavar="ROLE",
    help="为 applicant reviewer inspector cashier head office auditor admin 之一",
)
@click.option("--department", metavar="CODE", help="industry、hr 或 finance；部门的人员必填")
@click.option("--region", metavar="CODE", help="行政区划代码，如 410400；审计和管理员可以不填")
@click.option(
    "--kind",
    metavar="KIND",
    help="申请人类别：institution、enterprise、individual、assessment_body 或 employment_agency",
)
@click.option("--organisation-id", type=Whole(), help="所属单位在系统中的编号")
@click.option("--email", metavar="ADDRESS", help="接收提醒的电子邮箱")
@click.option("--password-stdin", is_flag=True, help="从标准输入的第一行读取密码，不提示")
@json_option
def add_user(
    login: str,
    name: str,
    role: str,
    department: str | None,
    region: str | None,
    kind: str | None,
    organisation_id: int | None,
    email: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """新增一个账号，登录名为 LOGIN；密码在提示后输入。"""
    from workflow.services.accounts import add_account

    product = open_ready()
    account = add_account(
        product,
        login=login,
        name=name,
        password=_read_password(password_stdin),
        role=role,
        department=department,
        region=region,
        organisation_id=organisation_id,
        applicant_kind=kind,
        email=email,
    )
    if as_json:
        print_json(account)
    else:
        click.echo(f"已新增账号 {account['login']}（{account['name']}，{account['role_label']}）")


def _read_password(from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    password = getpass("密码：")
    if getpass("再输入一次：") != password:
        raise Malformed("两次输入的密码不一致")
    return password


@subsidy.command(**COMMAND)
@click.argument("login", metavar="USER")
@click.option("--days", type=Whole(), default=30, help="有效天数，默认 30")
def token(login: str, days: int) -> None:
    """为账号 USER 签发一个接口访问令牌，输出令牌本身。"""
    from workflow.services.accounts import issue_token

    click.echo(issue_token(open_ready(), login=login, days=days))


# --- the calendar, the policies, keys and files ------------------------------------------------------------


subsidy.add_command(calendar)
subsidy.add_command(policy)
subsidy.add_command(keys)
subsidy.add_command(attachments)


# --- proof and reports -------------------------------------------------------------------------------------


@subsidy.group(**GROUP)
def audit() -> None:
    """审计记录。"""


@audit.command("verify", **COMMAND)
@json_option
def verify_audit(as_json: bool) -> int:
    """核验每一条审计链；有改动、缺失或者调换的，指出在哪里，并以 1 退出。"""
    from workflow.services.audit_verification import verify_audit as verify

    facts = verify(open_ready())
    if as_json:
        print_json(facts)
    elif facts["holds"]:
        click.echo(f"完好：{facts['chains']} 条链，{facts['entries']} 条记录")
    else:
        for fault in facts["faults"]:
            click.echo(f"  链 {fault['chain']} 第 {fault['sequence']} 条：{fault['fault']}")
    if not facts["holds"]:
        click.echo(f"错误：审计记录不完好，共发现 {len(facts['faults'])} 处问题", err=True)
    return 0 if facts["holds"] else 1


@audit.command("check-export", **COMMAND)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="还与数据库中的记录链比对，并核对确由本平台导出")
@json_option
def check_export(file: Path, live: bool, as_json: bool) -> int:
    """核验导出的案卷（ZIP）：文件、记录链和附件；有改动、缺少或者调换的，指出在哪里，并以 1 退出。"""
    from workflow.services.case_export_check import check_export as check

    facts = check(file, product=open_ready() if live else None)
    if as_json:
        print_json(facts)
    elif facts["holds"]:
        also = "，与数据库一致" if live else "（没有与数据库比对，加 --live）"
        click.echo(f"完好：{facts['number']}，{facts['files']} 个文件，{facts['entries']} 条记录{also}")
        click.echo(f"证明摘要：{facts['digest']}")
    else:
        for fault in facts["faults"]:
            click.echo(f"  {fault['where']}：{fault['fault']}")
    if not facts["holds"]:
        click.echo(f"错误：案卷不完好，共发现 {len(facts['faults'])} 处问题", err=True)
    return 0 if facts["holds"] else 1


@subsidy.command(**COMMAND)
@click.argument("name", required=False)
@click.option("--region", metavar="CODE", help="行政区划代码；不填为全部地区")
@click.option("--year", type=Whole(), help="年度；不填为本年")
@click.option("--month", type=Whole(), help="月份；季度、半年报表填其中任一月份；不填为本月")
@click.option("--xlsx", metavar="FILE", type=click.Path(path_type=Path), help="写成 Excel 文件")
@json_option
def report(
    name: str | None,
    region: str | None,
    year: int | None,
    month: int | None,
    xlsx: Path | None,
    as_json: bool,
) -> None:
    """输出名为 NAME 的报表；不带 NAME 则列出全部报表。"""
    from workflow.services import reports

    if name is None:
        names = reports.list_reports()
        if as_json:
            print_json({"items": names, "next": None})
        else:
            for each in names:
                click.echo(f"{each['name']:<20}{each['title']}")
        return
    made = reports.make_report(open_ready(), actor=None, name=name, region=region, year=year, month=month)
    if xlsx is not None:
        xlsx.write_bytes(reports.report_workbook(made))
        click.echo(f"已写入 {xlsx}", err=as_json)
    if as_json:
        print_json(made)
    elif xlsx is None:
        click.echo(made["title"])
        for line in table({column["key"]: column["label"] for column in made["columns"]}, made["rows"]):
            click.echo(line)


@subsidy.command(**COMMAND)
def chart() -> None:
    """输出办理流程图（Markdown，与 docs/chart.md 相同）。"""
    from workflow.chart.document import render_chart

    click.echo(render_chart(), nl=False)


if __name__ == "__main__":
    main()
