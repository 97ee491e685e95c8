"""Who appears in the demonstration: invented organisations and people of three regions, each marked 示例.

The logins are those of ``contract.md``; nobody here exists, and neither do the social credit codes.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.vocabulary import ApplicationKind, Department, Role

CITY, COUNTY, ZHONGMU = "410400", "410421", "410122"
"""平顶山市, its 宝丰县, and 中牟县: its policy alone pays for hiring and placing holders of certificates."""
SUFFIXES = {CITY: "", COUNTY: "_bf", ZHONGMU: "_zm"}
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
    ("agency", ApplicationKind.EMPLOYMENT_AGENCY),
)


def region_of(login: str) -> str:
    """The region of a login, by its suffix."""
    return next(code for code in reversed(SUFFIXES) if login.endswith(SUFFIXES[code]))


def _organisation(login: str, name: str, uscc: str, contact: str, serial: int) -> tuple[str, Organisation]:
    region = region_of(login)
    kind = dict(_APPLICANTS)[login.removesuffix(SUFFIXES[region])]
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
        _organisation("enterprise_zm", "中牟示例汽车零部件有限公司", "91410122MAEX00003H", "柏示例", 8),
        _organisation("agency_zm", "中牟示例人力资源服务有限公司", "91410122MAEX00004L", "水示例", 9),
    )
)
"""The organisations, by the login of the account that applies for them."""

# Their names by region, in the order of ``SUFFIXES``.
_OFFICERS: tuple[tuple[str, Role, Department, tuple[str, str, str]], ...] = (
    ("industry1", Role.REVIEWER, Department.INDUSTRY, ("吴示例", "许示例", "窦示例")),
    ("industry2", Role.REVIEWER, Department.INDUSTRY, ("郑示例", "何示例", "章示例")),
    ("industry_head", Role.HEAD, Department.INDUSTRY, ("王示例", "姜示例", "云示例")),
    ("hr1", Role.REVIEWER, Department.HR, ("冯示例", "施示例", "苏示例")),
    ("hr2", Role.REVIEWER, Department.HR, ("陈示例", "张示例", "潘示例")),
    ("hr_head", Role.HEAD, Department.HR, ("褚示例", "孔示例", "葛示例")),
    ("inspector", Role.INSPECTOR, Department.HR, ("卫示例", "曹示例", "奚示例")),
    ("finance1", Role.REVIEWER, Department.FINANCE, ("蒋示例", "严示例", "范示例")),
    ("finance2", Role.REVIEWER, Department.FINANCE, ("沈示例", "华示例", "彭示例")),
    ("cashier", Role.CASHIER, Department.FINANCE, ("韩示例", "金示例", "郎示例")),
    ("finance_head", Role.HEAD, Department.FINANCE, ("杨示例", "魏示例", "鲁示例")),
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
            login + SUFFIXES[region],
            dict(zip(SUFFIXES, names, strict=True))[region],
            role,
            department,
            region,
        )
        for login, role, department, names in _OFFICERS
    ]


ACCOUNTS: tuple[DemonstrationAccount, ...] = (
    *_applicants(CITY),
    *_officers(CITY),
    # Enough of them that a draw has a choice, and somebody to go instead.
    DemonstrationAccount("inspector2", "仲示例", Role.INSPECTOR, Department.HR, CITY),
    DemonstrationAccount("inspector3", "闻示例", Role.INSPECTOR, Department.HR, CITY),
    # The leading group sits in the city and sees every region.
    DemonstrationAccount("office", "尤示例", Role.OFFICE, None, CITY),
    DemonstrationAccount("auditor", "陶示例", Role.AUDITOR, None, None),
    DemonstrationAccount("admin", "戚示例", Role.ADMIN, None, None),
    *_applicants(COUNTY),
    *_officers(COUNTY),
    *_applicants(ZHONGMU),
    *_officers(ZHONGMU),
)
"""Every account of the demonstration, the city's first."""
