"""Wherever a date that was counted into a year without its notice is shown, 暂定 stands beside it, in words.

Applications are played over the turn of the year; after every step whatever people, programs, printers and
the command line can get hold of is searched for due dates, whichever page or field they have got into.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_calendar_import import NOTICE
from tests.web.conftest import forgery_token
from tests.web.test_pages import People, signed_in
from workflow import cli
from workflow.errors import NotNow
from workflow.notifications.mail import Send
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.reports import REPORTS
from workflow.services import accounts, holiday_notices
from workflow.services.delivery import deliver

__all__ = ["signed_in", "small_city"]

# Invented: no notice for this year comes with the product.
UNPUBLISHED = 2027
_CALCULATED = "/calendar/due?start=2026-12-31&working_days=5"
# Where an answer has several dates, each has its flag.
_FLAGS = {
    "soon_until": "soon_provisional",
    "from": "from_provisional",
    "to": "to_provisional",
    "due_before": "provisional_before",
}
READERS = ("institution", "industry2", "hr2", "finance2", "office", "auditor")
_BLOCKS = frozenset(
    (
        "title",
        "h1",
        "h2",
        "h3",
        "p",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "caption",
        "div",
        "summary",
        "option",
        "button",
    )
)
_SAID = frozenset(("title", "alt", "aria-label", "aria-description", "content", "placeholder"))
_VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "col"))


class _Blocks(HTMLParser):
    """The text of every block of a page, without that of the blocks inside it; and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, list[str]]] = [("", [])]
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attributes if value and name in _SAID]
        if tag not in _VOID:
            self._open.append((tag, [] if tag in _BLOCKS else self._open[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        opened, texts = self._open.pop()
        assert opened == tag, f"<{opened}> closed by </{tag}>"
        if tag in _BLOCKS:
            self.texts.append(re.sub(r"\s+", " ", "".join(texts)))

    def handle_data(self, data: str) -> None:
        self._open[-1][1].append(data)


class Search:
    """Everything that can be read of a city's applications, and the due dates in it without their word."""

    def __init__(self, city: City, people: People, run: Callable[..., str]) -> None:
        self.city, self.run = city, run
        self.dues: set[str] = set()
        self.days: set[str] = set()
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self.clients = {login: people(login) for login in READERS}
        self.stranger = self.clients["auditor"].application.test_client()
        self._tokens = {login: accounts.issue_token(city.product, login=login) for login in READERS}
        with writing(city.product.engine) as connection:
            connection.execute(update(tables.account).values(email=tables.account.c.login + "@example.cn"))

    def at(self, moment: str) -> City:
        """The next day of the story: one on which nothing is due, so that a date found is a due date."""
        self.days.add(moment[:10])
        return self.city.at(moment)

    def look_round(self) -> None:
        """Learns what is due in the new year, and searches everything for it as it stands now."""
        with reading(self.city.product.engine) as connection:
            found = select(tables.clock.c.due_on).where(tables.clock.c.due_on.is_not(None))
            dues = {due for due in connection.execute(found).scalars() if due.year >= UNPUBLISHED}
        self.dues |= {due.isoformat() for due in dues}
        assert not self.dues & self.days
        self.read_everything()

    def read_everything(self) -> None:
        """All pages, answers, exports, letters and what the command line prints."""
        self.city.sweep()
        with reading(self.city.product.engine) as connection:
            clocks = connection.execute(select(tables.clock.c.id)).scalars().all()
            matters = connection.execute(select(tables.application.c.id)).scalars().all()
            notices = connection.execute(select(tables.notice.c.id)).scalars().all()
        own = [f"/applications/{matter}{part}" for matter in matters for part in ("", "/clocks", "/history")]
        for login, client in self.clients.items():
            paths = ["/worklist", "/applications", "/alerts", "/finance", "/dashboard/overdue", *own]
            for path in paths + [f"/clocks/{clock}" for clock in clocks if login == "auditor"]:
                self._page(client, path)
            for path in ("/worklist", "/applications", "/alerts", "/clocks", "/public-notices"):
                self._answer(login, path, limit=100)
            for matter in matters:
                self._answer(login, f"/applications/{matter}")
                self._answer(login, f"/applications/{matter}/history", limit=100)
        for path in ("/", "/notices", *(f"/notices/{notice}" for notice in notices)):
            self._page(self.stranger, path)
        for clock in clocks:
            self._answer("auditor", f"/clocks/{clock}")
        for notice in notices:
            self._answer(None, f"/public-notices/{notice}")
        for name in REPORTS:
            self._page(self.clients["auditor"], f"/reports/{name}")
            self._workbook(f"/reports/{name}?format=xlsx")
            self._answer("auditor", f"/reports/{name}")
            self._lines(f"subsidy report {name}", self.run("report", name))
            self.facts(f"subsidy report {name} --json", json.loads(self.run("report", name, "--json")))
        self._letters()

    # --- each kind of thing --------------------------------------------------------------------------------

    def _page(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        if answer.status_code == 200:
            self.page(path, answer.get_data(as_text=True))

    def page(self, where: str, page: str) -> None:
        """A page: the word stands in the same cell, paragraph or entry, behind the date."""
        for text in _Blocks(page).texts:
            self.sentence(where, text)

    def sentence(self, where: str, text: str) -> None:
        """A sentence: the word stands behind the date, before the next one."""
        for due in self.dues:
            year, month, day = (int(part) for part in due.split("-"))
            for found in re.finditer(f"{due}|{year}年{month}月{day}日", text):
                self.seen.add(where.split("/")[1] if where.startswith("/") else where)
                if not re.match(r"((?!20\d\d[-年]).){0,24}暂定", text[found.end() :]):
                    self.faults.append(f"{where}: {text}")

    def facts(self, where: str, facts: Any, path: str = "$") -> None:
        """An answer: beside a date stands that it is provisional; in a text it is said."""
        if isinstance(facts, list):
            for place, each in enumerate(facts):
                self.facts(where, each, f"{path}[{place}]")
        elif isinstance(facts, dict):
            # A day of an explanation is any day: what it leads to is named beside the days.
            for name, value in facts.items():
                if name == "date":
                    continue
                if self.dues.intersection(each for each in _listed(value) if isinstance(each, str)):
                    self.seen.add(f"{where} {name}")
                    if not facts.get(_FLAGS.get(name, "provisional")):
                        self.faults.append(f"{where}: {path}.{name} = {value}")
                else:
                    self.facts(where, value, f"{path}.{name}")
        elif isinstance(facts, str):
            self.sentence(where, facts)

    def _answer(self, login: str | None, path: str, **query: int) -> None:
        headers = {"Authorization": f"Bearer {self._tokens[login]}"} if login else {}
        answer = self.stranger.get(f"/api/v1{path}", headers=headers, query_string=query)
        if answer.status_code == 200:
            self.facts(f"api{re.sub(r'[0-9]+', '1', path)}", answer.get_json())

    def _workbook(self, path: str) -> None:
        content = self.clients["auditor"].get(path).get_data()
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        assert sheet is not None
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            self.sentence("xlsx", str(cell.value))

    def _lines(self, where: str, printed: str) -> None:
        for line in printed.splitlines():
            self.sentence(where, line)

    def _letters(self) -> None:
        letters: list[EmailMessage] = []

        @contextmanager
        def session() -> Iterator[Send]:
            yield letters.append

        deliver(self.city.product, session=session)
        for letter in letters:
            for line in (str(letter["Subject"]), *letter.get_content().splitlines()):
                self.sentence("mail", line)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture
def search(
    small_city: City,
    signed_in: People,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Search:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SUBSIDY_TEST_CLOCK", "1")

    def run(*arguments: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit):
            cli.main(list(arguments))
        return capsys.readouterr().out

    return Search(small_city, signed_in, run)


def test_the_search_finds_a_date_without_its_word(search: Search) -> None:
    search.dues = {"2027-01-08"}
    search.page("/p", "<td>2027-01-08 <span>暂定</span></td><p>至<b>2027年1月8日</b>（暂定）</p>")
    search.facts("api", {"due_on": "2027-01-08", "provisional": True, "message": "至2027-01-08（暂定）"})
    assert search.faults == []
    search.page("/p", "<tr><td>暂定</td><td>2027-01-08</td></tr>")
    search.page("/p", "<p>2027-01-08 至 2027-02-01 <i>暂定</i></p>")
    search.page("/p", '<a title="2027年1月8日">暂定</a>')
    search.facts("api", {"provisional": True, "inner": [{"due_on": "2027-01-08"}]})
    search.facts("api", {"due_on": "2027-01-08", "provisional": False})
    assert len(search.faults) == 5


def test_a_claim_over_the_turn_of_the_year_says_everywhere_what_is_provisional(search: Search) -> None:
    city = search.city.to_claim_draft()
    search.at("2026-12-21").send("institution", "submit", claim=city.claim())
    search.at("2026-12-22").send("industry1", "accept")
    asked = {"reason": "补充", "code": "incomplete", "sections": ["claim"]}
    search.at("2026-12-24").send("industry1", "return_for_correction", **asked)
    search.look_round()
    search.at("2026-12-28").send("institution", "submit", claim=city.claim())
    search.at("2026-12-29").send("industry1", "approve", opinion="同意")
    search.at("2026-12-30").send("industry2", "approve", opinion="同意")
    search.at("2026-12-31").send("hr1", "publish", site="市人力资源和社会保障局官网")
    search.look_round()
    # HR's stay begins with the end of the minimum, which is itself a counted date.
    assert {"api/clocks/1 from", "api/clocks/1 to", "api/applications/1 minimum_until"} <= search.seen
    with pytest.raises(NotNow) as refused:
        city.send("hr2", "close_notice")
    search.sentence("refusal", refused.value.message)
    assert "refusal" in search.seen
    _close_on_the_page(search)
    words = {"name": "群众", "contact": "13900000000", "content": "人数不实"}
    search.at("2027-01-04").send(None, "file_objection", **words)
    search.look_round()
    objection = city.look()["form"]["claim"]["objections"][0]["id"]
    answer = {"objection_id": objection, "outcome": "dismissed", "reply": "已核实"}
    search.at("2027-01-07").send("hr2", "resolve_objection", **answer)
    search.look_round()
    search.at("2027-01-13").send("hr2", "close_notice")
    search.look_round()
    search.at("2027-01-14").send("hr1", "approve", opinion="同意")
    search.at("2027-01-15").send("hr2", "approve", opinion="同意")
    search.look_round()
    # Finance lets its limits pass, rests while the matter is looked into, and pays in the end.
    search.at("2027-03-01")
    search.look_round()
    search.at("2027-03-02").send("hr_head", "suspend", reason="核查")
    search.at("2027-03-03").send("hr_head", "resume", reason="核查完毕")
    search.at("2027-03-04").send("finance1", "approve", opinion="同意")
    search.at("2027-03-05").send("finance2", "approve", opinion="同意")
    search.look_round()
    search.at("2027-03-08").pay()
    search.look_round()
    assert search.faults == []
    found = search.seen
    assert found >= {"worklist", "applications", "clocks", "alerts", "notices", "mail", "xlsx"}
    assert found >= {"reports", "subsidy report overdue", "subsidy report funding_requests", "refusal"}
    assert {"api/worklist due_on", "api/alerts due_on", "api/public-notices minimum_until"} <= search.seen
    assert {"api/reports/overdue due_on", "api/reports/funding_requests month_due_on"} <= search.seen


def test_an_opening_and_an_end_before_its_time_say_it_too(search: Search) -> None:
    city = search.city
    search.at("2026-12-29").apply(starts_on="2027-02-22", ends_on="2027-03-05")
    city.send("institution", "submit")
    search.look_round()
    asked = {"reason": "补充", "code": "incomplete", "sections": ["opening"]}
    search.at("2026-12-30").send("industry1", "return_for_correction", **asked)
    search.look_round()
    search.at("2026-12-31").send("institution", "withdraw", reason="不办了")
    search.look_round()
    assert search.faults == []
    assert {"worklist", "applications", "clocks"} <= search.seen


def test_a_date_that_a_notice_moves_is_still_said_to_have_been_provisional(search: Search) -> None:
    city = search.city.to_hr_review()
    search.at("2026-10-26").send("hr1", "approve", opinion="同意")
    search.at("2027-01-25").send("hr2", "approve", opinion="同意")
    assert city.clock("finance_total")["due_on"] == "2027-02-19"
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=UNPUBLISHED)
    assert city.clock("finance_total")["due_on"] == "2027-02-18"
    search.dues = {"2027-02-19"}
    search.read_everything()
    assert {"mail", "api/alerts due_before", "api/applications/1/history due_before"} <= search.seen
    assert search.faults == []


def test_the_calculator_says_it_with_its_result(search: Search) -> None:
    search.dues = {"2027-01-08"}
    search.facts("api", search.stranger.get(f"/api/v1{_CALCULATED}").get_json())
    assert (search.seen, search.faults) == ({"api due_on", "api counted"}, [])
    page = " ".join(_Blocks(search.stranger.get(_CALCULATED).get_data(as_text=True)).texts)
    assert re.search(r"2027年1月8日[^0-9]{0,12}暂定", page)
    assert re.search(r"2027-01-08[^0-9]{0,12}暂定", search.run("calendar", "due", "2026-12-31", "5"))


def _close_on_the_page(search: Search) -> None:
    client, application = search.clients["hr2"], search.city.application
    typed = {"version": application["version"], "command_id": "early", "confirm": "true"}
    answer = client.post(
        f"/applications/{application['id']}/events/close_notice",
        data=typed | {"csrf_token": forgery_token(client)},
    )
    assert answer.status_code == 409, answer.get_data(as_text=True)
    search.page("/refused", answer.get_data(as_text=True))
    assert "refused" in search.seen
