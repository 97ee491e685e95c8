"""The stories laid out before a day, and played: every act of every story in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import at_shanghai, shanghai_date
from workflow.demonstration.funding import GIVE_FUNDS_BACK, LEAVE_FUNDS, give_funds_back, leave_funds
from workflow.demonstration.script import ATTACH, CREATE, EDIT, REPLACE_ROSTER, Script
from workflow.demonstration.stage import Stage
from workflow.demonstration.stories import STORIES, Story
from workflow.errors import Broken, Refused
from workflow.services.applications import (
    create_application,
    edit_application,
    read_application,
)
from workflow.services.attachments import add_attachments
from workflow.services.case import Case
from workflow.services.door import send_event
from workflow.services.rosters import replace_roster
from workflow.services.uploads import Upload
from workflow.services.warnings import unanswered
from workflow.vocabulary import Event, State

_OFFICE_OPENS, _OFFICE_CLOSES = (8, 30), (17, 30)
_ANSWER = "已现场核实，情况属实，不影响培训质量（示例）"


@dataclass(frozen=True, slots=True)
class PlacedStory:
    """A story whose working days have become dates: it has rested for its ``quiet`` days before ``today``."""

    number: int
    story: Story
    script: Script
    calendar: ChinaWorkingDays
    today: date

    def day(self, number: int) -> date:
        """The date of a working day of the script; one that is still to come may be asked for too."""
        ago = self.story.quiet + self.script.length - number
        if ago >= 0:
            return self.calendar.nth_working_day_before(self.today, ago + 1)
        last = self.calendar.nth_working_day_before(self.today, 1)
        return self.calendar.nth_working_day_after(last, -ago)

    def moment(self, place: int) -> datetime:
        """When the step at ``place`` is taken."""
        step = self.script.steps[place]
        return at_shanghai(self.day(step.on), *divmod(step.minute, 60))


def place_stories(calendar: ChinaWorkingDays, today: date) -> list[PlacedStory]:
    """All stories, laid out before ``today``."""
    serials = count(1)
    placed = []
    for number, story in enumerate(STORIES, start=1):
        script = story.acts(Script(story.login, story.courses, number, serials))
        placed.append(PlacedStory(number, story, script, calendar, today))
    return placed


def scheduler_moments(calendar: ChinaWorkingDays, first: date, today: date) -> Iterator[datetime]:
    """When the scheduler wakes: as the office opens on working days, and at the end of the last of them."""
    last = calendar.nth_working_day_before(today, 1)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if calendar.is_working_day(day):
            yield at_shanghai(day, *_OFFICE_OPENS)
    yield at_shanghai(last, *_OFFICE_CLOSES)


@dataclass
class Player:
    """Plays the stories on a stage; knows by now which application is whose, and where each stands."""

    stage: Stage
    actors: Mapping[str, Actor]
    ids: dict[int, int] = field(default_factory=dict)
    states: dict[int, State] = field(default_factory=dict)
    # What the head of finance took from a pool for a while.
    taken: dict[int, str] = field(default_factory=dict)
    unanswered: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def play(
        self, placed: Sequence[PlacedStory], moments: Iterator[datetime], say: Callable[[str], None]
    ) -> None:
        """Takes every step at its moment, and lets the scheduler wake at ``moments``.

        Raises ``Broken`` when the product does otherwise than a story has it.
        """
        steps = sorted(
            (told.moment(place), told.number, place)
            for told in placed
            for place in range(len(told.script.steps))
        )
        wakes = next(moments, None)
        for done, (moment, number, place) in enumerate(steps):
            while wakes is not None and wakes <= moment:
                self.stage.tick(wakes)
                wakes = next(moments, None)
            if done % 150 == 0:
                say(f"正在写入办理经过：{done * 100 // len(steps)}%")
            self.stage.move(moment)
            self._take(placed[number - 1], place)
        while wakes is not None:
            self.stage.tick(wakes)
            wakes = next(moments, None)
        for told in placed:
            if self.states[told.number] is not told.story.state:
                raise Broken(
                    f"story {told.number} ends as {self.states[told.number]}, not {told.story.state}"
                )

    def _take(self, told: PlacedStory, place: int) -> None:
        step = told.script.steps[place]
        actor = self.actors[step.login] if step.login is not None else None
        what = f"story {told.number}, step {place}, {step.act} on {told.day(step.on)}"
        try:
            self._act(told, step.act, actor, step.payload(told.day))
        except Refused as refusal:
            if not step.refused:
                raise Broken(f"{what}: {refusal.message}") from refusal
        else:
            if step.refused:
                raise Broken(f"{what} was to be refused")

    def _act(self, told: PlacedStory, act: str, actor: Actor | None, payload: dict[str, Any]) -> None:
        number = told.number
        product = self.stage.earlier_product if told.story.earlier_policy else self.stage.product
        if actor is not None and act == CREATE:
            self.ids[number] = create_application(product, actor=actor, body=payload)["id"]
            self.states[number] = State.DRAFT
            return
        application_id = self.ids[number]
        if actor is not None and act == REPLACE_ROSTER:
            replace_roster(
                product, actor=actor, application_id=application_id, expected_version=None, **payload
            )
            return
        if actor is not None and act == EDIT:
            edit_application(
                product, actor=actor, application_id=application_id, body=payload, expected_version=None
            )
            return
        if actor is not None and act == ATTACH:
            self._attach(actor, application_id, payload)
            return
        if actor is not None and act == LEAVE_FUNDS:
            self.taken[number] = leave_funds(product, actor, payload)
            return
        if actor is not None and act == GIVE_FUNDS_BACK:
            give_funds_back(product, actor, payload, self.taken[number])
            return
        if actor is not None and act == Event.RESOLVE_OBJECTION:
            payload = payload | {"objection_id": self._open_objection(actor, application_id)}
        if act == Event.APPROVE and self.unanswered.get(number):
            answers = [
                {"rule": rule, "where": where, "answer": _ANSWER} for rule, where in self.unanswered[number]
            ]
            payload = payload | {"answers": answers}
        answered = send_event(
            product,
            actor=actor,
            application_id=application_id,
            event=act,
            payload=payload,
            expected_version=None,
            command_id=None,
            answer=_what_stands,
        )
        self.stage.deliver()
        self.states[number] = State(answered["state"])
        self.unanswered[number] = answered["unanswered"]

    def _attach(self, actor: Actor, application_id: int, payload: dict[str, Any]) -> None:
        upload = Upload(payload["name"], payload["content"])
        (result,) = add_attachments(
            self.stage.product,
            actor=actor,
            application_id=application_id,
            place=payload["place"],
            class_no=payload["class_no"],
            uploads=[upload],
        )["results"]
        if result["message"]:
            raise Broken(result["message"])

    def _open_objection(self, actor: Actor, application_id: int) -> int:
        application = read_application(self.stage.product, actor=actor, application_id=application_id)
        objections = application["form"]["claim"]["objections"]
        return next(int(each["id"]) for each in objections if each["outcome"] is None)


def _what_stands(case: Case) -> dict[str, Any]:
    """The state, and by rule and place the warnings that its reviewer has to answer."""
    warnings = {(warning["rule"], warning["where"]): None for warning in unanswered(case)}
    return {"state": case.state.value, "unanswered": list(warnings)}


def first_day(placed: Sequence[PlacedStory]) -> date:
    """The day on which the first application is made."""
    return shanghai_date(min(told.moment(0) for told in placed))
