"""A form that outlived its session: what was typed goes through the sign-in page and is sent from there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

_LARGEST_BYTES = 512 * 1024
# Nobody signs in twice with one press.
_SIGN_IN = "/sign-in"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was to go, and its fields in their order; never its files, passwords or forgery token.

    ``whole`` is False where files or passwords were left out: they have to be given anew.
    """

    address: str
    fields: list[tuple[str, str]]
    whole: bool = True


def written(kept: KeptForm | None) -> str:
    """A form as a hidden field of the sign-in page; empty where none can be sent again."""
    return json.dumps([kept.address, kept.fields, kept.whole], ensure_ascii=False) if kept else ""


def form_of_request() -> KeptForm | None:
    """The form of this request where it may be sent again, else None.

    Only what one of our own pages has sent: nobody who signs in shall send the words of another site.
    """
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if request.method != "POST" or not own or request.content_length is None or request.path == _SIGN_IN:
        return None
    # Of a form with files the text is kept; other bodies are not read before they are known to be small.
    if request.mimetype != "multipart/form-data" and request.content_length > _LARGEST_BYTES:
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    fields = [(name, value) for name, value in typed if "password" not in name]
    if not fields or sum(len(value) for _, value in fields) > _LARGEST_BYTES:
        return None
    whole = len(fields) == len(typed) and not any(file.filename for file in request.files.values())
    return KeptForm(request.full_path.rstrip("?"), fields, whole)


def kept_form(text: str) -> KeptForm | None:
    """What ``written`` wrote; None for anything else."""
    try:
        address, fields, whole = json.loads(text)
        kept = KeptForm(str(address), [(str(name), str(value)) for name, value in fields], bool(whole))
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
