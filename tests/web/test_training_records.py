"""What inspectors record, make-up lessons and answered warnings, on the pages and over the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_training_records import _in_training
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import post, signed_in
from web.views.inspections import observation_fields
from workflow.form.training import OBSERVATIONS

__all__ = ["reader", "signed_in", "small_city"]
People = Callable[[str], FlaskClient]

OBSERVED: dict[str, Any] = {
    "recording_complete": True,
    "practice_minutes": 20,
    "online_faults": ["several_windows"],
    "fee_charged": False,
    "classes_merged": True,
}
LOOKED_AT = {
    "recording_complete": "true",
    "practice_minutes": "20",
    "online_seen": "faulty",
    "online_faults": ["several_windows"],
    "fee_charged": "false",
    "classes_merged": "true",
    "hours_short": "",
}


def _sent(city: City, client: FlaskClient, **typed: Any) -> Any:
    """The form of an inspection, filled in as it is needed."""
    version = city.look()["version"]
    check = {
        "class_no": "1",
        "inspected_at": "2026-09-16T14:30",
        "place": "实训楼",
        "teachers": "到岗",
        "present_count": "48",
        "version": str(version),
    }
    path = f"/applications/{city.application['id']}/events/record_inspection"
    return post(client, path, **(check | typed))


def _checked(page: str, name: str) -> list[str]:
    """The values of the boxes of this name that are ticked."""
    boxes = re.findall(rf'<input[^>]* name="{name}" value="([^"]*)"( checked)?', page)
    return [value for value, ticked in boxes if ticked]


# --- observations ------------------------------------------------------------------------------------------


def test_an_inspector_says_what_was_looked_at_and_what_was_not(small_city: City, signed_in: People) -> None:
    city = _in_training(small_city, 48).at("2026-09-16 16:00")
    client = signed_in("inspector")
    page = client.get(f"/applications/{city.application['id']}").get_data(as_text=True)
    form = page[page.index('id="event-record_inspection"') :].partition("</form>")[0]
    for name in ("recording_complete", "online_seen", "fee_charged", "classes_merged", "hours_short"):
        assert _checked(form, name) == [""], name
    assert "未检查" in form
    assert _sent(city, client).status_code == 303
    assert set(city.look()["form"]["training"]["inspections"][-1]).isdisjoint({*OBSERVED, "hours_short"})
    assert _sent(city, client, **LOOKED_AT, inspected_at="2026-09-16T15:10").status_code == 303
    entry = city.look()["form"]["training"]["inspections"][-1]
    assert {name: entry[name] for name in OBSERVED} == OBSERVED
    assert "hours_short" not in entry
    assert _sent(city, client, online_seen="fine", inspected_at="2026-09-16T15:50").status_code == 303
    assert city.look()["form"]["training"]["inspections"][-1]["online_faults"] == []
    page = client.get(f"/applications/{city.application['id']}").get_data(as_text=True)
    for words in (
        "线上学习监管：不符合（多开窗口）",
        "线上学习监管：符合",
        "不并班：不符合",
        "录像显示全部学员：符合",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"online_seen": "fine", "online_faults": ["fast_forward", "no_popup_check"]}, "又勾选了问题"),
        ({"online_seen": "faulty"}, "须勾选存在的问题"),
        ({"practice_minutes": "601"}, "不能大于600"),
        ({"practice_minutes": "很久"}, "须为整数"),
        ({"fee_charged": "perhaps"}, "须为“是”或“否”"),
        ({"online_faults": ["fast_forward", "fast_forward"]}, "中有重复"),
    ],
)
def test_observations_that_contradict_themselves_come_back_as_they_were_filled_in(
    small_city: City, signed_in: People, typed: dict[str, Any], words: str
) -> None:
    city = _in_training(small_city, 48).at("2026-09-16 16:00")
    answer = _sent(city, signed_in("inspector"), recording_complete="false", **typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "field-error" in page
    form = page[page.index('id="event-record_inspection"') :].partition("</form>")[0]
    assert 'value="实训楼"' in form
    assert _checked(form, "recording_complete") == ["false"]
    assert _checked(form, "online_seen") == [typed.get("online_seen", "")]
    assert set(_checked(form, "online_faults")) == set(typed.get("online_faults", []))
    assert len(city.look()["form"]["training"]["inspections"]) == 1


def test_every_observation_can_be_left_unseen_on_the_page() -> None:
    fields = {one.name: one for one in observation_fields({}, {}, "scope")}
    assert set(OBSERVATIONS) <= set(fields)
    for one in fields.values():
        assert one.widget in {"radio", "number", "checkboxes"}, one.name
        assert one.widget != "radio" or one.options[0] == ("", "未检查"), one.name


# --- answers to warnings -----------------------------------------------------------------------------------


def test_each_warning_has_its_box_and_what_was_typed_stays(small_city: City, signed_in: People) -> None:
    city = small_city.at("2026-08-31")
    city.apply(roster=False, planned_count=51)
    city.fill_roster(count=49)
    city.send("institution", "submit")
    path, client = f"/applications/{city.application['id']}", signed_in("industry1")
    page = client.get(path).get_data(as_text=True)
    assert "待书面答复" in page
    assert 'id="approve-answers-0-answer"' in page
    assert re.search(r'<textarea[^>]*name="answers.0.answer"[^>]* required', page)
    where = "opening.classes.0.planned_count"
    row = {"answers__0__rule": "roster", "answers__0__where": where}
    typed = {"opinion": "同意开班", "version": str(city.look()["version"]), **row}
    refused = post(client, f"{path}/events/approve", **typed, answers__0__answer="  ")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'id="approve-answers-0-answer-error"' in page
    assert ">同意开班</textarea>" in page
    # Sent by hand without the box: the rule itself is named.
    bare = {name: value for name, value in typed.items() if not name.startswith("answers")}
    refused = post(client, f"{path}/events/approve", **bare)
    assert refused.status_code == 422
    assert "须书面答复后方可通过" in refused.get_data(as_text=True)
    # What was typed stays with its warning when the opinion is missing, or the page is too old.
    for changed, status in (({"opinion": ""}, 422), ({"version": "1"}, 409)):
        refused = post(client, f"{path}/events/approve", **(typed | changed), answers__0__answer="已核实两人")
        assert refused.status_code == status
        assert ">已核实两人</textarea>" in refused.get_data(as_text=True)
    done = post(client, f"{path}/events/approve", **typed, answers__0__answer="已核实两人")
    assert done.status_code == 303
    page = client.get(path).get_data(as_text=True)
    assert "答复：已核实两人" in page
    assert "示例industry1 2026年8月31日" in page
    assert re.search(r"对“[^”]*名册[^”]*”的答复：已核实两人", page)
    history = client.get(f"{path}/history").get_data(as_text=True)
    assert "的答复：已核实两人" in history
    # The second reviewer reads it, may add to it and need not.
    second = signed_in("industry2")
    page = second.get(path).get_data(as_text=True)
    assert "补充答复" in page
    assert not re.search(r'<textarea[^>]*name="answers.0.answer"[^>]* required', page)
    typed |= {"version": str(city.look()["version"])}
    assert post(second, f"{path}/events/approve", **typed, answers__0__answer="").status_code == 303
    assert len(city.look()["form"]["opening"]["answers"]) == 1


def test_the_api_says_of_each_finding_when_it_was_made_and_how_it_was_answered(reader: Reader) -> None:
    city = _in_training(reader.city, 51, 48)
    path = f"/applications/{city.application['id']}"
    found = reader.get("auditor", path)["findings"]
    assert {one["rule"] for one in found} == {"roster", "attendance"}
    assert {(one["occasion"], one["answer"]) for one in found} == {("inspection", None)}
    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    body = {"event": "approve", "payload": {"opinion": "同意"}, "version": city.look()["version"]}
    refused = reader.call("hr1", "POST", f"{path}/events", body, key="a", status=422)
    assert {one["where"] for one in refused["findings"]} == {"training.inspections.0.present_count"}
    answers = [
        {"rule": one["rule"], "where": one["where"], "answer": "一人旁听"} for one in refused["findings"]
    ]
    wrong = body | {"payload": {"opinion": "同意", "answers": [*answers, answers[0]]}}
    refused = reader.call("hr1", "POST", f"{path}/events", wrong, key="b", status=422)
    assert [one["field"] for one in refused["errors"]] == ["payload.answers.2.rule"]
    right = body | {"payload": {"opinion": "同意", "answers": answers}}
    done = reader.call("hr1", "POST", f"{path}/events", right, key="c")
    assert done["findings"][0]["answer"]["text"] == "一人旁听"
    kept = done["form"]["training"]["answers"][0]
    assert (kept["step_label"], kept["seat_label"]) == ("人力资源社会保障部门检查意见", "审核人")
    reader.get("institution", f"{path}/history?limit=100")


# --- make-up lessons and struck observations ---------------------------------------------------------------


def test_the_applicant_asks_and_hr_consents_from_the_page(small_city: City, signed_in: People) -> None:
    city = _in_training(small_city, 48, 45).at("2026-09-15")
    path, client = f"/applications/{city.application['id']}", signed_in("institution")
    page = client.get(path).get_data(as_text=True)
    assert "1 班第 2 次检查（2026年9月11日，缺勤5人，可补5人）" in page
    assert "同意补课" not in page
    typed = {"inspection": "1-2", "made_up_on": "2026-09-15", "hours": "4", "version": city.look()["version"]}
    for wrong, field, words in (
        ({"count": "6"}, "count", "尚未申请补课的5人"),
        ({"count": ""}, "count", "未填写"),
        ({"count": "2", "row_nos": "3、七"}, "row_nos", "须为整数"),
        ({"count": "2", "row_nos": "3"}, "row_nos", "与补课人数2人不一致"),
        ({"count": "2", "row_nos": "3 3"}, "row_nos", "中有重复"),
        ({"count": "2", "inspection": ""}, "inspection", "未填写"),
        ({"count": "2", "inspection": "1-7"}, "inspection", "不存在"),
        ({"count": "2", "made_up_on": "2026-09-11"}, "made_up_on", "之后"),
    ):
        refused = post(client, f"{path}/make-ups", **(typed | wrong), remarks="实操补课")
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422, wrong
        assert re.search(rf'id="make-up-{field}-error">[^<]*{words}', page), wrong
        assert ">实操补课</textarea>" in page
        assert '<details class="fold mt-2" id="make-up" open>' in page
    asked = post(client, f"{path}/make-ups", **typed, count="2", row_nos="3、7")
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{path}#records")
    assert "有 1 件补课申请待人社部门同意" in client.get(path).get_data(as_text=True)
    stale = post(client, f"{path}/make-ups", **typed, count="2")
    assert stale.status_code == 409
    assert "重新载入最新内容" in stale.get_data(as_text=True)

    for login, offered in (("hr2", True), ("inspector", True), ("hr_head", False), ("industry1", False)):
        page = signed_in(login).get(path).get_data(as_text=True)
        assert ("同意补课" in page) is offered, login
        assert "名册序号 3、7" in page
    hr = signed_in("hr2")
    version = city.look()["version"]
    worklist = hr.get("/worklist").get_data(as_text=True)
    assert re.search(rf'href="{path}[^"]*#make-ups">1 件补课申请待同意', worklist)
    assert "1 件补课申请待同意" in hr.get(path).get_data(as_text=True)
    refused = post(hr, f"{path}/make-ups/1", act="decline", reason=" ", version=version)
    assert refused.status_code == 422
    assert 'id="make-up-1-reason-error"' in refused.get_data(as_text=True)
    assert post(hr, f"{path}/make-ups/1", act="perhaps", version=version).status_code == 404
    assert post(hr, f"{path}/make-ups/2", act="consent", version=version).status_code == 404
    assert post(hr, f"{path}/make-ups/1", act="consent", version=version).status_code == 303
    again = post(hr, f"{path}/make-ups/1", act="decline", reason="后悔了", version=city.look()["version"])
    assert again.status_code == 409
    page = client.get(path).get_data(as_text=True)
    assert "示例hr2 2026年9月15日 同意" in page
    assert "含经同意的补课" in page
    assert city.look()["average_attendance"] == 47
    for login in ("institution", "industry1", "auditor"):
        status = post(signed_in(login), f"{path}/make-ups/1", act="consent").status_code
        assert status == 403, login


def test_the_head_strikes_observations_from_the_page_and_they_stay_to_be_read(
    small_city: City, signed_in: People
) -> None:
    city = _in_training(small_city, 48, fee_charged=True, online_faults=["fast_forward"])
    path = f"/applications/{city.application['id']}"
    typed = {"class_no": "1", "inspection_no": "0", "version": city.look()["version"]}
    assert "observations/strike" not in signed_in("inspector").get(path).get_data(as_text=True)
    head = signed_in("hr_head")
    assert 'action="/applications/1/observations/strike"' in head.get(path).get_data(as_text=True)
    refused = post(head, f"{path}/observations/strike", **typed, reason="")
    assert refused.status_code == 422
    assert 'id="strike-1-0-reason-error"' in refused.get_data(as_text=True)
    assert post(head, f"{path}/observations/strike", **typed, reason="张冠李戴").status_code == 303
    page = head.get(path).get_data(as_text=True)
    assert "<s>线上学习监管：不符合（快进播放）</s>" in page
    assert "已撤销（示例hr_head 2026年9月10日）：张冠李戴" in page
    assert "observations/strike" not in page
    assert head.get(f"{path}/observations/strike").headers["Location"] == f"{path}#records"
    assert head.get(f"{path}/make-ups/1").headers["Location"] == f"{path}#records"
    typed["version"] = city.look()["version"]
    for login in ("hr1", "industry_head"):
        assert post(signed_in(login), f"{path}/observations/strike", **typed, reason="x").status_code == 403


def test_make_ups_and_strikes_answer_over_the_api_as_described(reader: Reader) -> None:
    city = _in_training(reader.city, 48, 45, fee_charged=True).at("2026-09-15")
    path = f"/applications/{city.application['id']}"
    asked = {"class_no": 1, "inspection_no": 2, "count": 2, "made_up_on": "2026-09-15", "hours": 4}
    first = reader.call("institution", "POST", f"{path}/make-ups", asked, key="one", status=201)
    assert reader.call("institution", "POST", f"{path}/make-ups", asked, key="one", status=201) == first
    other = asked | {"row_nos": [8, 9], "remarks": "理论", "version": first["version"]}
    second = reader.call("institution", "POST", f"{path}/make-ups", other, status=201)
    assert [one["id"] for one in second["form"]["training"]["make_ups"]] == [1, 2]
    stale = reader.call("institution", "POST", f"{path}/make-ups", other, status=409)
    assert stale["current_version"] == second["version"]
    for wrong, field in (
        (asked | {"count": 0}, "count"),
        (asked | {"count": 2}, "count"),
        (asked | {"hours": 0}, "hours"),
        (asked | {"inspection_no": 0}, "inspection_no"),
        (asked | {"row_nos": []}, "row_nos"),
        (asked | {"who": "我"}, "who"),
    ):
        refused = reader.call("institution", "POST", f"{path}/make-ups", wrong, status=422)
        assert [one["field"] for one in refused["errors"]] == [field]
    reader.call("hr1", "POST", f"{path}/make-ups", asked, status=403)
    reader.call("institution", "POST", f"{path}/make-ups/1/consent", {}, status=403)
    reader.call("industry1", "POST", f"{path}/make-ups/1/consent", {}, status=403)
    reader.call("hr1", "POST", f"{path}/make-ups/3/consent", {}, status=404)
    reader.call("hr1", "POST", f"{path}/make-ups/1/consent", {"reason": "好"}, status=422)
    done = reader.call("hr1", "POST", f"{path}/make-ups/1/consent", {"version": second["version"]})
    assert done["average_attendance"] == 47
    reader.call("hr1", "POST", f"{path}/make-ups/1/consent", {}, status=409)
    reader.call("hr1", "POST", f"{path}/make-ups/2/decline", {}, status=422)
    done = reader.call("inspector", "POST", f"{path}/make-ups/2/decline", {"reason": "没有签到"})
    assert done["form"]["training"]["make_ups"][1]["reason"] == "没有签到"

    strike = {"class_no": 1, "inspection_no": 0, "reason": "登记有误"}
    reader.call("hr1", "POST", f"{path}/observations/strike", strike, status=403)
    reader.call("hr_head", "POST", f"{path}/observations/strike", strike | {"inspection_no": 5}, status=422)
    done = reader.call("hr_head", "POST", f"{path}/observations/strike", strike, key="s")
    assert done["form"]["training"]["opening_inspections"][0]["observations_struck"] is True
    assert reader.call("hr_head", "POST", f"{path}/observations/strike", strike, key="s") == done
    reader.call("hr_head", "POST", f"{path}/observations/strike", strike, status=409)
    labels = [one["event_label"] for one in reader.get("auditor", f"{path}/history?limit=100")["items"]]
    assert labels[-5:] == ["申请补课", "申请补课", "同意补课", "不同意补课", "撤销检查所见"]
