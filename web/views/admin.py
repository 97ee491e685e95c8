"""For administrators: accounts, how the system is doing, and the test clock where there is one."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.routing import KeyConverter
from web.views.fields import Errors, Field, Sent, sent_by
from web.views.refused import Shown, messages_of, shown
from web.views.wording import options
from workflow.errors import FieldError, Malformed, NotFound, Refused
from workflow.policy import region_labels
from workflow.services import accounts, health, test_clock

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin/accounts")
def show_accounts() -> ResponseReturnValue:
    """All accounts, and the form for another."""
    return _accounts_page({})


@blueprint.post("/admin/accounts")
def add_account() -> ResponseReturnValue:
    """Adds an account."""
    sent = sent_by(request.form)
    try:
        view = accounts.add_account(
            product(),
            actor=require_actor(),
            login=str(sent.get("login", "")),
            name=str(sent.get("name", "")),
            password=request.form.get("password", ""),
            role=str(sent.get("role", "")),
            department=str(sent.get("department", "")) or None,
            region=str(sent.get("region", "")) or None,
            organisation_id=_organisation(str(sent.get("organisation_id", "")).strip()),
            applicant_kind=str(sent.get("applicant_kind", "")) or None,
            email=str(sent.get("email", "")) or None,
        )
    except Refused as refusal:
        return _accounts_page(sent, shown(refusal), messages_of(refusal)), refusal.status
    flash(f"已添加账号“{view['login']}”（{view['name']}）。", "good")
    return redirect(url_for("admin.show_accounts"), code=303)


def _organisation(typed: str) -> int | None:
    if not typed:
        return None
    if re.fullmatch(KeyConverter.regex, typed) is None:
        message = "单位编号应为正整数"
        raise Malformed(message, [FieldError("organisation_id", message)])
    return int(typed)


@blueprint.post("/admin/accounts/<key:account_id>")
def change_account(account_id: int) -> ResponseReturnValue:
    """Closes or reopens an account, or ends its sessions."""
    person, act = require_actor(), request.form.get("act", "")
    if act in {"open", "close"}:
        view = accounts.set_account_active(
            product(), actor=person, account_id=account_id, active=act == "open"
        )
        flash(f"账号“{view['login']}”已{'启用' if view['active'] else '停用'}。", "good")
    elif act == "end_sessions":
        count = accounts.end_sessions(product(), actor=person, account_id=account_id)
        flash(f"已结束该账号的 {count} 个登录会话。", "good")
    else:
        raise NotFound("没有这个操作")
    return redirect(url_for("admin.show_accounts"), code=303)


@blueprint.get("/admin/system")
def show_system() -> ResponseReturnValue:
    """Whether the parts of the system are well."""
    return _system_page()


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


_ACCOUNT_INPUTS: tuple[tuple[str, str, str, str], ...] = (
    ("login", "登录名", "text", "小写字母开头"),
    ("name", "姓名或名称", "text", ""),
    ("password", "初始密码", "password", ""),
    ("role", "角色", "select", ""),
    ("department", "部门", "select", "审核、检查、拨付人员和部门负责人填写"),
    ("region", "地区", "select", ""),
    ("applicant_kind", "申请人类别", "select", "仅申请人填写"),
    ("organisation_id", "单位编号", "text", "申请人所属单位；工作人员填写的，须回避该单位的申请"),
    ("email", "电子邮箱", "text", ""),
)
_NEEDED = {"login", "name", "password", "role"}


def _accounts_page(sent: Sent, refused: Shown | None = None, errors: Errors | None = None) -> str:
    choices = {
        "role": options("role"),
        "department": options("department"),
        "region": list(region_labels().items()),
        "applicant_kind": options("kind"),
    }
    fields = [
        Field(
            name,
            label,
            widget,
            "" if widget == "password" else str(sent.get(name, "")),
            error=(errors or {}).get(name, ""),
            help=help_text,
            required=name in _NEEDED,
            enforced=name in _NEEDED,
            options=tuple(choices.get(name, ())),
            width="third",
            autocomplete="new-password" if widget == "password" else "off",
        )
        for name, label, widget, help_text in _ACCOUNT_INPUTS
    ]
    people = accounts.list_accounts(product(), actor=require_actor())
    return render_template("admin/accounts.html", accounts=people["items"], fields=fields, refused=refused)


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
    state = health.operations(product(), actor=require_actor())
    return render_template("admin/system.html", state=state, now_field=now, refused=refused)
