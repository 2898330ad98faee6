"""What a form brought: fields and files, read from both encodings of HTML forms, broken ones as far as they go."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl

from chalice.app import Request
from multipart import (  # type: ignore[import-untyped] # typed, but without its marker file
    MultipartError,
    MultipartParser,
    MultipartPart,
    ParserLimitReached,
    parse_options_header,
)

from chalicelib.desk.tickets import Upload
from chalicelib.domain.errors import DeskError, InvalidInput, InvalidSetting
from chalicelib.domain.texts import whole_number
from chalicelib.web import shown

LARGEST_BODY = 10_000_000  # the gateway's own limit
LARGEST_FILES = 4_000_000  # with what surrounds them, in Base64, they must fit into the 6 MB that Lambda takes
MOST_FILES = 5
_MOST_FIELDS = 400  # a policy has twelve targets and eight fields for each step of its ladder
_LONGEST_NAME_SHOWN = 40
_FORBIDDEN_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # control and direction marks


@dataclass
class Form:
    """`problem` is why reading stopped, None when all was read; the fields before it are there nevertheless."""

    fields: dict[str, str] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    problem: InvalidInput | None = None

    def text(self, name: str) -> str:
        """The value without blanks around it, "" when it was not sent."""
        return self.fields.get(name, "").strip()

    def line(self, name: str) -> str:
        """The value in one line, as a browser's own field would have sent it."""
        return " ".join(self.text(name).split())

    def number(self, name: str) -> int:
        """Raises InvalidInput("form_unreadable") for what is not a number: our pages send nothing else."""
        return whole_number(self.text(name))

    def check(self, known: Collection[str]) -> None:
        """Raises InvalidInput when the form could not be read to its end or has fields that its page has not."""
        if self.problem:
            raise self.problem
        unknown = sorted(name[:_LONGEST_NAME_SHOWN] for name in self.fields if name not in known)
        if unknown:
            raise InvalidInput("unknown_fields", names=", ".join(unknown))

    def check_files(self) -> None:
        """Raises InvalidInput("too_many_files" | "file_too_large")."""
        if len(self.uploads) > MOST_FILES:
            raise InvalidInput("too_many_files", field="files", limit=MOST_FILES)
        if sum(len(upload.content) for upload in self.uploads) > LARGEST_FILES:
            raise InvalidInput("file_too_large", field="files", limit=shown.file_size(LARGEST_FILES))


class Mistakes(dict[str, DeskError]):
    """What must be mended, by field; "" is the form as a whole."""

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """A refusal in this block belongs to the field; its first one is kept."""
        try:
            yield
        except (InvalidInput, InvalidSetting) as mistake:
            self.setdefault(name, mistake)


def read(request: Request) -> Form:
    """Never raises: what can't be read stands in the form's `problem`."""
    content_type, options = parse_options_header(str(request.headers.get("content-type", "") or ""))
    body = request.raw_body
    content = body.encode() if isinstance(body, str) else body
    form = Form()
    with _problems_of(form):
        if len(content) > LARGEST_BODY:
            raise InvalidInput("body_too_large")
        if content_type == "application/x-www-form-urlencoded":
            _read_pairs(form, content)
        elif content_type == "multipart/form-data":
            _read_parts(form, content, options)
        else:
            raise InvalidInput("content_type_wrong")
    return form


@contextmanager
def _problems_of(form: Form) -> Iterator[None]:
    try:
        yield
    except InvalidInput as problem:
        form.problem = problem
    except ParserLimitReached:
        form.problem = InvalidInput("body_too_large")
    except (MultipartError, ValueError):
        form.problem = InvalidInput("form_unreadable")


def _read_pairs(form: Form, content: bytes) -> None:
    pairs = parse_qsl(
        content.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS
    )
    for name, value in pairs:
        _add(form, name, value)


def _read_parts(form: Form, content: bytes, options: Mapping[str, str]) -> None:
    parts = MultipartParser(
        BytesIO(content),
        options.get("boundary", ""),
        part_limit=_MOST_FIELDS,
        spool_limit=LARGEST_BODY,
        memory_limit=LARGEST_BODY,
    )
    for part in parts:
        if part.filename is None:
            _add(form, part.name or "", part.raw.decode("utf-8", "replace"))
        elif part.filename or part.size:
            form.uploads.append(_upload(part))


def _add(form: Form, name: str, value: str) -> None:
    """A character that is not UTF-8 is shown as � and stops the form: what was meant, only the writer knows."""
    form.fields[name] = value.replace("\r\n", "\n").replace("\x00", "")
    if "\ufffd" in value and form.problem is None:
        form.problem = InvalidInput("characters_broken", field=name)


def _upload(part: MultipartPart) -> Upload:
    filename = (part.filename or "").replace("\\", "/").rpartition("/")[2]
    safe = _FORBIDDEN_IN_NAMES.sub("_", filename).strip(". ")
    return Upload(safe or "file", part.content_type, part.raw)


def first(errors: Mapping[str, DeskError]) -> DeskError | None:
    """The error that decides about the answer's status."""
    return next(iter(errors.values()), None)
