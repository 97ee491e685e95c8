"""Scans and photographs over the API and on the page: what is sent and answered, and under which headers."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.files import JPEG, PDF, PNG
from tests.web.conftest import Caller, sign_in
from web.access import FILE_BYTES
from workflow.attachments.limits import MEGABYTE

Draft = Callable[[], tuple[Caller, int]]
RAW = "application/octet-stream"


def add(person: Caller, number: int, content: bytes, *, place: str = "applicant_seal", **more: Any) -> Any:
    query = {"place": place, "name": "盖章页.pdf"} | more.pop("query", {})
    options = {"data": content, "content_type": RAW} | more
    return person.call("POST", f"/applications/{number}/attachments", query_string=query, **options)


def test_a_file_is_added_listed_read_and_removed(draft: Draft) -> None:
    person, number = draft()
    before = person.get(f"/applications/{number}").get_json()["version"]
    answer = add(person, number, PDF, query={"version": before})
    assert answer.status_code == 201, answer.get_json()
    made = answer.get_json()
    assert made["version"] == before + 1
    attachment = made["attachment"]
    assert (attachment["name"], attachment["kind"], attachment["byte_count"]) == (
        "盖章页.pdf",
        "pdf",
        len(PDF),
    )
    listed = person.get(f"/applications/{number}/attachments").get_json()
    assert listed == {"items": [attachment], "next": None}
    places = person.get(f"/applications/{number}/attachment-places").get_json()["items"]
    assert {each["place"] for each in places if each["may_add"]} == {"applicant_seal", "opening_materials"}
    read = person.get(f"/applications/{number}/attachments/{attachment['id']}")
    assert read.data == PDF
    gone = person.call(
        "DELETE",
        f"/applications/{number}/attachments/{attachment['id']}",
        query_string={"version": before + 1},
    )
    assert gone.status_code == 200
    assert gone.get_json()["attachment"]["removed_at"]
    assert person.get(f"/applications/{number}/attachments/{attachment['id']}").status_code == 404
    assert person.get(f"/applications/{number}/attachments").get_json()["items"] == []


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")]
)
def test_a_file_is_served_as_what_it_is_and_for_its_reader_alone(
    draft: Draft, content: bytes, kind: str
) -> None:
    person, number = draft()
    # Whatever it is called, and whatever it is said to be.
    made = add(
        person, number, content, content_type="application/pdf", query={"name": "页面.html"}
    ).get_json()
    read = person.get(f"/applications/{number}/attachments/{made['attachment']['id']}")
    assert read.content_type == kind
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.headers["Cache-Control"] == "private, no-store"
    policy = read.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert ("sandbox" in policy) == (kind != "application/pdf")
    assert "script-src" not in policy
    said = read.headers["Content-Disposition"]
    assert said.startswith("inline; filename*=UTF-8''%E9%A1%B5%E9%9D%A2.html.")
    assert "\n" not in said


def test_what_cannot_be_taken_is_said_by_the_field(draft: Draft) -> None:
    person, number = draft()
    for content, said in ((b"MZ", "不是 PDF、JPEG 或者 PNG"), (b"", "空文件"), (PDF[:-9], "不完整")):
        answer = add(person, number, content)
        assert answer.status_code == 422
        (error,) = answer.get_json()["errors"]
        assert error["field"] == "file"
        assert said in error["message"]
    large = add(person, number, PDF + b" " * (11 * MEGABYTE))
    assert large.status_code == 422
    assert "每个文件不超过 10 MB" in large.get_json()["detail"]
    assert add(person, number, b"x" * (FILE_BYTES + 1)).status_code == 413
    assert add(person, number, PDF, content_type="text/plain").status_code == 415
    assert add(person, number, PDF, place="nowhere").status_code == 422
    assert add(person, number, PDF, place="commitment").status_code == 409
    assert add(person, number, PDF, place="payment_voucher").status_code == 403
    assert add(person, number, PDF, query={"version": 0}).status_code == 409
    assert person.get(f"/applications/{number}/attachments").get_json()["items"] == []


def test_a_multipart_file_is_taken_and_stays_in_memory(draft: Draft, app: Flask) -> None:
    person, number = draft()
    content = PDF.replace(b"startxref", b"%" + b"x" * MEGABYTE + b"\nstartxref")
    # Written by hand: the test's client would put so much on the disk itself.
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = {
        "data": head + content + b"\r\n--edge--\r\n",
        "content_type": "multipart/form-data; boundary=edge",
    }
    answer = add(person, number, b"", **body)
    assert answer.status_code == 201, answer.get_json()
    with app.test_request_context(method="POST", **body) as context:
        context.request.max_content_length = FILE_BYTES
        stream = context.request.files["file"].stream
    # Werkzeug's own choice for so large a file would be one on the disk.
    assert isinstance(stream, io.BytesIO)


def test_the_public_and_others_get_nothing(draft: Draft, caller: Callable[[str], Caller], app: Flask) -> None:
    person, number = draft()
    made = add(person, number, PDF).get_json()["attachment"]["id"]
    address = f"/applications/{number}/attachments/{made}"
    assert app.test_client().get(f"/api/v1{address}").status_code == 401
    assert app.test_client().get(address).status_code == 303
    # A draft is the applicant's own business.
    assert caller("industry1").get(address).status_code == 403
    assert caller("auditor").get(address).data == PDF


def test_the_page_takes_several_files_and_says_what_became_of_each(draft: Draft, app: Flask) -> None:
    _, number = draft()
    client = app.test_client()
    token = sign_in(client, "institution")
    address = f"/applications/{number}/attachments"

    def send(*files: tuple[bytes, str], place: str = "applicant_seal", **more: str) -> Any:
        data = {
            "csrf_token": token,
            "place": place,
            "file": [(io.BytesIO(each), name) for each, name in files],
        }
        return client.post(address, data=data | more, content_type="multipart/form-data")

    good = send((PDF, "一.pdf"), (JPEG, "二.jpg"))
    assert good.status_code == 303
    assert good.headers["Location"].endswith("#attachments")
    page = client.get(f"/applications/{number}").get_data(as_text=True)
    assert "已上传 2 个文件：一.pdf、二.jpg" in page
    mixed = send((PNG, "三.png"), (b"", "四.pdf"), (b"<html>", "<script>.pdf"))
    assert mixed.status_code == 422
    text = mixed.get_data(as_text=True)
    assert "已上传：三.png" in text
    assert "“四.pdf”是空文件（0 字节）" in text
    assert "“&lt;script&gt;.pdf”不是 PDF" in text
    assert 'href="#file-applicant_seal"' in text
    assert send().status_code == 422
    assert send((PDF, "一.pdf"), place="commitment").status_code == 409
    assert send((PDF, "一.pdf"), place="nowhere").status_code == 404
    assert client.get(address).headers["Location"].endswith(f"/applications/{number}#attachments")
    saved = client.get(f"{address}/1?save=1")
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert client.post(f"{address}/1/remove").status_code == 403
    removed = client.post(f"{address}/1/remove", data={"csrf_token": token})
    assert removed.status_code == 303
    assert client.post(f"{address}/1/remove", data={"csrf_token": token}).status_code == 404
