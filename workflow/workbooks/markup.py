"""Inside the child: one pass of expat over an XML part, without document types and so without entities."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from workflow.workbooks.child import BROKEN
from workflow.workbooks.errors import UnreadableWorkbook

Attributes = dict[str, str]
# Told of the beginning of an element, its name and its attributes; of its end; of a text.
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def go_over(part: bytes, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Tells of every element and text of a part; elements are named without their namespace.

    Raises ``UnreadableWorkbook``.
    """
    walk = parser()
    walk.StartElementHandler = lambda name, given: start(local(name), given)
    if end is not None:
        walk.EndElementHandler = lambda name: end(local(name))
    walk.CharacterDataHandler = text
    parse(walk, part)


def parser() -> expat.XMLParserType:
    """A parser whose names are ``namespace name``."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def parse(made: expat.XMLParserType, part: bytes) -> None:
    """Lets a parser go over a whole part; raises ``UnreadableWorkbook``."""
    try:
        made.Parse(part, True)
    except expat.ExpatError as fault:
        raise UnreadableWorkbook(BROKEN) from fault


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def _refuse_doctype(*_declared: object) -> None:
    # A workbook never declares a document type; whoever does wants entities expanded or files fetched.
    raise UnreadableWorkbook("文件内容不安全（含有 DOCTYPE 声明），不能读取")
