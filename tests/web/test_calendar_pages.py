"""The pages of the calendar as the server answers them: what they show, and what bad input gets."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.journeys.city import CITY, COUNTY, City
from tests.journeys.conftest import small_city
from tests.journeys.test_calendar_import import NOTICE, to_finance_in_january
from tests.web.conftest import PASSWORD, forgery_token, sign_in
from tests.web.test_calendar_api import AMENDMENT
from web import create_app
from web.views.months import festivals_of
from workflow.services import accounts, calendar, calendar_versions, closures, holiday_notices

__all__ = ["small_city"]
People = Callable[[str], FlaskClient]
FIRST_YEAR, LAST_YEAR = 2004, 2036
TITLED = f"国务院办公厅关于2027年部分节假日安排的通知\n{NOTICE}"


@pytest.fixture
def people(small_city: City) -> People:
    """Signs somebody of the city in, in a browser of their own."""
    app = create_app(small_city.at("2026-08-28").product)
    app.config["SESSION_COOKIE_SECURE"] = False

    def enter(login: str) -> FlaskClient:
        client = app.test_client()
        if login:
            accounts.reset_password(
                small_city.product,
                actor=small_city.actors["admin"],
                account_id=small_city.actors[login].account_id or 0,
                password=PASSWORD,
            )
            sign_in(client, login)
        return client

    return enter


def page(answer: TestResponse, status: int = 200) -> str:
    """What a page says, without its marks."""
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def send(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    return client.post(path, data=typed | {"csrf_token": forgery_token(client)})


def opened(client: FlaskClient, messages: TestResponse) -> str:
    """Where the newest unread message of the page leads."""
    found = re.search(r'name="open" value="(\d+)"', messages.text)
    assert found, "no message that leads anywhere"
    return str(send(client, "/alerts/read", open=found[1]).headers["Location"])


def applied(city: City, text: str = NOTICE, year: int | None = 2027) -> None:
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[text], year=year)


def closed(city: City, **changes: Any) -> int:
    """A closure that is entered by the office; its id."""
    entered: dict[str, Any] = {
        "region": CITY,
        "days": [date(2026, 10, 15), date(2026, 10, 16)],
        "authority": "平顶山市人民政府",
        "document_number": "平政明电〔2026〕1号",
        "reason": "暴雨全市停工",
    }
    made = closures.propose_closure(city.product, actor=city.actors["office"], **(entered | changes))
    return int(made["id"])


def confirmed(city: City, closure_id: int) -> None:
    closures.decide_closure(city.product, actor=city.actors["hr_head"], closure_id=closure_id, confirmed=True)


# --- a year ------------------------------------------------------------------------------------------------


def test_a_year_names_its_days_off_by_festival_with_their_source(people: People) -> None:
    answer = people("").get("/calendar/2026")
    shown = page(answer)
    assert "春节：2月15日（周日）至23日（周一），共9天；2月14日（周六）、28日（周六）上班。" in shown
    assert "国务院办公厅关于2026年部分节假日安排的通知，国办发明电〔2025〕7号（2025-11-04）" in shown
    assert "全年工作日 248 天" in shown
    assert "暂定" not in answer.text.partition("<main")[2]
    assert "第 1 版" in shown


def test_a_year_without_its_notice_says_that_it_is_provisional_in_words(people: People) -> None:
    shown = page(people("").get("/calendar/2027"))
    assert "暂定：国务院办公厅尚未发布 2027 年节假日安排" in shown
    assert "春节（暂定）：2月5日（周五）至10日（周三），共6天。" in shown


def test_every_day_has_a_mark_that_needs_no_colour(people: People) -> None:
    text = people("").get("/calendar/2026").get_data(as_text=True)
    squares = re.findall(r'<td class="(\w+)"[^>]*>(\d+)<span class="day-mark">(.*?)</span></td>', text)
    assert len(squares) == 365
    marks = {
        "holiday": "休",
        "make_up": "班",
        "work": "",
        "weekend": '<span class="visually-hidden">周末</span>',
    }
    # The pattern ends at the first closing span, which for a weekend is that of the hidden word.
    assert all(mark in {marks[kind], marks[kind].removesuffix("</span>")} for kind, _, mark in squares)
    assert sum(kind == "make_up" for kind, _, _ in squares) == 6


@pytest.mark.parametrize("year", range(2004, 2037))
def test_the_sentences_of_a_year_hold_every_day_that_is_unusual(small_city: City, year: int) -> None:
    found = calendar.show_year(small_city.product, year=year)
    kinds = [calendar.kind_of(day) for day in found["days"]]
    sentences = "".join(festival.words for festival in festivals_of(found))
    counts = sum(int(count) for count in re.findall(r"共(\d+)天", sentences))
    made_up = sum(clause.count("日（") for clause in re.findall(r"[^；，]*上班", sentences))
    assert (counts, made_up) == (kinds.count("holiday"), kinds.count("make_up"))


def test_new_year_days_at_the_years_end_rest_on_the_next_notice(small_city: City) -> None:
    found = calendar.show_year(small_city.product, year=2018)
    *_, last = festivals_of(found)
    assert (last.name, last.source) == (
        "次年元旦",
        "国务院办公厅关于2019年部分节假日安排的通知，国办发明电〔2018〕15号（2018-12-04）",
    )


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 0, 99999])
def test_a_year_that_the_calendar_does_not_have_is_refused_with_its_range(people: People, year: int) -> None:
    shown = page(people("").get(f"/calendar/{year}"), 404)
    assert f"没有 {year} 年的日历：日历自 {FIRST_YEAR} 年起，至 {LAST_YEAR} 年止" in shown


def test_the_calendar_ends_where_its_years_end_and_goes_on_with_a_new_notice(
    small_city: City, people: People
) -> None:
    client = people("")
    for year, other, there in (
        (FIRST_YEAR, FIRST_YEAR - 1, False),
        (FIRST_YEAR, FIRST_YEAR + 1, True),
        (LAST_YEAR, LAST_YEAR - 1, True),
        (LAST_YEAR, LAST_YEAR + 1, False),
    ):
        assert (
            f'href="/calendar/{other}"' in client.get(f"/calendar/{year}").get_data(as_text=True)
        ) is there
    applied(small_city)
    assert client.get(f"/calendar/{LAST_YEAR + 1}").status_code == 200


def test_a_region_shows_what_is_closed_there_and_by_whose_order(small_city: City, people: People) -> None:
    confirmed(small_city, closed(small_city))
    client = people("")
    shown = page(client.get(f"/calendar/2026?region={CITY}"))
    assert "15停" in shown.replace(" ", "")
    assert "本地停办：10月15日（周四）至16日（周五），共2天。" in shown
    assert "本地停办：暴雨全市停工（平顶山市人民政府平政明电〔2026〕1号）" in shown
    assert "暴雨" not in page(client.get(f"/calendar/2026?region={COUNTY}"))
    assert "暴雨" not in page(client.get("/calendar/2026"))
    assert "请重新选择" in page(client.get("/calendar/2026?region=999999"), 422)


def test_with_a_region_the_notice_is_still_quoted_whole(small_city: City, people: People) -> None:
    confirmed(small_city, closed(small_city, days=[date(2026, 10, 10)]))
    shown = page(people("").get(f"/calendar/2026?region={CITY}"))
    assert "共7天；9月20日（周日）上班；10月10日（周六）上班（本地停办）。" in shown
    assert "9月20日（周日）、10月10日（周六）上班。" in page(people("").get("/calendar/2026"))


def test_another_year_is_chosen_from_the_list_of_years(people: People) -> None:
    client = people("")
    assert "<option selected>2026</option>" in client.get("/calendar/2026").get_data(as_text=True)
    chosen = client.get(f"/calendar?year=2019&region={CITY}")
    assert (chosen.status_code, chosen.headers["Location"]) == (303, f"/calendar/2019?region={CITY}")
    assert client.get("/calendar?year=x").status_code == 200


# --- counting ----------------------------------------------------------------------------------------------


def test_a_count_is_shown_by_hand(people: People) -> None:
    shown = page(people("").get("/calendar/due?start=2026-09-29&working_days=10"))
    assert "自 2026年9月29日（周二，不计入）起 10 个工作日，于 2026年10月19日（周一）届满。" in shown
    assert "计入 10 天，不计入 10 天" in shown
    assert "2026年10月1日 周四 不计 国庆节" in shown
    assert "2026年10月10日 周六 第 4 天 调休上班" in shown
    assert "2026年10月19日 周一 第 10 天" in shown
    assert "暂定" not in shown
    assert "于 2026年10月19日" in page(people("").get("/calendar/due?start=２０２６-09-29&working_days=１０"))


def test_a_count_backwards_and_one_between_two_dates(people: People) -> None:
    client = people("")
    shown = page(client.get("/calendar/due?start=2026-10-19&working_days=10&direction=backwards"))
    assert "2026年10月19日（周一，不计入）之前的第 10 个工作日是 2026年9月29日（周二）。" in shown
    assert "2026年9月29日 周二 倒数第 10 天" in shown
    assert "2026年10月16日 周五 倒数第 1 天" in shown
    shown = page(client.get("/calendar/due?mode=between&start=2026-09-29&end=2026-10-19"))
    assert "自 2026年9月29日（周二，不计入）至 2026年10月19日（周一，计入）共 10 个工作日。" in shown


def test_a_count_into_a_year_without_notice_says_so_in_words(people: People) -> None:
    shown = page(people("").get("/calendar/due?start=2026-12-30&working_days=5"))
    assert "暂定：期间跨入尚未发布放假通知的年度" in shown


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start=2003-12-31&working_days=1", "2003-12-31 超出日历范围（2004-01-01 至 2036-12-31）"),
        ("start=2037-01-01&working_days=1", "2037-01-01 后第 1 个工作日超出日历范围"),
        ("start=2036-12-30&working_days=50", "超出日历范围"),
        ("start=2026-02-30&working_days=1", "这一天不存在（填写的是“2026-02-30”）"),
        ("start=x&working_days=1", "须为日期，格式如 2026-09-07（填写的是“x”）"),
        ("start=2026-09-01", "“工作日天数”未填写"),
        ("start=2026-09-01&working_days=-1", "不能小于0（填写的是 -1）"),
        ("start=2026-09-01&working_days=2001", "不能大于2000（填写的是 2001）"),
        ("start=2026-09-01&working_days=1&region=1", "须为下列之一"),
        (f"start=2026-09-01&working_days={'9' * 26}", "“工作日天数”不能大于2000"),
        ("start=2026-09-01&working_days=1&direction=x", "“方向”须为下列之一：“forwards”、“backwards”"),
        (
            "mode=between&start=2026-09-02&end=2026-09-01",
            "“结束日”（2026年9月1日）不能早于“起始日”（2026年9月2日）",
        ),
        ("mode=between&start=2026-09-02", "“结束日”未填写"),
        ("start=&working_days=", "“起始日”未填写"),
        ("start=&working_days=", "“工作日天数”未填写"),
        ("mode=between&start=&end=", "“结束日”未填写"),
        ("mode=between&start=2004-01-01&end=2026-01-01", "不能超过 3660 天，现为"),
    ],
)
def test_a_count_that_cannot_be_made_says_why_and_keeps_what_was_typed(
    people: People, query: str, words: str
) -> None:
    answer = people("").get(f"/calendar/due?{query}")
    assert words in page(answer, 422)
    text = html.unescape(answer.get_data(as_text=True))
    assert "field-error" in text
    for name, value in (pair.split("=") for pair in query.split("&")):
        assert name in {"mode", "region", "direction"} or f'name="{name}" value="{value}"' in text


def test_the_first_visit_shows_defaults_and_finds_no_fault(people: People) -> None:
    for path in ("/calendar/due", "/calendar/due?mode=between"):
        text = people("").get(path).get_data(as_text=True)
        assert "field-error" not in text
        assert 'name="start" value="2026-' in text


def test_a_long_closure_is_a_mark_in_the_squares_and_a_sentence_below(
    small_city: City, people: People
) -> None:
    confirmed(small_city, closed(small_city))
    shown = page(people("").get(f"/calendar/due?start=2026-10-14&working_days=2&region={CITY}"))
    assert "2026年10月15日 周四 不计 停〔1〕" in shown
    assert shown.count("暴雨全市停工") == 1
    assert "停〔1〕本地停办：暴雨全市停工（平顶山市人民政府平政明电〔2026〕1号）" in shown
    assert "已扣除平顶山市的本地停办" in shown


def test_many_days_are_said_in_stretches() -> None:
    days = [(date(2026, 7, 20) + timedelta(days=offset)).isoformat() for offset in range(60)]
    assert calendar.days_in_words(days) == "2026年7月20日至9月17日，共60天"
    assert calendar.days_in_words(["2026-10-15"]) == "2026年10月15日"
    apart = ["2026-10-20", "2026-10-15", "2026-10-19", "2026-12-31", "2027-01-01"]
    assert calendar.days_in_words(apart) == "2026年10月15日、19日至20日、12月31日至2027年1月1日，共5天"


# --- notices -----------------------------------------------------------------------------------------------


def test_a_preview_shows_the_year_the_differences_and_every_clock_with_old_and_new_date(
    small_city: City, people: People
) -> None:
    to_finance_in_january(small_city)
    client = people("admin")
    answer = send(client, "/calendar/import", notice=NOTICE, year="2027", act="preview")
    shown = page(answer)
    assert "2027 年还没有放假安排，本次为新的安排" in shown
    assert "30班改" in shown.replace(" ", "")
    assert "2027年1月30日周六不上班（周末）上班（春节调休上班）" in shown
    assert re.search(r"财政部门办理总时限2027年2月19日（周五） 暂定2027年2月18日（周四）", shown)
    assert 'name="seen" value="1"' in answer.get_data(as_text=True)
    number = small_city.application["number"]
    with send(client, "/calendar/import", notice=NOTICE, year="2027", act="moves") as taken:
        assert taken.mimetype == "text/csv"
        text = taken.get_data(as_text=True)
    heading, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert heading[:4] == ["申请编号", "申请人", "地区", "时限"]
    assert [number, "财政部门办理总时限", "2027-02-19", "暂定", "2027-02-18", ""] in [
        [row[0], *row[3:]] for row in rows
    ]


def test_an_applied_notice_says_which_version_it_made(small_city: City, people: People) -> None:
    client = people("admin")
    answer = send(client, "/calendar/import", notice=NOTICE, year="2027", act="apply", seen="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/calendar/2027")
    shown = page(client.get("/calendar/2027"))
    version = calendar_versions.list_versions(small_city.product, limit=1)["items"][0]
    assert f"2027 年放假安排已生效：日历第 2 版（{version['version']}），0 个时限变动（" in shown
    assert "暂定：" not in shown


def test_a_notice_for_a_year_already_known_is_shown_as_an_amendment(people: People) -> None:
    shown = page(send(people("admin"), "/calendar/import", notice=AMENDMENT, act="preview"))
    assert "2026 年已有放假安排，本次按调整处理，将改变 2 天。" in shown
    assert "2026年9月28日周一上班（工作日）不上班（中秋节假期）" in shown


def test_of_two_administrators_the_second_sees_the_new_version_and_what_would_happen_now(
    small_city: City, people: People
) -> None:
    client = people("admin")
    applied(small_city, AMENDMENT, None)
    answer = send(client, "/calendar/import", notice=NOTICE, year="2027", act="apply", seen="1")
    shown = page(answer, 409)
    assert "日历刚刚已被更新：现行的是第 2 版" in shown
    assert "2027 年日历（预览）" in shown
    text = answer.get_data(as_text=True)
    assert 'name="seen" value="2"' in text
    assert "一、元旦：1月1日（周五）至3日（周日）放假，共3天。" in text
    assert (
        send(client, "/calendar/import", notice=NOTICE, year="2027", act="apply", seen="2").status_code == 303
    )


def test_what_is_already_known_can_be_looked_at_but_not_applied(small_city: City, people: People) -> None:
    applied(small_city)
    client = people("admin")
    shown = page(send(client, "/calendar/import", notice=NOTICE, year="2027", act="preview"))
    assert "通知的内容已经在现行日历中，没有变化" in shown
    assert "确认生效" not in shown
    assert "没有变化" in page(send(client, "/calendar/import", notice=NOTICE, year="2027", act="apply"), 409)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_notice_may_come_as_a_text_file(people: People, encoding: str) -> None:
    file = (io.BytesIO(NOTICE.encode(encoding)), "通知.txt")
    answer = send(people("admin"), "/calendar/import", notice_file=file, year="2027", act="preview")
    assert "本次为新的安排" in page(answer)
    # What stood in the file now stands in the form.
    assert "九、" not in NOTICE
    assert "七、国庆节：10月1日" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ...", "不是文本文件，而是PDF"),
        (b"PK\x03\x04...", "而是Word（.docx）或压缩文件"),
        (b"\xd0\xcf\x11\xe0...", "而是Word（.doc）"),
        (b"\x89PNG\r\n", "而是图片"),
        (b"\xff\xd8\xff\xe0", "而是图片"),
        (b"\x00\x01\x02", "应为 UTF-8 或 GB18030 编码"),
        (b"x" * 300_000, "过大"),
        (b"", "请粘贴通知全文，或者选择文本文件"),
    ],
)
def test_a_file_that_is_no_text_is_refused_in_words(people: People, content: bytes, words: str) -> None:
    file = (io.BytesIO(content), "通知.pdf")
    answer = send(people("admin"), "/calendar/import", notice_file=file, act="preview")
    assert words in page(answer, 422)
    assert "field-error" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "请粘贴通知全文"),
        ({"notice": "今天天气很好。", "year": "2027"}, "没有读出"),
        ({"notice": NOTICE.replace("6月9日（周三）", "6月9日（周四）"), "year": "2027"}, "第5行"),
        ({"notice": NOTICE, "year": "2003"}, "年度应为 2004 到 2036 的整数，现为“2003”"),
        ({"notice": NOTICE, "year": "二〇二七"}, "现为“二〇二七”"),
        ({"notice": "长" * 20_001, "year": "2027"}, "不能超过 20000 字"),
        ({"notice": NOTICE, "notice_file": (io.BytesIO(b"x"), "x.txt"), "year": "2027"}, "请只用一种"),
    ],
)
def test_a_notice_that_cannot_be_read_is_refused_and_nothing_typed_is_lost(
    small_city: City, people: People, typed: dict[str, Any], words: str
) -> None:
    answer = send(people("admin"), "/calendar/import", **typed, act="apply", seen="1")
    assert words in page(answer, 422)
    text = html.unescape(answer.get_data(as_text=True))
    assert all(typed[name] in text for name in ("notice", "year") if name in typed)
    assert calendar.show_year(small_city.product, year=2027)["provisional"]


def test_a_fault_of_the_amendment_stands_beside_the_amendment(people: People) -> None:
    client = people("admin")
    wrong = AMENDMENT.replace("9月19日（星期六）", "9月19日（星期五）")
    for typed in ({"amendment": wrong}, {"notice": TITLED, "amendment": wrong}):
        text = send(client, "/calendar/import", **typed, act="preview").get_data(as_text=True)
        assert 'id="field-amendment-error"' in text
        assert 'id="field-notice-error"' not in text
        assert 'href="#field-amendment"' in text


def test_what_changes_nothing_is_not_offered_to_be_applied(small_city: City, people: People) -> None:
    applied(small_city)
    shown = page(send(people("admin"), "/calendar/import", notice=NOTICE, year="2027", act="preview"))
    assert "没有变化，不必再次导入" in shown
    assert "尚未生效" not in shown
    assert "确认生效" not in shown


def test_each_changed_year_is_drawn(people: People) -> None:
    both = {"notice": TITLED, "amendment": AMENDMENT}
    shown = page(send(people("admin"), "/calendar/import", **both, act="preview"))
    assert "预览：2026、2027 年" in shown
    assert "2027 年日历（预览）" in shown
    assert "2026 年日历（预览）" in shown
    assert "28休改" in shown.replace(" ", "")


def test_what_is_too_large_is_refused_with_the_limit_on_the_form(people: People) -> None:
    client = people("admin")
    file = {"data": b"x" * 11 * 1024**2, "content_type": "multipart/form-data; boundary=x"}
    answer = client.post("/calendar/import", **file)
    assert "每份正文最多 20000 字，每个文件最多 200 KB" in page(answer, 413)
    assert "textarea" in answer.get_data(as_text=True)
    elsewhere = client.post("/calendar/closures", data={"reason": "长" * 2_000_000})
    assert "提交的内容超过允许的大小（最多 1 MB）" in page(elsewhere, 413)


# --- versions ----------------------------------------------------------------------------------------------


def test_versions_are_looked_at_and_compared_by_everybody(small_city: City, people: People) -> None:
    applied(small_city)
    confirmed(small_city, closed(small_city))
    client = people("")
    listed = page(client.get("/calendar/versions"))
    assert "第 3 版 现行" in listed
    assert "平顶山市停办：暴雨全市停工" in listed
    assert "示例admin" not in listed
    assert "示例admin" in page(people("hr1").get("/calendar/versions"))
    old = page(client.get("/calendar/versions/1?year=2027"))
    assert "已被后来的版本取代" in old
    assert "暂定：国务院办公厅尚未发布 2027 年节假日安排" in old
    assert "平政明电〔2026〕1号" in page(client.get("/calendar/versions/3"))
    assert "16停" in page(client.get(f"/calendar/versions/3?year=2026&region={CITY}")).replace(" ", "")
    compared = page(client.get("/calendar/versions/compare?before=1&after=3"))
    assert "2027年1月30日周六不上班（周末）上班（春节调休上班）" in compared
    assert "不再暂定的年度2027" in compared
    assert "增加的本地停办" in compared
    assert "撤销的本地停办" in page(client.get("/calendar/versions/compare?before=3&after=2"))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/calendar/versions/9", 404, "没有第 9 版日历"),
        ("/calendar/versions/1?year=2050", 422, "2050年超出日历范围（2004年至2036年）"),
        ("/calendar/versions/1?year=x", 422, "“年度”不能是“x”"),
        ("/calendar/versions/1?year=1999", 422, "1999年超出日历范围（2004年至2036年）"),
        ("/calendar/versions/compare?before=1&after=9", 422, "“新版次”：没有第 9 版日历"),
        ("/calendar/versions/compare?before=8&after=1", 422, "“原版次”：没有第 8 版日历"),
        ("/calendar/versions/compare?before=0&after=1", 422, "“原版次”不能是“0”"),
        ("/calendar/versions/compare?before=1&after=", 422, "“新版次”未填写"),
        ("/calendar/versions/compare", 200, "请选择两个版次"),
    ],
)
def test_a_version_that_there_is_not_is_said(people: People, path: str, status: int, words: str) -> None:
    answer = people("").get(path)
    assert words in page(answer, status)
    asks_for_two = "compare?" in path
    assert ("field-error" in answer.get_data(as_text=True)) is asks_for_two


def test_a_comparison_backwards_says_which_year_becomes_provisional_again(
    small_city: City, people: People
) -> None:
    applied(small_city)
    assert "转为暂定的年度2027" in page(people("").get("/calendar/versions/compare?before=2&after=1"))


# --- closures ----------------------------------------------------------------------------------------------


def test_a_closure_is_entered_by_one_person_and_confirmed_by_another(
    small_city: City, people: People
) -> None:
    small_city.to_industry_review()
    small_city.at("2026-10-14")
    office, head = people("office"), people("hr_head")
    entered = send(
        office,
        "/calendar/closures",
        region=CITY,
        first_on="2026-10-15",
        last_on="2026-10-16",
        authority="平顶山市人民政府",
        document_number="平政明电〔2026〕1号",
        reason="暴雨全市停工",
    )
    path = entered.headers["Location"]
    own = page(office.get(path))
    assert "须由录入人以外的有权人员确认" in own
    assert "不予确认" not in own
    assert "录入人不能确认" in page(send(office, f"{path}/decision", act="confirm"), 403)
    assert "待您确认" in page(head.get("/calendar/closures"))
    offered = page(head.get(path))
    assert "停办确认后变动的时限" in offered
    assert "不予确认" in offered
    assert send(head, f"{path}/decision", act="confirm").status_code == 303
    done = page(head.get(path))
    assert "日历第 2 版生效" in done
    assert "已生效" in done
    again = page(send(people("admin"), f"{path}/decision", act="decline"), 409)
    assert "没有待确认的事项" in again


def test_what_is_declined_changes_nothing_and_says_so(small_city: City, people: People) -> None:
    head = people("hr_head")
    path = f"/calendar/closures/{closed(small_city)}"
    assert send(head, f"{path}/decision", act="decline").status_code == 303
    shown = page(head.get(path))
    assert "未予确认，日历没有变动。" in shown
    assert "是否生效否" in shown
    closure_id = closed(small_city)
    confirmed(small_city, closure_id)
    closures.propose_withdrawal(
        small_city.product, actor=small_city.actors["office"], closure_id=closure_id, reason="照常办公"
    )
    path = f"/calendar/closures/{closure_id}"
    assert send(head, f"{path}/decision", act="decline").status_code == 303
    assert "已生效" in page(head.get(path))


def test_who_confirms_by_an_older_calendar_is_shown_what_would_move_now(
    small_city: City, people: People
) -> None:
    path = f"/calendar/closures/{closed(small_city)}"
    head = people("hr_head")
    assert 'name="seen" value="1"' in head.get(path).get_data(as_text=True)
    applied(small_city)
    answer = send(head, f"{path}/decision", act="confirm", seen="1")
    assert "日历刚刚已被更新：现行的是第 2 版" in page(answer, 409)
    assert 'name="seen" value="2"' in answer.get_data(as_text=True)
    assert send(head, f"{path}/decision", act="confirm", seen="2").status_code == 303


def test_a_closure_typed_not_at_all_is_told_everything_that_is_missing(people: People) -> None:
    text = send(people("admin"), "/calendar/closures").get_data(as_text=True)
    for name in ("region", "first_on", "authority", "document_number", "reason"):
        assert f'id="field-{name}-error"' in text


def test_a_closure_in_force_is_withdrawn_with_a_reason_and_a_second_person(
    small_city: City, people: People
) -> None:
    closure_id = closed(small_city)
    confirmed(small_city, closure_id)
    office, path = people("office"), f"/calendar/closures/{closure_id}"
    refused = send(office, f"{path}/withdrawal", reason=" ")
    assert "“撤销事由”不能为空" in page(refused, 422)
    assert send(office, f"{path}/withdrawal", reason="当日照常办公").status_code == 303
    assert "撤销确认后变动的时限" in page(office.get(path))
    head = people("hr_head")
    assert send(head, f"{path}/decision", act="confirm").status_code == 303
    assert "已撤销" in page(head.get(path))
    assert send(head, f"{path}/decision", act="perhaps").status_code == 404


def test_each_sees_of_closures_what_is_theirs_to_see(small_city: City, people: People) -> None:
    closed(small_city)
    auditor = people("auditor")
    listed = page(auditor.get("/calendar/closures"))
    assert "平政明电〔2026〕1号" in listed
    assert "录入停办" not in listed
    assert "须由录入人以外的有权人员确认" in page(auditor.get("/calendar/closures/1"))
    assert send(auditor, "/calendar/closures/1/decision", act="confirm").status_code == 403
    county = people("hr_head_bf")
    assert "平政明电" not in page(county.get("/calendar/closures"))
    assert county.get("/calendar/closures/1").status_code == 403
    assert 'value="410400"' not in county.get("/calendar/closures").get_data(as_text=True)
    for login in ("industry_head", "hr1", "institution"):
        client = people(login)
        assert client.get("/calendar/closures").status_code == 403
        assert "/calendar/closures" not in client.get("/calendar").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_on": ""}, "“停办首日”应为日期，如 2026-07-20，尚未填写"),
        ({"first_on": "2026-02-30"}, "现为“2026-02-30”"),
        ({"last_on": "2026-10-14"}, "停办末日（2026年10月14日）不能早于首日（2026年10月15日）"),
        ({"last_on": "2029-10-14"}, "一项停办至多 60 天，2026年10月15日 至 2029年10月14日 为 1096 天"),
        ({"days": "2026-10-15"}, "请只用一种"),
        (
            {"first_on": "", "days": "2026-10-15\n十月十六"},
            "“逐日列出”应为日期，如 2026-07-20，现为“十月十六”",
        ),
        ({"first_on": "2026-10-03"}, "本来就不办公"),
        ({"first_on": "2050-01-04"}, "超出日历范围"),
        ({"first_on": "1999-12-06"}, "停办日期 1999年12月6日 超出日历范围（2004年1月1日 至 2036年12月31日）"),
        ({"authority": ""}, "“决定机关”不能为空"),
        ({"document_number": "号" * 101}, "“文号”最多100个字"),
        ({"reason": "停\x00电"}, "含有不能使用的字符（U+0000）"),
        ({"region": ""}, "“地区”不能为空"),
    ],
)
def test_a_closure_typed_wrongly_is_refused_and_nothing_typed_is_lost(
    people: People, changes: dict[str, str], words: str
) -> None:
    typed = {
        "region": CITY,
        "first_on": "2026-10-15",
        "authority": "平顶山市人民政府",
        "document_number": "平政明电〔2026〕1号",
        "reason": "暴雨全市停工",
    } | changes
    answer = send(people("admin"), "/calendar/closures", **typed)
    assert words in page(answer, 422)
    text = html.unescape(answer.get_data(as_text=True))
    assert "field-error" in text
    assert all(f'value="{typed[name]}"' in text for name in ("authority", "document_number"))


def test_days_apart_may_be_listed(small_city: City, people: People) -> None:
    typed = {
        "region": CITY,
        "days": "2026-10-15、2026-10-19\n2026/10/20".replace("/", "."),
        "authority": "平顶山市人民政府",
        "document_number": "1号",
        "reason": "分日停电",
    }
    assert send(people("admin"), "/calendar/closures", **typed).status_code == 303
    (made,) = closures.list_closures(small_city.product, actor=small_city.actors["admin"])["items"]
    assert made["days"] == ["2026-10-15", "2026-10-19", "2026-10-20"]


def test_what_is_entered_twice_is_refused(small_city: City, people: People) -> None:
    closed(small_city)
    typed = {
        "region": CITY,
        "first_on": "2026-10-15",
        "authority": "市政府",
        "document_number": "2号",
        "reason": "又一次",
    }
    assert "已在第 1 号停办中" in page(send(people("admin"), "/calendar/closures", **typed), 422)


# --- clocks ------------------------------------------------------------------------------------------------


def test_the_clocks_of_an_application_have_names_of_their_own_and_the_version_they_count_by(
    small_city: City, people: People
) -> None:
    to_finance_in_january(small_city)
    applied(small_city)
    path = f"/applications/{small_city.application['id']}/clocks"
    text = people("finance1").get(path).get_data(as_text=True)
    headings = re.findall(r'<h2 id="of-\d+">(.*?)</h2>', text)
    assert len(set(headings)) == len(headings) > 3
    assert '<a href="/calendar/versions/2">第 2 版</a>（' in text
    assert '<a href="/calendar/versions/1">第 1 版</a>（' in text
    assert "办结之后、到期日为止的日子" in text


# --- alerts ------------------------------------------------------------------------------------------------


def test_the_reminder_of_a_missing_notice_leads_an_administrator_to_the_import(
    small_city: City, people: People
) -> None:
    small_city.at("2026-11-16 10:00").sweep()
    client = people("admin")
    answer = client.get("/alerts")
    assert "2027年放假安排通知尚未导入" in page(answer)
    assert opened(client, answer) == "/calendar/import"


def test_an_alert_about_a_moved_clock_leads_to_the_clock_with_both_dates(
    small_city: City, people: People
) -> None:
    to_finance_in_january(small_city)
    applied(small_city)
    client = people("finance1")
    answer = client.get("/alerts")
    assert "原 2027年2月19日 暂定 → 2027年2月18日" in page(answer)
    assert re.fullmatch(r"/clocks/\d+", opened(client, answer))


def test_the_reminder_of_a_closure_that_waits_leads_to_it(small_city: City, people: People) -> None:
    closure_id = closed(small_city)
    client = people("hr_head")
    answer = client.get("/alerts")
    assert "平顶山市停办待确认" in page(answer)
    assert opened(client, answer) == f"/calendar/closures/{closure_id}"
