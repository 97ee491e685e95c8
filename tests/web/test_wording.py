"""How facts read on a page, and how forms of events are drawn and read back, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Undefined

from web.views.acts import acts_for, payload_of, tasks_of
from web.views.progress import FINISHED, next_of, steps_of
from web.views.rows import Attempt, place_on_page
from web.views.wording import FILTERS, capitals, deadline, hands, label, ten_thousand, waiting
from workflow.chart.moves import Situation
from workflow.chart.table import events_from, next_state
from workflow.form import PAYLOADS
from workflow.vocabulary import STATE_DEPARTMENT, Event, State


@pytest.mark.parametrize(
    ("state", "left", "kind", "unit", "words"),
    [
        ("running", 3, "hr_total", "working_day", "剩余 3 个工作日"),
        ("running", 0, "hr_total", "working_day", "今日到期"),
        ("overdue", -2, "hr_total", "working_day", "已逾期 2 个工作日"),
        ("paused", 11, "hr_total", "working_day", "暂停计时，尚余 11 个工作日"),
        ("running", 5, "finance_month", "month", "剩余 5 天"),
        ("running", 2, "public_notice", "working_day", "公示期还有 2 个工作日"),
        ("met", 4, "hr_total", "working_day", "按时完成"),
        ("missed", -4, "hr_total", "working_day", "逾期完成"),
        ("cancelled", 4, "hr_total", "working_day", "已取消"),
        (None, None, "", None, "无时限"),
    ],
)
def test_a_deadline_is_said_in_words(state: str, left: int, kind: str, unit: str, words: str) -> None:
    assert deadline(state, left, kind=kind, unit=unit).words == words


def test_dates_and_money_read_as_on_the_form() -> None:
    assert FILTERS["day"]("2026-10-19") == "2026年10月19日"
    assert FILTERS["day"]("2026-10-18T17:00:00+00:00") == "2026年10月19日"
    assert FILTERS["moment"]("2026-10-18T17:00:00+00:00") == "2026年10月19日 01:00"
    assert FILTERS["weekday"]("2026-10-19") == "周一"
    assert FILTERS["yuan"]("54000.00") == "54,000.00"
    assert ten_thousand("54000.00") == "5.4000万元"
    assert capitals("54000.01") == "人民币伍万肆仟元零壹分"
    assert [FILTERS[name](None) for name in ("day", "weekday", "moment", "yuan", "wan", "level")] == [""] * 6


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("nothing", [None, "", Undefined(name="gone")], ids=["None", "blank", "undefined"])
def test_what_is_not_there_is_shown_as_nothing(name: str, nothing: object) -> None:
    assert FILTERS[name](nothing) == ""
    assert label("kind", nothing) == ""
    assert deadline("running", nothing).words == "无时限"


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert label("source", "special_account") == "职业技能提升行动专账资金"
    assert label("source", "something_else") == "something_else"


def view_of(state: State, **more: Any) -> dict[str, Any]:
    """As much of an application as the pages' words need."""
    form = {name: {} for name in ("opening", "training", "assessment", "claim", "disbursement")}
    form["opening"] = {
        "classes": [{"class_no": number, "occupation": "车工", "level": 4} for number in (1, 2, 3)]
    }
    return {
        "state": state.value,
        "state_label": state.label,
        "state_since_on": "2026-10-19",
        "section": "claim",
        "kind": "institution",
        "subsidy": "training",
        "region": "410400",
        "policy": "pingdingshan-2022",
        "form": form,
        "allowed_events": [],
        "correction": None,
        "money": {},
        "attendance": [],
    } | more


@pytest.mark.parametrize("state", State)
def test_every_state_says_in_whose_hands_it_is(state: State) -> None:
    view = view_of(state)
    assert hands(view)
    assert isinstance(waiting(view), str)
    assert len(steps_of(view)) == 5
    assert bool(next_of(view)) is (state not in FINISHED)


def test_what_comes_next_is_what_the_chart_says() -> None:
    forward = (
        *(Event.SUBMIT, Event.APPROVE, Event.ACCEPT, Event.PUBLISH, Event.CLOSE_NOTICE),
        *(Event.FINISH_TRAINING, Event.PROPOSE_ASSESSMENT, Event.RECORD_RESULTS),
    )
    seen, situation = 0, Situation()
    for state in set(State) - {State.SUSPENDED, State.CLAIM_PUBLIC_NOTICE}:
        for event in set(forward) & set(events_from(state, situation)):
            comes = STATE_DEPARTMENT.get(next_state(state, event, situation))
            if comes is not None:
                assert comes.label in next_of(view_of(state)), (state, event)
                seen += 1
    assert seen >= 12


@pytest.fixture
def nobodys_opinions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose common opinions are offered is asked of no database here."""
    for name in ("product", "require_actor", "common_opinions"):
        monkeypatch.setattr(f"web.views.opinions.{name}", lambda *_asked, **_of: ())


def test_every_event_of_staff_and_applicants_has_a_form_for_every_field(nobodys_opinions: None) -> None:
    events = [event for event in PAYLOADS if event is not Event.FILE_OBJECTION]
    objection = {"id": 7, "receipt": "YY-1-001", "content": "有异议", "outcome": None}
    view = view_of(State.CLAIM_DRAFT, allowed_events=[event.value for event in events])
    view["form"]["claim"] = {"objections": [objection]}
    acts = acts_for(view, {"items": [], "class_counts": {}})
    assert {act.event for act in acts} == set(events)
    assert [act.event for act in acts if act.open] == [acts[0].event]
    for act in acts:
        assert all(field.label for field in act.fields)


def test_rows_of_a_claim_left_blank_are_not_sent_and_errors_find_their_way_back() -> None:
    sent: dict[str, str | list[str]] = {}
    for number in range(3):
        sent |= {f"claim.lines.{number}.class_no": str(number + 1), f"claim.lines.{number}.heads": ""}
        sent[f"claim.lines.{number}.amount"] = ""
    sent |= {"claim.lines.2.heads": "10", "claim.lines.2.amount": "12,000.00元"}
    payload, rows = payload_of(Event.SUBMIT, view_of(State.CLAIM_DRAFT), sent)
    assert payload["claim"]["lines"] == [{"class_no": 3, "heads": 10, "amount": "12000.00"}]
    assert place_on_page("payload.claim.lines.0.heads", rows) == "claim.lines.2.heads"
    assert place_on_page("claim.lines.5.heads", rows) == "claim.lines.5.heads"


def test_certificates_typed_line_by_line_become_entries_and_their_errors_stand_at_the_box() -> None:
    sent: dict[str, str | list[str]] = {
        "results.0.class_no": "1",
        "results.0.certificates": "410499197909020081 S001 2026-09-24\n\nG1234567，S002，2026-09-24"
        "\n名册12　S 003 2026-09-24\n名册13 S004",
    }
    payload, rows = payload_of(Event.RECORD_RESULTS, view_of(State.ASSESSMENT_PROPOSED), sent)
    assert [one["number"] for one in payload["results"][0]["certificates"]] == [
        *("S001", "S002", "S 003", "S004"),
    ]
    third, fourth = payload["results"][0]["certificates"][2:]
    assert third == {"row_no": 12, "number": "S 003", "issued_on": "2026-09-24"}
    assert fourth == {"row_no": 13, "number": "S004"}
    where = place_on_page("payload.results.0.certificates.1.issued_on", rows)
    assert where == "results.0.certificates"


def test_a_refused_form_keeps_what_was_typed_beside_its_messages(nobodys_opinions: None) -> None:
    view = view_of(State.CLAIM_INDUSTRY_FIRST, allowed_events=["approve", "reject"])
    attempt = Attempt(Event.REJECT, {"reason": "不符合"}, {"confirmed": "请先勾选确认"})
    acts = {act.event: act for act in acts_for(view, {"items": [], "class_counts": {}}, attempt)}
    assert acts[Event.REJECT].open
    assert not acts[Event.APPROVE].open
    assert acts[Event.REJECT].fields[0].value == "不符合"
    confirm = acts[Event.REJECT].confirm
    assert confirm is not None
    assert confirm.error == "请先勾选确认"


def test_the_worklist_names_what_moves_a_matter_on() -> None:
    assert tasks_of(view_of(State.OPENING_HR_FIRST, allowed_events=["reject", "approve"])) == ["审核"]
    assert tasks_of(view_of(State.CLAIM_CORRECTION, allowed_events=["submit", "withdraw"])) == [
        "补正后重新提交"
    ]
    assert tasks_of(view_of(State.DISBURSED, allowed_events=["recover"])) == []
