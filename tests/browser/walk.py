"""A walk of one person through all the links that their pages offer, without a browser."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from workflow.demonstration import PASSWORD

START = ("/", "/worklist")
MOST_OF_ONE = 3
"""So many pages of one endpoint are looked at; of applications one in each state."""
_LINK = re.compile(r'<a\b[^>]*\shref="([^"]+)"')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_STATE = re.compile(r'class="[^"]*tag-state[^"]*">([^<]+)<')
_SHOWN = "applications.show"
# Where one came from makes no other page.
_CHANGING = re.compile(r"[?&](cursor|back|after)=")


@dataclass(frozen=True)
class Page:
    """One page of the walk: where it is, what serves it, which page led there, and what it answered."""

    path: str
    endpoint: str
    linked_from: str
    status: int
    is_html: bool
    text: str


def walk(app: Flask, login: str | None) -> list[Page]:
    """All pages that somebody comes to by following links; ``login`` None is not signed in.

    Of every endpoint at most ``MOST_OF_ONE`` pages, of applications one for each state and kind of page.
    """
    client = app.test_client()
    if login is not None:
        sign_in(client, login)
    waiting = deque((path, "") for path in (START if login else START[:1]))
    queued, visits, states = {path for path, _ in waiting}, Counter[str](), Counter[str]()
    pages = []
    while waiting:
        path, linked_from = waiting.popleft()
        endpoint = endpoint_of(app, path)
        if endpoint is None or (visits[endpoint] >= MOST_OF_ONE and endpoint != _SHOWN):
            continue
        answer = client.get(path)
        is_html = answer.mimetype == "text/html"
        page = Page(path, endpoint, linked_from, answer.status_code, is_html, answer.text if is_html else "")
        visits[endpoint] += 1
        if endpoint == _SHOWN and page.is_html:
            said = _STATE.search(page.text)
            states[said[1] if said else ""] += 1
            if said and states[said[1]] > 1:
                continue
        pages.append(page)
        if answer.status_code in {301, 302, 303}:
            page_links = [answer.headers["Location"]]
        else:
            page_links = [unescape(link) for link in _LINK.findall(page.text)]
        for link in page_links:
            target = _within(path, link)
            if target is not None and target not in queued:
                queued.add(target)
                waiting.append((target, path))
    return pages


def sign_in(client: FlaskClient, login: str) -> None:
    """Signs this account of the demonstration in."""
    token = _TOKEN.search(client.get("/sign-in").text)
    assert token, "the sign-in form has no token"
    fields = {"login": login, "password": PASSWORD, "csrf_token": unescape(token[1])}
    assert client.post("/sign-in", data=fields).status_code == 303, login


def endpoint_of(app: Flask, path: str) -> str | None:
    """What serves this address; None where nothing does."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except RequestRedirect:
        return None
    except HTTPException:
        return "nowhere"
    return str(endpoint)


def _within(path: str, link: str) -> str | None:
    """The address of a link as a path of this site; None for other sites and for pages of long lists."""
    parts = urlsplit(urldefrag(urljoin(f"http://localhost{path}", link))[0])
    if parts.scheme != "http" or parts.netloc != "localhost" or parts.path.startswith("/static/"):
        return None
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return None if _CHANGING.search(target) else target
