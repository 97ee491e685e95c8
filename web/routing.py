"""How ids stand in addresses."""

from __future__ import annotations

from werkzeug.routing import BaseConverter

LARGEST_KEY = 10**18 - 1
POLICY_REFERENCE = "[a-z0-9]+(-[a-z0-9]+)*(@[0-9a-f]{12})?"
"""A policy's key, or its key and one of its stored versions."""


class KeyConverter(BaseConverter):
    """A row's id. Whatever is no number that a database can hold is no address of ours, hence 404.

    Said by the pattern alone: a converter that raises makes Werkzeug answer 405 where the address has
    several methods.
    """

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The id."""
        return int(value)


class PolicyConverter(BaseConverter):
    """A policy, or a stored version of it."""

    # Of a group in its pattern Werkzeug would take the part for the whole.
    regex = POLICY_REFERENCE.replace("(", "(?:")
