"""Careless but plain wordings of one invented notice; each says what the notice itself says."""

from tests.calendars.test_notice import NOTICE_2027

NEW_YEAR = "1月1日（周五）至3日（周日）放假，共3天。"
DRAGON_BOAT = "6月9日（周三）放假1天，不调休。"
OCTOBER = "10月1日（周五）至7日（周四）放假调休，共7天。"
AUTUMN = f"六、中秋节：9月15日（周三）放假1天，不调休。\n七、国庆节：{OCTOBER}"
WORKED = "9月26日（周日）、10月9日（周六）上班。"
OFF = "10月1日（周五）至7日（周四）"

REWORDED = {
    OCTOBER: [
        f"{OFF}，共7天。",
        f"{OFF}共7天。",
        f"{OFF}（共7天）。",
        "10月1日至7日，共7天。",
        f"{OFF}放假调休共7天。",
        f"{OFF}放假调休（共7天）。",
        f"{OFF}放假调休（共七天）。",
        f"{OFF}共放假7天。",
        f"{OFF}放假调休，共放假7天。",
        f"{OFF}放假调休，一共7天。",
        f"{OFF}放假调休，计7天。",
        f"{OFF}放假调休，假期7天。",
        f"{OFF}放假、调休，共7天。",
        f"{OFF}休假，共7天。",
        f"{OFF}，放假调休，共7天。",
        f"放假时间为{OFF}，共7天。",
        f"放假时间为{OFF}。",
    ],
    NEW_YEAR: [
        "1月1日（周五）至3日（周日）连休，共3天。",
        "1月1日（周五）至3日（周日）连休3天。",
        "1月1日（周五）放假，与周末连休3天。",
        "1月1日（周五）放假与周末连休，共3天。",
        "放假日期是1月1日周五至3日周日，共3天。",
    ],
    DRAGON_BOAT: [
        "6月9日（周三）当日放假。",
        "6月9日（周三）当天放假1天。",
        "6月9日（周三）放假，仅1天。",
        "6月9日周三休假一天。",
    ],
    WORKED: [
        "9月26日（周日）上班、10月9日（周六）上班。",
        "9月26日（周日）、10月9日（周六）分别上班。",
        "9月26日（周日）、10月9日（周六）两天上班。",
        "9月26日（周日）、10月9日（周六）2天均需上班。",
        "9月26日（周日）、10月9日（周六）需上班。",
        "9月26日（周日）、10月9日（周六）为上班日。",
        "9月26日（周日）、10月9日（周六）为调休上班日。",
        "按照调休安排，9月26日（周日）、10月9日（周六）上班。",
        "9月26日周日、10月9日周六上班。",
        "9月26日 星期天、10月9日 星期六 上班。",
    ],
    AUTUMN: [
        f"六、中秋节、国庆节：9月15日（周三）放假1天；{OCTOBER}",
        f"六、中秋节、国庆节：9月15日（周三）放假，共1天。{OCTOBER}",
    ],
}
AFTERWARDS = [
    "据此，2027年全年节假日放假天数共28天。",
    "请各单位于2026年12月20日前将值班安排报送。",
    "自2027年1月1日起施行。",
    "2026年11月10日 14时12分　来源：国务院办公厅",
]


def reworded() -> dict[str, tuple[str, int]]:
    """The notice in each wording, and the line that has it, counted from 1."""
    texts: dict[str, tuple[str, int]] = {}
    for old, wordings in REWORDED.items():
        for new in wordings:
            place = NOTICE_2027.index(old)
            texts[new] = NOTICE_2027.replace(old, new), NOTICE_2027.count("\n", 0, place) + 1
    for line in AFTERWARDS:
        texts[line] = f"{NOTICE_2027}{line}\n", NOTICE_2027.count("\n") + 1
    return texts
