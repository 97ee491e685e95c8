"""What an administrator enters about accounts: a new one, and what becomes of one as it was seen."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflow.form.fields import Line, Typed, asked, optional
from workflow.vocabulary import ApplicationKind, Department, Role

_Role = Annotated[Role, Field(strict=False)]
_Department = Annotated[Department, Field(strict=False)]
_Kind = Annotated[ApplicationKind, Field(strict=False)]
_Version = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
_Text = Annotated[str, Field(max_length=200)]


class Seating(Typed):
    """Who somebody is, and where: role, department, region, organisation."""

    name: _Text = asked("姓名或名称")
    role: _Role = asked("角色")
    department: _Department | None = optional("部门", help="审核、检查、拨付人员和部门负责人填写")
    region: _Text | None = optional("地区", help="审计和系统管理员可以不填")
    applicant_kind: _Kind | None = optional("申请人类别", help="仅申请人填写")
    uscc: _Text | None = optional(
        "所属单位的统一社会信用代码", help="申请人所属单位；工作人员填写的，须回避该单位的申请"
    )
    email: _Text | None = optional("电子邮箱")


class NewAccount(Seating):
    """An account to be added; its password is made by the system and shown once."""

    login: _Text = asked("登录名", help="小写字母开头，2 至 64 个小写字母、数字、下划线、点或连字符")


class AccountChange(Seating):
    """An account as it should be from now on."""

    version: _Version = asked("您所看到的账号版本")
    confirmed: bool = Field(default=False, title="已知悉后果")


class AccountAct(Typed):
    """Something done to an account as one has seen it."""

    version: _Version = asked("您所看到的账号版本")
    confirmed: bool = Field(default=False, title="已知悉后果")
    reason: Annotated[Line, Field(max_length=100)] | None = optional("原因", help="如：调离、退休；可以不填")
