"""What can be wrong with a wish: one small hierarchy, each error a code and parameters, never a text.

`web` turns a class into a status and a code into words of the reader's language; `desk` and the functions of
`app.py` let them escape, so that queues, streams and Step Functions try again.
"""


class DeskError(Exception):
    """`code` names the message in the catalogues (`error.<code>`), `params` are its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class InvalidInput(DeskError):
    """A person wrote something that must be mended; `field` says where."""

    def __init__(self, code: str, field: str = "", **params: object) -> None:
        super().__init__(code, **params)
        self.field = field


class InvalidSetting(DeskError):
    """A setting contradicts itself, such as a calendar that never opens."""


class NotFound(DeskError):
    """There is no such thing, or not for this reader."""


class NotAllowed(DeskError):
    """Who asks lacks the right."""


class NotSignedIn(DeskError):
    """A page for agents was asked for without a valid session."""


class TooMany(DeskError):
    """A limit on requests is reached; `retry_after` (seconds) is among the parameters."""


class DeskIsSilent(DeskError):
    """The desk has sent as many acknowledgements as it may for now; the ticket is to be made without one (rule 13)."""


class Conflict(DeskError):
    """The state no longer allows the change, such as a reply on a view that was overtaken (rule 21)."""


class StaleVersion(DeskError):
    """Someone saved the same item in between; load, decide and save again."""


class AlreadyDone(DeskError):
    """The same event came twice; `number` is the ticket that the first one made, where it made one."""


class NotSent(DeskError):
    """The mail service did not take a mail, for now or for good; `cause` says why in its own words."""
