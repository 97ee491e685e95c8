"""What can go wrong, by what the caller should do: read why, reload, or alert. Messages are in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

COMMAND_FIELD = "Idempotency-Key"
"""How a fault of a command's id is named; no page has an input for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule measured against the facts.

    ``rule`` is the rulebook's id, ``severity`` ``blocking`` or ``warning``, ``measured`` and ``limit`` are
    readable values with their units, ``source`` the clause (or 本地 for a local default), ``message`` the
    sentence in Chinese, ``where`` the place in the form, as a path like ``opening.classes.0.planned_count``.
    """

    rule: str
    severity: str
    measured: str
    limit: str
    source: str
    message: str
    where: str

    def as_dict(self) -> dict[str, str]:
        """The finding as the API answers it."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "measured": self.measured,
            "limit": self.limit,
            "source": self.source,
            "message": self.message,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be read: its path, and what is wrong with it in Chinese."""

    field: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """The error as the API answers it."""
        return {"field": self.field, "message": self.message}


class Refused(Exception):
    """The request cannot be carried out as it stands; read why."""

    status = 422
    title = "请求不能办理"

    def __init__(self, message: str, *, source: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.source = source


class NotSignedIn(Refused):
    """Nobody is signed in, or the token or session has ended."""

    status = 401
    title = "请先登录"


class Forbidden(Refused):
    """This person may not do this."""

    status = 403
    title = "无权办理"


class NotFound(Refused):
    """There is no such thing."""

    status = 404
    title = "未找到"


class Malformed(Refused):
    """The request cannot be read: each field that is wrong is named."""

    status = 422
    title = "填写有误"

    def __init__(self, message: str, errors: list[FieldError] | None = None, *, status: int = 422) -> None:
        super().__init__(message)
        self.errors = errors or []
        self.status = status


class RuleBroken(Refused):
    """A rule of the policy forbids the step; the findings say which, with measure, limit and clause."""

    status = 422
    title = "不符合规定"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("；".join(finding.message for finding in findings))
        self.findings = findings


class NotNow(Refused):
    """The application's state, or one of its clocks, does not allow the event at this moment."""

    status = 409
    title = "当前不能办理"


class Conflict(Refused):
    """Somebody else was faster, or it is there already; reload and look again."""

    status = 409
    title = "与现有内容冲突"

    def __init__(self, message: str, *, current_version: int | None = None) -> None:
        super().__init__(message)
        self.current_version = current_version


class Unavailable(Refused):
    """Something that it takes is not there, such as the database; nothing was changed."""

    status = 503
    title = "服务暂不可用"


class Broken(Exception):
    """What is stored contradicts itself; somebody must be alerted. Never shown in detail."""


class UnknownKey(Broken):
    """A value lies sealed under a key that this process was not given; the message is for operators."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"有内容以密钥 {name} 加密，而配置中没有这个密钥：请把它加入 SUBSIDY_FURTHER_SECRET_KEYS"
            "（或者密钥文件），用 subsidy keys status 查看还有多少"
        )
        self.name = name
