"""The environment, read once into one frozen object; what is missing or wrong is said at once."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workflow.sealing import KeyRing

DEMONSTRATION_KEY = "demonstration-only-never-in-production"
SHORTEST_KEY = 32


class SettingsError(Exception):
    """The environment does not allow a start; the message says which variable and what it must be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the product takes from its environment.

    ``database_url`` is an SQLAlchemy URL; ``secret_key`` seals personal data and signs sessions,
    ``further_secret_keys`` (a former or a coming one) only open what lies under them; both may be given in a
    file instead (``SUBSIDY_SECRET_KEY_FILE``), which keeps them out of the environment;
    ``test_clock`` lets an administrator set the present moment; ``demonstration`` says that the start is the
    loopback demonstration; ``smtp_url`` (``smtp://user:password@host:port``) switches e-mail on;
    ``font_path`` is where the fonts of the official form are, empty for the usual places.
    ``files`` is the folder of uploaded files, ``scan_command`` what looks at each of them first (empty:
    nothing does).
    """

    database_url: str
    # Out of sight where the settings are shown whole, as in a traceback.
    secret_key: str = field(repr=False)
    further_secret_keys: tuple[str, ...] = field(repr=False)
    demonstration: bool
    test_clock: bool
    host: str
    port: int
    embedded_scheduler: bool
    files: Path
    scan_command: str
    smtp_url: str = field(repr=False)
    mail_from: str
    site_name: str
    organiser: str
    site_code: str
    icp_number: str
    police_number: str
    font_path: str

    @property
    def keys(self) -> KeyRing:
        """The keys of personal data."""
        return KeyRing(self.secret_key, self.further_secret_keys)


def _flag(environment: Mapping[str, str], name: str, default: str = "0") -> bool:
    value = environment.get(name, default).strip() or default
    if value not in {"0", "1"}:
        raise SettingsError(f"环境变量 {name} 只能是 0 或 1，现为“{value}”")
    return value == "1"


def _secret_keys(env: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The current secret, empty where none is given, and the further ones."""
    current = env.get("SUBSIDY_SECRET_KEY", "")
    further = env.get("SUBSIDY_FURTHER_SECRET_KEYS", "").split()
    where = "环境变量 SUBSIDY_SECRET_KEY 和 SUBSIDY_FURTHER_SECRET_KEYS（以空格分隔）"
    file = env.get("SUBSIDY_SECRET_KEY_FILE", "").strip()
    if file:
        if current or further:
            raise SettingsError(
                "环境变量 SUBSIDY_SECRET_KEY_FILE 与 SUBSIDY_SECRET_KEY、SUBSIDY_FURTHER_SECRET_KEYS "
                "只能设置一种"
            )
        current, *further = _lines_of(file)
        where = f"SUBSIDY_SECRET_KEY_FILE 所指的文件 {file}（每行一个密钥，第一行为现用的）"
    given = [*([current] if current else []), *further]
    if any(len(secret) < SHORTEST_KEY for secret in given):
        raise SettingsError(f"{where}中的密钥，每个至少应有 {SHORTEST_KEY} 个字符")
    if len({current or DEMONSTRATION_KEY, *further}) <= len(further):
        raise SettingsError(f"{where}中的密钥应互不相同")
    return current, tuple(further)


def _lines_of(file: str) -> list[str]:
    try:
        lines = [line.strip() for line in Path(file).read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"环境变量 SUBSIDY_SECRET_KEY_FILE 所指的文件 {file} 无法读取"
            "（不存在、没有权限，或者不是 UTF-8 文本）"
        ) from None
    secrets = [line for line in lines if line]
    if not secrets:
        raise SettingsError(f"环境变量 SUBSIDY_SECRET_KEY_FILE 所指的文件 {file} 中没有密钥")
    return secrets


def _files(env: Mapping[str, str], database_url: str) -> Path:
    """The folder that is given; else ``files`` beside the SQLite file, which is ``var/files`` by default."""
    given = env.get("SUBSIDY_FILES", "").strip()
    if given:
        return Path(given)
    sqlite, _, path = database_url.partition("sqlite:///")
    return (Path(path.partition("?")[0]).parent if not sqlite and path else Path("var")) / "files"


def _scan_command(env: Mapping[str, str]) -> str:
    command = env.get("SUBSIDY_SCAN_COMMAND", "").strip()
    try:
        parts = shlex.split(command)
    except ValueError:
        parts = []
    if command and not (parts and shutil.which(parts[0])):
        raise SettingsError(
            "环境变量 SUBSIDY_SCAN_COMMAND 应为一个可以运行的命令（文件路径会加在最后），"
            f"现为“{command}”，找不到其中的程序"
        )
    return command


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises ``SettingsError`` when a value cannot be read, or when a production start lacks its secret key.
    """
    env = os.environ if environment is None else environment
    port = env.get("PORT", "8000")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"环境变量 PORT 应为 1 到 65535 的整数，现为“{port}”")
    host = env.get("SUBSIDY_HOST", "127.0.0.1")
    database_url = env.get("DATABASE_URL", "").strip() or "sqlite:///var/subsidy.db"
    if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(
            "环境变量 DATABASE_URL 应以 sqlite:/// 或 postgresql+psycopg:// 开头，"
            f"现以“{database_url.split(':', 1)[0]}”开头"
        )
    if ":memory:" in database_url or database_url == "sqlite:///":
        raise SettingsError("环境变量 DATABASE_URL 须指向文件或者服务器：内存中的数据库随进程消失")
    demonstration = _flag(env, "SUBSIDY_DEMONSTRATION")
    secret_key, further = _secret_keys(env)
    if not secret_key:
        if host not in {"127.0.0.1", "localhost", "::1"} or _flag(env, "SUBSIDY_PRODUCTION"):
            raise SettingsError(
                f"正式运行必须设置环境变量 SUBSIDY_SECRET_KEY（至少 {SHORTEST_KEY} 个字符）"
                "或者 SUBSIDY_SECRET_KEY_FILE"
            )
        secret_key = DEMONSTRATION_KEY
    return Settings(
        database_url=database_url,
        secret_key=secret_key,
        further_secret_keys=further,
        demonstration=demonstration,
        test_clock=_flag(env, "SUBSIDY_TEST_CLOCK"),
        host=host,
        port=int(port),
        embedded_scheduler=_flag(env, "SUBSIDY_SCHEDULER", "1"),
        files=_files(env, database_url),
        scan_command=_scan_command(env),
        smtp_url=env.get("SUBSIDY_SMTP_URL", ""),
        mail_from=env.get("SUBSIDY_MAIL_FROM", "noreply@localhost"),
        site_name=env.get("SUBSIDY_SITE_NAME", "平顶山市年度补贴培训资金申请平台"),
        organiser=env.get("SUBSIDY_ORGANISER", "平顶山市人力资源和社会保障局"),
        site_code=env.get("SUBSIDY_SITE_CODE", "0000000000"),
        icp_number=env.get("SUBSIDY_ICP_NUMBER", "×ICP备00000000号"),
        police_number=env.get("SUBSIDY_POLICE_NUMBER", "×公网安备00000000000000号"),
        font_path=env.get("SUBSIDY_FONT_PATH", "").strip(),
    )
