"""The list of certificates on the page of the inspector, and certificates by roster row over the API."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from tests.journeys.city import City
from tests.journeys.conftest import small_city
from tests.journeys.test_results_sheet import PEOPLE, RESULT, by_row, sheet, to_assessment
from tests.web.conftest import forgery_token
from tests.web.test_answers import Reader, reader
from tests.web.test_pages import post, signed_in
from web.api.intake import XLSX

__all__ = ["reader", "signed_in", "small_city"]
People = Callable[[str], FlaskClient]
PASSED = {row_no: {"number": f"S {row_no}", "issued_on": "2026-09-24"} for row_no in range(1, 46)}


def _send(city: City, client: FlaskClient, content: bytes, act: str = "fill") -> Any:
    return client.post(
        f"/applications/{city.application['id']}/results-sheet",
        data={
            "csrf_token": forgery_token(client),
            "act": act,
            **({"file": (io.BytesIO(content), "名单.xlsx")} if content else {}),
        },
    )


def _form(page: str) -> dict[str, str]:
    """What the browser would send of the form of the results."""
    form = page[page.index('id="event-record_results"') :].partition("</form>")[0]
    inputs = dict(re.findall(r'<input[^>]*? name="([^"]*)"[^>]*? value="([^"]*)"', form))
    chosen = re.findall(r'<select[^>]*? name="([^"]*)".*?</select>', form, re.DOTALL)
    for name in chosen:
        part = form[form.index(f'name="{name}"') :].partition("</select>")[0]
        found = re.search(r'value="([^"]*)" selected', part)
        inputs[name] = found[1] if found else ""
    inputs |= dict(re.findall(r'<textarea[^>]*? name="([^"]*)"[^>]*>([^<]*)</textarea>', form))
    return inputs


def test_the_list_fills_the_form_which_is_then_sent(small_city: City, signed_in: People) -> None:
    city = to_assessment(small_city)
    client, path = signed_in("inspector"), f"/applications/{city.application['id']}"
    assert f'href="{path}/results-sheet"' in client.get(path).get_data(as_text=True)
    page = client.get(f"{path}/results-sheet").get_data(as_text=True)
    assert f'href="{path}/results-sheet.xlsx"' in page
    given = client.get(f"{path}/results-sheet.xlsx")
    assert given.content_type == XLSX
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(given.data))["取证名单"] for cell in row]
    assert PEOPLE[0]["name"] in cells
    assert not {person["id_number"] for person in PEOPLE} & {str(cell) for cell in cells}
    answer = _send(city, client, sheet(city, PASSED, without=(48, 49, 50)))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "尚未登记" in page
    assert not any(person["id_number"] in page for person in PEOPLE)
    assert len(answer.data) < 200_000
    filled = _form(page)
    assert filled["results.0.examined_count"] == "47"
    assert filled["results.0.certified_count"] == "45"
    assert filled["results.0.certificates"].splitlines()[-1] == "名册45 S45 2026-09-24"
    assert city.look()["state"] == "assessment_proposed"
    sent = post(client, f"{path}/events/record_results", **filled)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    (result,) = city.look()["form"]["assessment"]["results"]
    assert (result["examined_count"], result["certified_count"]) == (47, 45)
    assert result["certificates"][44]["number"] == "S45"


def test_a_wrong_list_is_told_row_by_row_and_given_back_marked(small_city: City, signed_in: People) -> None:
    city = to_assessment(small_city)
    client = signed_in("inspector")
    wrong = sheet(city, {2: {"number": "S2"}, 3: {"name": "别人"}})
    answer = _send(city, client, wrong)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "取证名单有2处错误，没有填入" in page
    assert re.search(r"第 3 行</th><td>[^<]*发证日期", page)
    assert re.search(r"第 4 行</th><td>[^<]*不一致", page)
    marked = _send(city, client, wrong, act="mark")
    assert marked.content_type == XLSX
    reasons = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(marked.data))["取证名单"]["J"]]
    assert "发证日期" in str(reasons[2])
    # A list in which nothing is wrong is not marked but read.
    assert "尚未登记" in _send(city, client, sheet(city, {}), act="mark").get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "请选择填好的取证名单"), (b"PK\x03\x04 broken", "整个文件"), (b"1,2,3", "整个文件")],
)
def test_what_is_no_list_is_refused_in_one_sentence(
    small_city: City, signed_in: People, content: bytes, words: str
) -> None:
    city = to_assessment(small_city)
    answer = _send(city, signed_in("inspector"), content)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_counts_left_out_follow_from_the_typed_list_and_faults_stand_at_it(
    small_city: City, signed_in: People
) -> None:
    city = to_assessment(small_city)
    client, path = signed_in("inspector"), f"/applications/{city.application['id']}"
    filled = _form(client.get(path).get_data(as_text=True))
    filled |= {
        "results.0.examined_count": "47",
        "results.0.certificates": "名册3 S3 2026-09-24\n名册99 S4 2026-09-24",
    }
    refused = post(client, f"{path}/events/record_results", **filled)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert re.search(r'results-0-certificates-error">[^<]*99名册中没有', page)
    filled["results.0.certificates"] = "名册3 S3 2026-09-24"
    assert post(client, f"{path}/events/record_results", **filled).status_code == 303
    assert city.look()["form"]["assessment"]["results"][0]["certified_count"] == 1


def test_a_page_of_many_hundred_certificates_stays_light(small_city: City, signed_in: People) -> None:
    city = to_assessment(small_city)
    client, path = signed_in("inspector"), f"/applications/{city.application['id']}"
    filled = _form(client.get(path).get_data(as_text=True))
    lines = [f"名册{row_no} S410400-2026-{row_no:09d} 2026-09-31" for row_no in range(1, 2_001)]
    filled["results.0.certificates"] = "\n".join(lines)
    refused = post(client, f"{path}/events/record_results", **filled)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert len(refused.data) < 200_000
    assert _form(page)["results.0.certificates"].splitlines() == lines
    assert "另有 170 处" in page
    assert f'href="{path}/roster"' in page


def test_only_the_inspector_opens_the_list_and_only_now(small_city: City, signed_in: People) -> None:
    city = to_assessment(small_city)
    path = f"/applications/{city.application['id']}/results-sheet"
    for login in ("institution", "hr1"):
        assert signed_in(login).get(path).status_code == 403
    city.send("inspector", "record_results", results=[RESULT | {"certified_count": 45}])
    client = signed_in("inspector")
    assert client.get(path).status_code == 409
    assert client.get(f"{path}.xlsx").status_code == 409


def test_certificates_by_roster_row_go_over_the_api_as_described(reader: Reader) -> None:
    city = to_assessment(reader.city)
    path, version = f"/applications/{city.application['id']}", city.look()["version"]

    def body(*certificates: dict[str, Any]) -> dict[str, Any]:
        payload = {"results": [RESULT | {"certificates": list(certificates)}]}
        return {"event": "record_results", "payload": payload, "version": version}

    both = by_row(1) | {"id_number": PEOPLE[0]["id_number"]}
    refused = reader.call("inspector", "POST", f"{path}/events", body(both), "k1", status=422)
    assert [error["field"] for error in refused["errors"]] == ["payload.results.0.certificates.0.row_no"]
    done = reader.call("inspector", "POST", f"{path}/events", body(by_row(1), by_row(2)), "k2")
    assert done["form"]["assessment"]["results"][0]["certified_count"] == 2
