"""Who appears in the demonstration: invented organisations and people of two regions, each marked 示例.

The logins are those of ``contract.md``; nobody here exists, and neither do the social credit codes.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.vocabulary import ApplicationKind, Department, Role

CITY, COUNTY = "410400", "410421"
SUFFIXES = {CITY: "", COUNTY: "_bf"}
PASSWORD = "Yanshi-2026-Pds"  # noqa: S105 - printed for everybody who starts the demonstration


@dataclass(frozen=True, slots=True)
class Organisation:
    """An invented body that applies; ``contact`` and ``bank_account`` go on its forms."""

    name: str
    uscc: str
    kind: ApplicationKind
    region: str
    contact: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """An account of the demonstration; ``organisation`` is the name of the applicant's, if it has one."""

    login: str
    name: str
    role: Role
    department: Department | None
    region: str | None
    organisation: str | None = None
    applicant_kind: ApplicationKind | None = None


_APPLICANTS: tuple[tuple[str, ApplicationKind], ...] = (
    ("institution", ApplicationKind.INSTITUTION),
    ("institution2", ApplicationKind.INSTITUTION),
    ("enterprise", ApplicationKind.ENTERPRISE),
    ("individual", ApplicationKind.INDIVIDUAL),
    ("assessment_body", ApplicationKind.ASSESSMENT_BODY),
)


def _organisation(login: str, name: str, uscc: str, contact: str, serial: int) -> tuple[str, Organisation]:
    kind = dict(_APPLICANTS)[login.removesuffix(SUFFIXES[COUNTY])]
    region = COUNTY if login.endswith("_bf") else CITY
    return login, Organisation(name, uscc, kind, region, contact, f"41000000000000{serial:05d}")


ORGANISATIONS: dict[str, Organisation] = dict(
    (
        _organisation("institution", "鹰城职业技能培训学校（示例）", "52410400MJY000001Q", "赵示例", 1),
        _organisation("institution2", "湛河职业技能培训中心（示例）", "52410400MJY000002U", "钱示例", 2),
        _organisation("enterprise", "平顶山示例机械制造有限公司", "91410400MAEX00001Y", "孙示例", 3),
        _organisation("institution_bf", "宝丰职业技能培训学校（示例）", "52410421MJY000003C", "李示例", 4),
        _organisation("institution2_bf", "宝丰示例技工培训中心", "52410421MJY000004F", "吕示例", 6),
        _organisation("enterprise_bf", "宝丰示例铸造有限公司", "91410421MAEX00002F", "周示例", 5),
        _organisation("assessment_body", "平顶山示例职业技能评价中心", "52410400MJY000007B", "喻示例", 7),
    )
)
"""The organisations, by the login of the account that applies for them."""

_OFFICERS: tuple[tuple[str, Role, Department, str, str], ...] = (
    ("industry1", Role.REVIEWER, Department.INDUSTRY, "吴示例", "许示例"),
    ("industry2", Role.REVIEWER, Department.INDUSTRY, "郑示例", "何示例"),
    ("industry_head", Role.HEAD, Department.INDUSTRY, "王示例", "姜示例"),
    ("hr1", Role.REVIEWER, Department.HR, "冯示例", "施示例"),
    ("hr2", Role.REVIEWER, Department.HR, "陈示例", "张示例"),
    ("hr_head", Role.HEAD, Department.HR, "褚示例", "孔示例"),
    ("inspector", Role.INSPECTOR, Department.HR, "卫示例", "曹示例"),
    ("finance1", Role.REVIEWER, Department.FINANCE, "蒋示例", "严示例"),
    ("finance2", Role.REVIEWER, Department.FINANCE, "沈示例", "华示例"),
    ("cashier", Role.CASHIER, Department.FINANCE, "韩示例", "金示例"),
    ("finance_head", Role.HEAD, Department.FINANCE, "杨示例", "魏示例"),
)
INDIVIDUALS = {"individual": "朱示例", "individual_bf": "秦示例"}
"""The persons who apply for themselves, by login."""


def _applicants(region: str) -> list[DemonstrationAccount]:
    accounts = []
    for plain, kind in _APPLICANTS:
        login = plain + SUFFIXES[region]
        organisation = ORGANISATIONS.get(login)
        if organisation is not None:
            accounts.append(
                DemonstrationAccount(
                    login, organisation.contact, Role.APPLICANT, None, region, organisation.name, kind
                )
            )
        elif login in INDIVIDUALS:
            accounts.append(
                DemonstrationAccount(login, INDIVIDUALS[login], Role.APPLICANT, None, region, None, kind)
            )
    return accounts


def _officers(region: str) -> list[DemonstrationAccount]:
    return [
        DemonstrationAccount(
            login + SUFFIXES[region], in_city if region == CITY else in_county, role, department, region
        )
        for login, role, department, in_city, in_county in _OFFICERS
    ]


ACCOUNTS: tuple[DemonstrationAccount, ...] = (
    *_applicants(CITY),
    *_officers(CITY),
    # The leading group sits in the city and sees every region.
    DemonstrationAccount("office", "尤示例", Role.OFFICE, None, CITY),
    DemonstrationAccount("auditor", "陶示例", Role.AUDITOR, None, None),
    DemonstrationAccount("admin", "戚示例", Role.ADMIN, None, None),
    *_applicants(COUNTY),
    *_officers(COUNTY),
)
"""Every account of the demonstration, the city's first."""
