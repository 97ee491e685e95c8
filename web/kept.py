"""A form that outlived its session: what was typed goes through the sign-in page and is sent from there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

_LARGEST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was to go, and its fields in their order; never its files, passwords or forgery token."""

    address: str
    fields: list[tuple[str, str]]


def keep_form() -> str:
    """The form of this request as a hidden field of the sign-in page; empty where none can be sent again."""
    kept = form_of_request()
    return json.dumps([kept.address, kept.fields], ensure_ascii=False) if kept else ""


def form_of_request() -> KeptForm | None:
    """The form of this request where it may be sent again, else None.

    Only what one of our own pages has sent: nobody who signs in shall send the words of another site.
    """
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    # What is uploaded has to be chosen anew.
    small = (
        request.mimetype == "application/x-www-form-urlencoded"
        and (request.content_length or _LARGEST_BYTES + 1) <= _LARGEST_BYTES
    )
    if request.method != "POST" or not own or not small or any("password" in name for name in request.form):
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return KeptForm(request.full_path.rstrip("?"), fields)


def kept_form(text: str) -> KeptForm | None:
    """What ``keep_form`` wrote; None for anything else."""
    try:
        address, fields = json.loads(text)
        kept = KeptForm(str(address), [(str(name), str(value)) for name, value in fields])
    except (ValueError, TypeError, RecursionError):
        return None
    return kept if local_path(kept.address) else None


def page_before() -> str:
    """The page of ours that sent this request, as a path; empty where the browser does not say."""
    sender = request.referrer or ""
    return local_path(sender.removeprefix(request.host_url.rstrip("/")))


def local_path(target: str) -> str:
    """``target`` where it is a path on this site, otherwise nothing: signing in leads nowhere else."""
    # Browsers read a backslash as a slash and drop control characters: "/\\evil", "/\\t/evil" leave the site.
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target
