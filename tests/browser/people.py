"""People in front of the site: they sign in through the page, fill in forms and press buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect
from sqlalchemy import select

from workflow.demonstration import PASSWORD
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import accounts, test_clock
from workflow.services.product import Product

PATIENCE_MS = 15_000
_AXE = Axe()
# A tenth of what Lighthouse calls good: columns of a long table may settle as its rows come.
_MOST_SHIFT = 0.01
# A telephone, 1366 pixels at 200 %, a small old screen, and the most common one.
_WIDTHS = (360, 683, 1024, 1366)
_SHIFT = """() => new Promise(tell => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value; }))
    .observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => setTimeout(() => tell(sum), 30));
})"""


@dataclass(frozen=True)
class Site:
    """Where the site is, and the product behind it."""

    address: str
    product: Product

    def set_clock(self, now: str) -> None:
        """Sets the present moment of the business."""
        token = accounts.issue_token(self.product, login="admin")
        actor = accounts.actor_of_token(self.product, token=token)
        assert actor is not None
        test_clock.set_test_clock(self.product, actor=actor, now=now)

    def first_in(self, state: str, *, region: str = "410400", kind: str = "institution") -> int:
        """The id of an application of the demonstration in this state."""
        application = tables.application
        wanted = select(application.c.id).where(
            application.c.state == state, application.c.region == region, application.c.kind == kind
        )
        with reading(self.product.engine) as connection:
            return int(connection.execute(wanted.order_by(application.c.id)).scalars().first() or 0)


@dataclass
class Person:
    """Somebody with a page open. What the browser complains about is kept in ``complaints``."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # A refused form answers 4xx on purpose, and Chromium mentions it.
        if (
            message.type in {"error", "warning"}
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(message.text)

    def open(self, path: str) -> Response:
        """Goes to an address of the site."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def fill(self, values: Mapping[str, str], *, inside: str = "main") -> None:
        """Fills inputs by their names; a checkbox is ticked where the value is ``true``."""
        for name, value in values.items():
            found = self.page.locator(f'{inside} [name="{name}"]:not([type="hidden"])').first
            kind = found.evaluate("element => element.type")
            if kind == "checkbox":
                found.set_checked(value == "true")
            elif kind == "radio":
                self.page.locator(f'{inside} [name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                found.select_option(value)
            else:
                found.fill(value)

    def press(self, words: str, *, inside: str = "main") -> int:
        """Presses a button and waits for the page that answers; its status."""
        button = self.page.locator(inside).get_by_role("button", name=words, exact=True)
        with self.page.expect_navigation() as moved:
            button.click()
        answer = moved.value
        return answer.status if answer is not None else 0

    def send(self, event: str, values: Mapping[str, str], button: str) -> int:
        """Opens the form of an event on an application's page, fills it in and sends it."""
        form = f"#event-{event}"
        if self.page.locator(f"{form}:not([open])").count():
            self.page.locator(f"{form} > summary").click()
        self.fill(values, inside=form)
        return self.press(button, inside=form)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    @property
    def state(self) -> str:
        """The state that an application's page shows beside its number."""
        return self.page.locator(".page-head .tag-state").inner_text()

    def faults(self) -> list[str]:
        """What axe finds wrong with the page."""
        found = _AXE.run(self.page).response["violations"]
        return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]

    def jumped(self) -> float:
        """By how much the page moved under the reader while it was loading (cumulative layout shift)."""
        shift: float = self.page.evaluate(_SHIFT)
        return shift

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        width: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width


def check(person: Person, path: str, status: int = 200) -> None:
    """The page answers, has one heading, stands well in every width, does not jump, and axe finds nothing."""
    page = person.page
    page.set_viewport_size({"width": _WIDTHS[-1], "height": 768})
    assert person.open(path).status == status, path
    expect(page.locator("h1")).to_have_count(1)
    assert " - " in page.title(), path
    assert person.jumped() < _MOST_SHIFT, path
    # What is folded away is checked too.
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        assert person.overflow() <= 0, (path, width)
    assert person.faults() == [], path


class Office:
    """Everybody, each with an own browser window; nobody signs in twice."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}
        self._people: dict[str, Person] = {}

    def person(self, login: str) -> Person:
        """Somebody who is signed in."""
        if login not in self._people:
            self._people[login] = self._welcome(login)
        return self._people[login]

    def second_window(self, login: str) -> Person:
        """Another window of the same person."""
        self.person(login)
        return Person(self._contexts[login].new_page())

    def stranger(self, *, scripts: bool = True, width: int = 1366) -> Person:
        """Somebody who is not signed in."""
        context = self._new_context(scripts=scripts, width=width)
        self._contexts[f"stranger {len(self._contexts)}"] = context
        return Person(context.new_page())

    def sign_in(self, person: Person, login: str, password: str = PASSWORD) -> int:
        """Fills in the sign-in form."""
        person.open("/sign-in")
        person.fill({"login": login, "password": password})
        return person.press("登录")

    def close(self) -> None:
        """Everybody goes home."""
        for context in self._contexts.values():
            context.close()

    def _welcome(self, login: str) -> Person:
        self._contexts[login] = self._new_context()
        person = Person(self._contexts[login].new_page())
        assert self.sign_in(person, login) == 200
        return person

    def _new_context(self, *, scripts: bool = True, width: int = 1366) -> BrowserContext:
        return self._browser.new_context(
            base_url=self.site.address,
            locale="zh-CN",
            viewport={"width": width, "height": 768},
            java_script_enabled=scripts,
        )
