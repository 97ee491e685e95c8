"""What the calendar refuses, in Chinese, ready to be shown."""

LONGEST_SHOWN = 80


class CalendarRangeError(ValueError):
    """A date or year lies outside what the calendar can count; the message names the limit."""


class NoticeError(ValueError):
    """A holiday notice does not add up and nothing of it was taken.

    `line_number` counts from 1 (0: the text as a whole); `line` is the text of that line. `place` is that of
    the text among those that were applied together, counted from 0.
    """

    place = 0

    def __init__(self, problem: str, line_number: int = 0, line: str = "") -> None:
        self.problem = problem
        self.line_number = line_number
        self.line = line
        # A page pasted as one line would drown the sentence.
        shown = line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"
        super().__init__(f"第{line_number}行：{problem}：“{shown}”" if line_number else problem)
