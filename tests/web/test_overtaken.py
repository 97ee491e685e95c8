"""Forms that are sent after somebody else was faster: who, when, and nothing that was written is lost."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.web.test_pages import People, post, signed_in

__all__ = ["signed_in", "small_city"]


def refused(client: FlaskClient, path: str, **typed: str) -> str:
    """The page that answers a form which comes too late."""
    answer = post(client, path, **typed)
    assert answer.status_code in {409, 422}
    return answer.get_data(as_text=True)


def test_an_opinion_on_what_is_decided_stays_to_be_copied(small_city: City, signed_in: People) -> None:
    small_city.to_opening_review()
    path, slower = f"/applications/{small_city.application['id']}", signed_in("industry2")
    stale = str(small_city.application["version"])
    small_city.at("2026-09-01")
    small_city.send("industry1", "reject", reason="不符合条件")
    late = refused(slower, f"{path}/events/approve", version=stale, opinion="写了很久的意见")
    assert "示例industry1于 2026年9月1日" in late
    assert "不能再办理“审核通过”" in late
    assert "没有提交" in late
    assert "写了很久的意见" in late
    unticked = refused(slower, f"{path}/events/reject", version=stale, reason="写了很久的理由")
    assert "写了很久的理由" in unticked
    assert "请先勾选" not in unticked
    asked = refused(slower, f"{path}/delegate", to_id="1", question="请核实<场地>")
    assert "示例industry1于 2026年9月1日" in asked
    assert "请核实&lt;场地&gt;" in asked


def test_an_opinion_goes_back_into_its_form_where_there_still_is_one(
    small_city: City, signed_in: People
) -> None:
    small_city.to_opening_review()
    path, stale = f"/applications/{small_city.application['id']}", str(small_city.application["version"])
    small_city.send("industry1", "approve", opinion="同意")
    late = refused(signed_in("industry2"), f"{path}/events/approve", version=stale, opinion="写了很久的意见")
    assert "示例industry1于" in late
    assert late.count("写了很久的意见") == 1
    assert "没有提交" not in late


def test_a_form_whose_application_was_submitted_meanwhile_keeps_what_was_typed(
    small_city: City, signed_in: People
) -> None:
    small_city.to_opening_review()
    path = f"/applications/{small_city.application['id']}/edit"
    late = refused(
        signed_in("institution"),
        path,
        **{"version": "1", "applicant.bank_name": "刚改的银行", "opening.classes.0.place": "刚改的地点"},
    )
    assert "办理“提交”" in late
    assert 'value="刚改的银行"' in late
    assert 'value="刚改的地点"' in late


def test_a_form_that_is_returned_speaks_of_no_earlier_application(
    small_city: City, signed_in: People
) -> None:
    small_city.to_opening_review()
    asked = signed_in("industry1").get(f"/applications/{small_city.application['id']}")
    # There is no claim yet that could be mended.
    assert re.findall(r'name="sections" value="(\w+)"', asked.get_data(as_text=True)) == [
        "applicant",
        "opening",
    ]
    small_city.send(
        "industry1",
        "return_for_correction",
        reason="请写明地点",
        code="incomplete",
        sections=["opening"],
    )
    page = signed_in("institution").get(f"/applications/{small_city.application['id']}/edit")
    words = page.get_data(as_text=True)
    assert "请写明地点" in words
    assert 'name="opening.classes.0.place"' in words
    assert 'name="applicant.name"' not in words
    assert "沿用" not in words


def test_going_back_to_a_form_that_was_sent_and_changing_it_does_nothing_twice(
    small_city: City, signed_in: People
) -> None:
    small_city.to_opening_review()
    client, path = signed_in("industry1"), f"/applications/{small_city.application['id']}"
    form = {"version": str(small_city.application["version"]), "command_id": "a" * 32, "reason": "材料不全"}
    form |= {"sections": "opening", "code": "incomplete"}
    assert post(client, f"{path}/events/return_for_correction", **form).status_code == 303
    before = small_city.look()["version"]
    late = refused(client, f"{path}/events/return_for_correction", **form | {"reason": "改过的理由"})
    assert "办理“退回补正”" in late
    assert "改过的理由" in late
    assert small_city.look()["version"] == before
