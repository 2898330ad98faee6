"""The one error that people see: what is wrong, in one line, and what mends it."""


class Trouble(Exception):
    """Something a person can mend; the command ends with it, without a traceback."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.what} {self.cure}".rstrip()
