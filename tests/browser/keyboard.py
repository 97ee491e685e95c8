"""Somebody who has no mouse: goes by Tab, Enter, Space and arrows, and looks at every stop on the way."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Download, ElementHandle, Locator

from tests.browser.people import Person
from workflow.demonstration import PASSWORD

_FOCUS = Path(__file__).with_name("focus.js")
_MOST_STOPS = 400


class Keyboard:
    """The keys in the hands of a person; nothing here touches the page but keys."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.page = person.page
        self.page.add_init_script(path=_FOCUS)
        # Choosers of files are caught from now on; to begin when one is expected may be too late for the key.
        self.page.on("filechooser", lambda _: None)
        # A mark that fades in is looked at when it is there.
        self.page.emulate_media(reduced_motion="reduce")

    def open(self, path: str) -> None:
        """Goes to an address of the site, typed in."""
        self.person.open(path)

    def tour(self) -> list[str]:
        """Goes by Tab once through the page from its beginning; the first faulty stop, or what is no stop."""
        self.page.wait_for_load_state("networkidle")
        stops = self.page.evaluate_handle("[]")
        for _ in range(_MOST_STOPS):
            self.keys("Tab")
            stop = stops.evaluate("stops => { stops.push(document.activeElement); return focusIs.at(null); }")
            if stop["faults"]:
                return [f"{fault}: {stop['name']}" for fault in stop["faults"]]
            if not stop["name"]:
                return [f"no stop: {one}" for one in stops.evaluate("stops => focusIs.missed(stops)")]
        return ["no end of stops"]

    def keys(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, target: Locator) -> None:
        """Goes to something, unfolding what it is folded into; it may stand before where the focus is."""
        target = target.first
        target.wait_for(state="attached")
        while (fold := target.evaluate_handle("it => focusIs.fold(it)").as_element()) is not None:
            self._go(fold)
            self.keys("Enter")
        wanted = target.element_handle()
        assert wanted is not None
        self._go(wanted)

    def _go(self, wanted: ElementHandle) -> None:
        if wanted.evaluate("it => document.activeElement === it"):
            return
        key = "Shift+Tab" if wanted.evaluate("it => focusIs.isBefore(it)") else "Tab"
        for _ in range(_MOST_STOPS):
            self.keys(key)
            stop = wanted.evaluate("it => focusIs.at(it)")
            assert stop["faults"] == [], (self.page.url, stop)
            if stop["isThere"]:
                return
        raise AssertionError(f"{wanted} is not reached from {self.page.url}")

    def enter(self) -> int:
        """Presses Enter where the focus is and waits for the page that answers; its status."""
        with self.page.expect_navigation() as moved:
            self.keys("Enter")
        answer = moved.value
        return answer.status if answer is not None else 0

    def follow(self, words: str, *, inside: str = "body", exact: bool = True) -> int:
        """Goes to a link and opens it."""
        self.to(self.page.locator(inside).get_by_role("link", name=words, exact=exact))
        return self.enter()

    def press(self, words: str, *, inside: str = "main", exact: bool = True) -> int:
        """Goes to a button and presses it."""
        self.to(self.page.locator(inside).get_by_role("button", name=words, exact=exact, include_hidden=True))
        return self.enter()

    def download(self, words: str, *, role: str = "link") -> Download:
        """Goes to a link or button that answers with a file, and presses it."""
        self.to(self.page.locator("main").get_by_role(role, name=words))  # type: ignore[arg-type]
        with self.page.expect_download() as begun:
            self.keys("Enter")
        return begun.value

    def write(self, name: str, text: str, *, inside: str = "main") -> None:
        """Goes to a field and types over what is in it; a date as ``2026-09-01``."""
        field = self._field(name, inside)
        self.to(field)
        if field.get_attribute("type") == "date":
            self._write_date(field, text)
        else:
            self.keys("Control+A")
            self.page.keyboard.type(text)
        assert field.input_value() == text, (name, field.input_value())

    def _write_date(self, field: Locator, text: str) -> None:
        # In which order its parts stand depends on the language of the computer. A year has to be left by an
        # arrow, it would take six digits.
        year, day = text[:4], text[5:].replace("-", "")
        for first, second in ((year, day), (day, year)):
            self.keys(*["ArrowLeft"] * 3)
            self.page.keyboard.type(first)
            if first == year:
                self.keys("ArrowRight")
            self.page.keyboard.type(second)
            if field.input_value() == text:
                return

    def choose(self, name: str, words: str, *, inside: str = "main") -> None:
        """Chooses an option by the arrows, by its words or their beginning."""
        field = self._field(name, inside)
        self.to(field)
        options = field.locator("option").all_inner_texts()
        wanted = next(at for at, one in enumerate(options) if one.strip().startswith(words))
        self.keys("Home", *["ArrowDown"] * wanted)
        assert field.evaluate("it => it.selectedIndex") == wanted, (name, words)

    def pick(self, name: str, value: str, *, inside: str = "main") -> None:
        """Chooses one of several radio buttons: Tab comes to the group, the arrows go through it."""
        ring = self.page.locator(f'{inside} input[type=radio][name="{name}"]')
        checked = ring.and_(self.page.locator(":checked"))
        self.to(checked if checked.count() else ring)
        if not checked.count():
            self.keys("Space")
        for _ in range(ring.count()):
            if ring.and_(self.page.locator(f'[value="{value}"]')).is_checked():
                return
            self.keys("ArrowDown")
        raise AssertionError((name, value))

    def tick(self, target: Locator) -> None:
        """Ticks a box by Space, or takes the tick away."""
        was = target.first.is_checked()
        self.to(target)
        self.keys("Space")
        assert target.first.is_checked() is not was

    def attach(self, name: str, *files: Path, inside: str = "main") -> None:
        """Opens the chooser of a field for files by Space."""
        self.to(self._field(name, inside))
        with self.page.expect_file_chooser() as opened:
            self.keys("Space")
        opened.value.set_files(files)

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Fills in the sign-in form and presses Enter in it."""
        self.person.open("/sign-in")
        self.write("login", login)
        self.write("password", password)
        assert self.enter() == 200

    def _field(self, name: str, inside: str) -> Locator:
        return self.page.locator(f'{inside} [name="{name}"]:not([type="hidden"])').first
