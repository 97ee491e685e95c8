"""我的待办 with several approvals at once, as a reviewer clicks it."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.holders import TODAY, apply_with, holder, submit
from tests.web.test_pages import People, post, signed_in

__all__ = ["signed_in", "small_city"]


@pytest.fixture
def three(small_city: City) -> list[int]:
    """Three claims of an assessment body before the first review; of the last one a warning waits."""
    city, ids = small_city.at(TODAY), []
    for serial in (1, 2, 3):
        everybody = [holder(serial)] if serial < 3 else [holder(serial), holder(1)]
        apply_with(city, "assessment_body", everybody)
        submit(city, "assessment_body", city.application["id"], 1, "240.00")
        city.send("industry1", "accept")
        ids.append(city.application["id"])
    return ids


def versions(page: str) -> dict[str, str]:
    found = re.findall(r'name="version\.(\d+)" value="(\d+)"', page)
    return {f"version.{key}": value for key, value in found}


def test_a_reviewer_approves_several_and_sees_what_became_of_each(
    small_city: City, signed_in: People, three: list[int]
) -> None:
    client = signed_in("industry1")
    page = client.get("/worklist").get_data(as_text=True)
    assert page.count('name="chosen"') == 3
    typed = {"opinion": "同意", "chosen": [str(one) for one in three], **versions(page)}
    answer = post(client, "/worklist/approve", **typed)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "已同意 <strong>2</strong> 件" in shown
    assert "<strong>1</strong> 件没有办成" in shown
    assert "答复" in shown
    assert shown.count("行业主管部门复核") >= 2
    states = []
    for one in three:
        small_city.application = {"id": one}
        states.append(small_city.state)
    assert states == ["claim_industry_second", "claim_industry_second", "claim_industry_first"]
    # Of the one that waits for an answer nobody was faster.
    assert "最近一次变动" not in shown
    late = post(signed_in("industry2"), "/worklist/approve", **typed).get_data(as_text=True)
    assert late.count("最近一次变动：示例industry1于") == 2


def test_what_was_chosen_and_typed_comes_back(signed_in: People, three: list[int]) -> None:
    client = signed_in("industry1")
    page = client.get("/worklist").get_data(as_text=True)
    answer = post(client, "/worklist/approve", opinion="", chosen=[str(three[1])], **versions(page))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "“审核意见”未填写" in shown
    assert re.findall(r'name="chosen" value="(\d+)"[^>]* checked', shown) == [str(three[1])]
    answer = post(client, "/worklist/approve", opinion="情况属实，同意", **versions(page))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请至少勾选一件申请" in shown
    assert "情况属实，同意</textarea>" in shown


def test_nobody_else_is_offered_it(signed_in: People, three: list[int]) -> None:
    assert three
    for login in ("institution", "auditor"):
        client = signed_in(login)
        assert 'name="chosen"' not in client.get("/worklist").get_data(as_text=True)
        assert post(client, "/worklist/approve", opinion="同意", chosen="1").status_code == 403


def addresses(page: str, pattern: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(pattern, page)]


def test_the_filters_are_kept_on_the_way_to_an_application_through_it_and_back(
    small_city: City, signed_in: People, three: list[int]
) -> None:
    client = signed_in("industry1")
    page = client.get("/worklist?subsidy=evaluation&text=示例").get_data(as_text=True)
    assert 'value="示例"' in page
    first = addresses(page, rf'href="(/applications/{three[0]}\?[^"]+)"')[0]
    shown = client.get(first).get_data(as_text=True)
    (back,) = addresses(shown, r'class="onward.*?href="(/worklist[^"]*)"')
    assert parse_qs(urlsplit(back).query) == {"subsidy": ["evaluation"], "text": ["示例"]}
    (onward,) = addresses(shown, r'href="([^"]+)" rel="next" data-next')
    assert urlsplit(onward).path == f"/applications/{three[1]}"

    (action,) = addresses(shown, r'action="([^"]+/events/approve[^"]*)"')
    refused = post(client, action, opinion="同意", version="0")
    assert refused.status_code == 409
    assert f'href="{html.escape(back)}"' in refused.get_data(as_text=True)
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    decided = post(client, action, opinion="同意", version=version)
    assert decided.status_code == 303
    shown = client.get(decided.headers["Location"]).get_data(as_text=True)
    assert addresses(shown, r'href="([^"]+)" rel="next" data-next') == [onward]
    # After the last one it begins anew with what was left before.
    (last,) = addresses(client.get(onward).get_data(as_text=True), r'href="([^"]+)" rel="next" data-next')
    assert urlsplit(last).path == f"/applications/{three[2]}"
    (anew,) = addresses(client.get(last).get_data(as_text=True), r'href="([^"]+)" rel="next" data-next')
    assert urlsplit(anew).path == f"/applications/{three[1]}"


def test_the_filters_are_kept_through_approving_several(signed_in: People, three: list[int]) -> None:
    client = signed_in("industry1")
    page = client.get("/worklist?urgency=soon&state=claim_industry_first").get_data(as_text=True)
    assert "没有符合条件的待办" in page
    page = client.get("/worklist?state=claim_industry_first").get_data(as_text=True)
    (action,) = addresses(page, r'action="(/worklist/approve[^"]*)"')
    answer = post(client, action, opinion="", chosen=[str(three[0])], **versions(page))
    shown = answer.get_data(as_text=True)
    assert 'value="claim_industry_first" selected' in shown
    typed = {"opinion": "同意", "chosen": [str(three[0])], **versions(page)}
    shown = post(client, action, **typed).get_data(as_text=True)
    assert "/worklist?state=claim_industry_first" in shown


def test_a_filter_that_cannot_be_read_is_named_and_shows_nothing(signed_in: People, three: list[int]) -> None:
    client = signed_in("industry1")
    answer = client.get("/worklist?state=nonsense")
    assert answer.status_code == 422
    assert "查询条件“状态”不能是“nonsense”" in answer.get_data(as_text=True)
    assert f"/applications/{three[0]}" not in answer.get_data(as_text=True)
    # An application whose address was cut off still opens.
    assert client.get(f"/applications/{three[0]}?after=xyz").status_code == 200
    assert client.get(f"/applications/{three[0]}?after=xyz&state=nonsense").status_code == 200
    found = client.get("/api/v1/worklist?state=claim_industry_first&limit=2").get_json()
    assert [item["id"] for item in found["items"]] == three[:2]
    place = found["items"][0]["place"]
    rest = client.get(f"/api/v1/worklist?cursor={place}").get_json()
    assert [item["id"] for item in rest["items"]] == three[1:]


def test_common_opinions_stand_for_one_that_is_not_typed(
    small_city: City, signed_in: People, three: list[int]
) -> None:
    first, second = signed_in("industry1"), signed_in("industry2")
    page = first.get("/worklist").get_data(as_text=True)
    assert '<option value="符合要求，同意。">' in page
    chosen = {"chosen": [str(three[0])], "opinion": " ", "common_opinion": "符合要求，同意。"}
    assert "已同意 <strong>1</strong> 件" in post(
        first, "/worklist/approve", **chosen, **versions(page)
    ).get_data(as_text=True)
    path = f"/applications/{three[1]}"
    version = re.findall(r'name="version" value="(\d+)"', first.get(path).get_data(as_text=True))[0]
    typed = {"opinion": "证书逐张核对过", "common_opinion": "符合要求，同意。", "version": version}
    assert post(first, f"{path}/events/approve", **typed).status_code == 303
    # What was typed goes before what was chosen, and is offered from now on; not to others.
    small_city.application = {"id": three[1]}
    reviews = small_city.look()["form"]["claim"]["reviews"]
    assert [review["opinion"] for review in reviews] == ["证书逐张核对过"]
    shown = second.get(path).get_data(as_text=True)
    assert '<option value="证书逐张核对过">' not in shown
    # The first reviewer's opinion stands above the second one's form.
    acts = shown[shown.index('id="act"') :]
    assert acts.index("证书逐张核对过") < acts.index('id="event-approve"')
    reason = "第 3 张证书请再核对"
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    sent_back = {"reason": reason, "version": version}
    assert post(second, f"{path}/events/return_to_first", **sent_back).status_code == 303
    shown = first.get(path).get_data(as_text=True)
    acts = shown[shown.index('id="act"') :]
    assert acts.index(reason) < acts.index('id="event-approve"')
    assert '<option value="证书逐张核对过">' in acts
