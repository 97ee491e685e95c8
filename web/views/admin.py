"""For administrators: what has to be seen to, how the system is doing, and the test clock if there is one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.fields import Errors, Field
from web.views.refused import Shown, messages_of, shown
from workflow.errors import NotFound, Refused
from workflow.services import attachment_checks, health, renewals, seats, test_clock

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin")
def overview() -> ResponseReturnValue:
    """What an administrator has to see to, most urgent first, and what has to be renewed when."""
    person = require_actor()
    items = renewals.read_renewals(product(), actor=person)["items"]
    found = [item | _where(item) for item in items]
    return render_template("admin/overview.html", matters=_matters(found), renewals=found)


def _where(item: dict[str, Any]) -> dict[str, str]:
    """Where a renewal is done: a page of ours, or somebody else's work."""
    place = item["place"]
    if place == "calendar":
        return {"address": url_for("calendar_import.show"), "act": "导入放假通知"}
    if place == "policy":
        return {"address": url_for("policies.list_all"), "act": "查看政策参数"}
    if place == "year_list":
        year = str(item["on"])[:4]
        return {
            "address": url_for("year_list.list_all", region=item["region"], year=year),
            "act": "查看目录清单",
        }
    others = {"funds": "由该地区财政部门负责人登记"}
    return {"address": "", "act": others.get(place, "在服务器的配置中")}


def _matters(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is wrong now or soon, in words, with the page where it is mended."""
    person = require_actor()
    state = health.operations(product(), actor=person)
    system, queue = url_for("admin.show_system"), url_for("outbox.list_all", state="failed")
    matters = []
    if not state["alive"]:
        words = "到期提醒、逾期通报和邮件都不会发出，请在服务器上运行 subsidy serve 或者 subsidy scheduler。"
        matters.append(_matter("没有定时任务在运行", words, system, "查看运行状态", urgent=True))
    if not state["files"]["writable"]:
        words = "附件无法上传，请检查目录的权限和磁盘空间。"
        matters.append(_matter("上传文件的目录不能写入", words, system, "查看运行状态", urgent=True))
    if state["outbox_failed"]:
        title = f"{state['outbox_failed']} 条消息发送失败"
        words = "已试满次数，不会自动再发；原因排除之后重发，或者放弃。"
        matters.append(_matter(title, words, queue, "去处理", urgent=True))
    for seat in seats.read_seats(product(), actor=person)["missing"]:
        waiting = f"正在等待办理的申请 {seat['waiting']} 件。" if seat["waiting"] else ""
        words = f"{waiting}为这个岗位添加账号。"
        address = url_for("accounts.show_seats")
        matters.append(_matter(seat["message"], words, address, "人员配备", urgent=not seat["people"]))
    matters += [
        _matter(
            item["title"], item["happens"], item["address"], item["act"], urgent=item["urgency"] == "overdue"
        )
        for item in found
        if item["urgency"]
    ]
    return sorted(matters, key=lambda matter: not matter["urgent"])


def _matter(title: str, words: str, address: str, act: str, *, urgent: bool) -> dict[str, Any]:
    return {"title": title, "words": words, "address": address, "act": act, "urgent": urgent}


@blueprint.get("/admin/system")
def show_system() -> ResponseReturnValue:
    """Whether the parts of the system are well."""
    return _system_page()


@blueprint.post("/admin/attachment-check")
def check_attachments() -> ResponseReturnValue:
    """Asks for a proof of every uploaded file; a scheduler does it within a minute."""
    body = {"remove_orphans": request.form.get("remove_orphans") == "true"}
    try:
        attachment_checks.request_attachment_check(product(), actor=require_actor(), body=body)
    except Refused as refusal:
        return _system_page(shown(refusal)), refusal.status
    flash("已安排核验，定时任务在一分钟内开始；文件多时需要几分钟，刷新本页查看结果。", "good")
    return redirect(url_for("admin.show_system", _anchor="files"), code=303)


@blueprint.post("/admin/test-clock")
def set_test_clock() -> ResponseReturnValue:
    """Sets the present moment of the business; exists only where the test clock is on."""
    if not product().settings.test_clock:
        raise NotFound("本环境没有测试时钟")
    typed = request.form.get("now", "").strip()
    now = f"{typed}:00+08:00" if len(typed) == len("2026-09-18T09:00") else typed
    try:
        test_clock.set_test_clock(product(), actor=require_actor(), now=now)
    except Refused as refusal:
        return _system_page(shown(refusal), messages_of(refusal), typed), refusal.status
    flash("业务时间已设定。", "good")
    return redirect(url_for("admin.show_system"), code=303)


def _system_page(refused: Shown | None = None, errors: Errors | None = None, typed: str = "") -> str:
    now = Field(
        "now",
        "业务时间（北京时间）",
        "datetime",
        typed,
        error=(errors or {}).get("now", ""),
        required=True,
        enforced=True,
    )
    person = require_actor()
    return render_template(
        "admin/system.html",
        state=health.operations(product(), actor=person),
        check=attachment_checks.read_attachment_check(product(), actor=person),
        now_field=now,
        refused=refused,
    )
