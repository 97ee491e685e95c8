"""我的待办 with several approvals at once, as a reviewer clicks it."""

from __future__ import annotations

import re

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
