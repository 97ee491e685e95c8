"""The commands of ``subsidy calendar``: a year, the arithmetic, notices, versions, local closures."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from errno import EISDIR
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click

from workflow.command_line import (
    COMMAND,
    GROUP,
    ChineseGroup,
    Day,
    Whole,
    json_option,
    open_for_calendar,
    open_ready,
    print_json,
    table,
)
from workflow.deadlines.words import said
from workflow.errors import Malformed

_PAGE = 100
_WEEKS = Calendar(firstweekday=0)
_BLANK = " " * 5
# Their limits are said by the calendar itself, in its own words.
_WHOLE = Whole(digits=40)
_region_option = click.option(
    "--region", metavar="CODE", help="地区（行政区划代码）：把该地区的本地停办也计算在内"
)


@click.group(cls=ChineseGroup, **GROUP)
def calendar() -> None:
    """工作日日历。"""


@calendar.command("show", **COMMAND)
@click.argument("year", type=_WHOLE)
@_region_option
@json_option
def show_calendar(year: int, region: str | None, as_json: bool) -> None:
    """显示 YEAR 年的十二个月、放假和调休上班；--json 列出每一天。"""
    from workflow.services.calendar import show_year

    facts = show_year(open_for_calendar(), year=year, region=region)
    if as_json:
        print_json(facts)
    else:
        _echo_year(facts)


@calendar.command("due", **COMMAND)
@click.argument("start", type=Day())
@click.argument("working_days", metavar="N", type=_WHOLE)
@click.option("--backwards", is_flag=True, help="倒推：START 之前的第 N 个工作日")
@_region_option
@json_option
def count_due(start: str, working_days: int, backwards: bool, region: str | None, as_json: bool) -> None:
    """从 START 起（当日不计）的第 N 个工作日是哪一天，跳过了哪些日子。"""
    from workflow.services.calendar import count_due as count

    facts = count(
        open_for_calendar(), start=start, working_days=working_days, backwards=backwards, region=region
    )
    if as_json:
        print_json(facts)
        return
    if backwards:
        said = f"{facts['start']} 之前（当日不计）的第 {working_days} 个工作日是 {facts['due_on']}"
    else:
        said = f"{facts['start']} 起 {working_days} 个工作日，{facts['due_on']} 到期"
    _echo_counted(said, facts)


@calendar.command("between", **COMMAND)
@click.argument("start", type=Day())
@click.argument("end", type=Day())
@_region_option
@json_option
def count_between(start: str, end: str, region: str | None, as_json: bool) -> None:
    """从 START（当日不计）到 END（当日计入）有多少个工作日，跳过了哪些日子。"""
    from workflow.services.calendar import count_between as count

    facts = count(open_for_calendar(), start=start, end=end, region=region)
    if as_json:
        print_json(facts)
    else:
        _echo_counted(f"{start} 至 {end} 共 {facts['working_days']} 个工作日", facts)


# --- notices -----------------------------------------------------------------------------------------------


@calendar.command("import", **COMMAND)
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--year", type=_WHOLE, help="通知的年度；标题写明年度的不必填")
@click.option("--apply", "applied", is_flag=True, help="立即生效；不加则只是预览")
@click.option(
    "--moves", metavar="CSV", type=click.Path(path_type=Path), help="把变动的时限全部写入这个 CSV 文件"
)
@json_option
def import_calendar(
    files: tuple[str, ...], year: int | None, applied: bool, moves: Path | None, as_json: bool
) -> None:
    """读入放假通知的正文 FILE…（通知在前，修改它的通知在后），列出变动；加 --apply 生效。"""
    from workflow.services.holiday_notices import apply_notices, preview_notices

    texts = [_read_notice(Path(name)) for name in files]
    product = open_ready() if applied else open_for_calendar()
    try:
        with nullcontext() if moves is None else _moves_written(product, texts, year, moves):
            if applied:
                facts = apply_notices(product, actor=None, texts=texts, year=year, seconds=None)
            else:
                facts = preview_notices(product, actor=None, texts=texts, year=year)
    except Malformed as refusal:
        raise _named(refusal, files) from refusal
    if as_json:
        print_json(facts)
    else:
        _echo_import(facts)


@contextmanager
def _moves_written(product: Any, texts: list[str], year: int | None, path: Path) -> Iterator[None]:
    """The file of the moves, told before they happen; in its place only once nothing was refused."""
    from workflow.reports.moves import write_moves
    from workflow.services.holiday_notices import stream_moves

    if path.is_dir():
        raise IsADirectoryError(EISDIR, "", str(path))
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            write_moves(stream_moves(product, actor=None, texts=texts, year=year), file)
        yield
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _named(refusal: Malformed, files: tuple[str, ...]) -> Malformed:
    """The refusal with the name of the file that it speaks of."""
    for error in refusal.errors:
        kind, _, place = error.field.partition(".")
        if kind == "texts" and place:
            return Malformed(f"{files[int(place)]}：{error.message}", refusal.errors)
    return refusal


def _read_notice(path: Path) -> str:
    from workflow.services.holiday_notices import MOST_FILE_BYTES, text_of_file

    with path.open("rb") as file:
        return text_of_file(file.read(MOST_FILE_BYTES + 1), str(path))


def _echo_import(facts: dict[str, Any]) -> None:
    changes = facts["changes"]
    if _nothing_changes(facts):
        click.echo(f"{facts['year']}年的放假安排与现行日历相同，没有变化")
    elif facts["amendment"]:
        click.echo(f"{facts['year']}年已有放假安排，本次按调整处理，将改变 {len(changes)} 天")
    _echo_year(facts, changed={change["date"] for change in changes})
    for caution in facts["cautions"]:
        click.echo(f"请对照原文核实：{caution}")
    click.echo(f"与原日历不同的日子 {len(changes)} 天{'：' if changes else ''}")
    for change in changes:
        click.echo(f"  {change['date']} {_work(change, 'before')} → {_work(change, 'after')}")
    _echo_moves(facts)
    if facts["ordinal"] is None:
        left = "不必生效" if _nothing_changes(facts) else "加 --apply 生效"
        click.echo(f"以上为预览，没有改动；{left}")
    else:
        click.echo(f"已生效：日历第 {facts['ordinal']} 版（{facts['calendar_version']}）")


def _nothing_changes(facts: dict[str, Any]) -> bool:
    return not facts["changes"] and facts["calendar_version"] == facts["calendar_before"]


def _work(change: dict[str, Any], side: str) -> str:
    return f"{'上班' if change[f'working_{side}'] else '不上班'}（{change[side]}）"


def _echo_moves(facts: dict[str, Any]) -> None:
    count = facts["moved_count"]
    click.echo(f"变动的时限（到期日改变，或者不再暂定） {count} 个{'：' if count else ''}")
    for clock in facts["clocks"]:
        before, after = (
            said(clock[due], clock[flag]) or "暂停计时"
            for due, flag in (("due_before", "provisional_before"), ("due_after", "provisional"))
        )
        click.echo(f"  {clock['application_number']} {clock['label']} {before} → {after}")
    left = facts["moved_count"] - len(facts["clocks"])
    if left:
        click.echo(f"  另有 {left} 个，预览时加 --moves CSV 可以全部写入文件")


# --- versions and closures ---------------------------------------------------------------------------------


@calendar.command("versions", **COMMAND)
@json_option
def list_versions(as_json: bool) -> None:
    """列出日历的所有版本，最新的在前。"""
    from workflow.services.calendar_versions import list_versions as versions

    product = open_for_calendar()
    items = list(_all(lambda cursor: versions(product, cursor=cursor, limit=_PAGE)))
    if as_json:
        print_json({"items": items, "next": None})
        return
    labels = {"ordinal": "版次", "version": "版本", "created_at": "生效时间", "note": "说明"}
    for line in table(labels, [item | {"created_at": _moment(item)} for item in items]):
        click.echo(line)


@calendar.command("version", **COMMAND)
@click.argument("ordinal", metavar="N", type=_WHOLE)
@click.option("--year", type=_WHOLE, help="并显示这一年的日历")
@_region_option
@json_option
def show_version(ordinal: int, year: int | None, region: str | None, as_json: bool) -> None:
    """显示日历的第 N 版：何时生效、有哪些年度的通知、哪些本地停办。"""
    from workflow.services.calendar_versions import read_version

    facts = read_version(open_for_calendar(), ordinal=ordinal, year=year, region=region)
    if as_json:
        print_json(facts)
        return
    standing = "，现行" if facts["in_force"] else ""
    click.echo(f"日历第 {ordinal} 版（{facts['version']}{standing}），{_moment(facts)}，{facts['note']}")
    years = [each["year"] for each in facts["years"]]
    click.echo(
        f"有放假通知的年度：{years[0]} 至 {years[-1]}，共 {len(years)} 年；可推算到 {facts['last_year']} 年"
    )
    _echo_closures("本地停办", facts["closures"])
    if year is not None:
        _echo_year(facts["shown"])


@calendar.command("compare", **COMMAND)
@click.argument("before", metavar="A", type=_WHOLE)
@click.argument("after", metavar="B", type=_WHOLE)
@json_option
def compare_versions(before: int, after: int, as_json: bool) -> None:
    """比较日历的第 A 版和第 B 版：哪些日子、哪些本地停办不同。"""
    from workflow.services.calendar_versions import compare_versions as compare

    facts = compare(open_for_calendar(), before=before, after=after)
    if as_json:
        print_json(facts)
        return
    click.echo(f"第 {before} 版 → 第 {after} 版：不同的日子 {len(facts['changes'])} 天")
    for change in facts["changes"]:
        click.echo(f"  {change['date']} {_work(change, 'before')} → {_work(change, 'after')}")
    if facts["years_published"]:
        click.echo(f"不再暂定的年度：{'、'.join(map(str, facts['years_published']))}")
    if facts["years_withdrawn"]:
        click.echo(f"转为暂定的年度：{'、'.join(map(str, facts['years_withdrawn']))}")
    _echo_closures("增加的本地停办", facts["closures_added"])
    _echo_closures("撤销的本地停办", facts["closures_removed"])


@calendar.command("closures", **COMMAND)
@click.option(
    "--status", metavar="STATUS", help="proposed in_force declined withdrawal_proposed withdrawn 之一"
)
@json_option
def list_closures(status: str | None, as_json: bool) -> None:
    """列出录入的本地停办，最新的在前；录入和确认在网页或接口中办理。"""
    from workflow.services.calendar import days_in_words
    from workflow.services.closures import list_closures as closures
    from workflow.vocabulary import ClosureStatus

    if status is not None and status not in set(ClosureStatus):
        raise Malformed(f"停办的状态应为 {'、'.join(ClosureStatus)} 之一，现为“{status[:40]}”")
    product = open_ready()
    items = list(
        _all(lambda cursor: closures(product, actor=None, status=status, cursor=cursor, limit=_PAGE))
    )
    if as_json:
        print_json({"items": items, "next": None})
        return
    labels = {
        "id": "编号",
        "status_label": "状态",
        "region_label": "地区",
        "days": "日期",
        "authority": "决定机关",
        "document_number": "文号",
        "reason": "事由",
    }
    for line in table(labels, [item | {"days": days_in_words(item["days"])} for item in items]):
        click.echo(line)


def _all(page: Callable[[str | None], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Everything that a list has, page by page."""
    cursor: str | None = None
    while True:
        found = page(cursor)
        yield from found["items"]
        cursor = found["next"]
        if cursor is None:
            return


# --- printing ----------------------------------------------------------------------------------------------


def _echo_counted(said: str, facts: dict[str, Any]) -> None:
    click.echo(said + ("（暂定：该年度放假安排尚未公布）" if facts["provisional"] else ""))
    for day in facts["skipped"]:
        click.echo(f"  不计 {day['date']} {day['reason']}")


def _moment(version: dict[str, Any]) -> str:
    """Since when a version is in force, to the minute."""
    return str(version["created_at"])[:16].replace("T", " ")


def _echo_closures(title: str, closures: list[dict[str, Any]]) -> None:
    from workflow.services.calendar import days_in_words

    if closures:
        click.echo(f"{title}：")
    for each in closures:
        ordered = f"{each['reason']}（{each['authority']}{each['document_number']}）"
        click.echo(f"  {each['region_label']} {days_in_words(each['days'])} {ordered}")


def _echo_year(facts: dict[str, Any], changed: Iterable[str] = ()) -> None:
    provisional = "，暂定" if facts["provisional"] else ""
    click.echo(f"{facts['year']}年（版本 {facts['version']}{provisional}）")
    click.echo(f"依据：{facts['source']}")
    for line in _grid(facts, frozenset(changed)):
        click.echo(line)
    for label, working, usual in (("放假", False, "周末"), ("上班", True, "工作日")):
        for day in facts["days"]:
            if day["working"] is working and day["reason"] != usual:
                click.echo(f"  {label} {day['date']} {day['reason']}")


def _grid(facts: dict[str, Any], changed: frozenset[str]) -> Iterator[str]:
    """Twelve months, two beside each other; 休, 班 and 停 behind the day, * where it changed."""
    from workflow.services.calendar import mark_of

    cells = {
        day[
            "date"
        ]: f"{int(day['date'][8:]):>2}{mark_of(day) or '  '}{'*' if day['date'] in changed else ' '}"
        for day in facts["days"]
    }
    year = facts["year"]
    months = [
        [
            f"{month:>2}月".ljust(34),
            "".join(f"{name}   " for name in "一二三四五六日"),
            *(
                "".join(cells[f"{year:04}-{month:02}-{day:02}"] if day else _BLANK for day in week)
                for week in _WEEKS.monthdayscalendar(year, month)
            ),
        ]
        for month in range(1, 13)
    ]
    for left, right in zip(months[::2], months[1::2], strict=True):
        for pair in zip_longest(left, right, fillvalue=_BLANK * 7):
            yield "  ".join(pair).rstrip()
    yield "休：放假　班：调休上班　停：本地停办" + ("　*：与原日历不同" if changed else "")
