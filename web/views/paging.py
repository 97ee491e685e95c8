"""Addresses of the next and the first page of a list; the filters stay in the address."""

from __future__ import annotations

from typing import Any

from flask import request, url_for


def page_addresses(page: dict[str, Any], endpoint: str = "") -> dict[str, str]:
    """``next_address`` and ``first_address`` for the page at hand; empty where there is none.

    ``endpoint`` is the list's own where the page answers a form that was sent.
    """
    arguments: dict[str, Any] = {
        name: value for name, value in request.args.items() if name != "cursor" and value
    }
    arguments |= request.view_args or {}
    endpoint = endpoint or str(request.endpoint)
    return {
        "next_address": url_for(endpoint, **arguments, cursor=page["next"]) if page.get("next") else "",
        "first_address": url_for(endpoint, **arguments) if request.args.get("cursor") else "",
    }


def cursor() -> str | None:
    """Where the page that was asked for begins."""
    return request.args.get("cursor") or None
