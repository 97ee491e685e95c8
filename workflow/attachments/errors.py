"""The one error of this room."""

from __future__ import annotations


class Unacceptable(Exception):
    """The file cannot be taken; the message is a sentence in Chinese that goes on after the file's name."""
