"""What the calendar refuses, in Chinese, ready to be shown."""


class CalendarRangeError(ValueError):
    """A date or year lies outside what the calendar can count; the message names the limit."""


class NoticeError(ValueError):
    """A holiday notice does not add up and nothing of it was taken.

    `line_number` counts from 1 (0: the text as a whole); `line` is the text of that line.
    """

    def __init__(self, problem: str, line_number: int = 0, line: str = "") -> None:
        self.problem = problem
        self.line_number = line_number
        self.line = line
        super().__init__(f"第{line_number}行：{problem}：“{line}”" if line_number else problem)
