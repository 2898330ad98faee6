"""A mail that somebody passed on: who wrote the original, what it said, and what the forwarder says to it (rule 11)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime

from chalicelib.mail import attributions, copied_header, line_kinds, quotes
from chalicelib.mail import html as html_reader
from chalicelib.mail import quote_marks as marks
from chalicelib.mail.copied_header import CopiedHeader
from chalicelib.mail.line_kinds import INTRODUCTIONS, Kind
from chalicelib.mail.message import Address, InboundMail
from chalicelib.mail.read import read

_MAIL = "message/rfc822"
_LARGEST_ATTACHED = 10_000_000
_MARK = "---------- Forwarded message ----------"


@dataclass(frozen=True)
class Forwarded:
    """The original as the forwarding program copied it: `from_` is its author, `date_text` its date in the words that
    stand there, "" where none do. `comment` is what the forwarder wrote above it, without signature."""

    from_: Address
    date_text: str
    subject: str
    to: tuple[Address, ...]
    text: str
    comment: str

    @property
    def written(self) -> str:
        """As programs copy a mail into the text of another: `forwarded` reads it back. After one empty line alone a
        text that begins like a field would be one."""
        fields = {
            "From": _written(self.from_),
            "Date": self.date_text,
            "Subject": self.subject,
            "To": ", ".join(map(_written, self.to)),
        }
        header = (f"{name}: {' '.join(value.split())}" for name, value in fields.items() if value)
        block = "\n".join((_MARK, *header, "", "", self.text))
        return f"{self.comment}\n\n{block}".strip("\n")


def forwarded(subject: str, text: str, html: str = "") -> Forwarded | None:
    """The original in a forwarded mail (rule 11); None where the mail is no forward, or names no address of its author.

    A mark such as "Forwarded message" above the original tells it, and a copied header alone where the subject begins
    with a prefix such as "Fwd:"; below "Re:" the same header belongs to a quotation. What comes first in the mail
    counts: an answer to a forwarded mail is an answer. `html` is read where `text` does not suffice.
    """
    found = _in_text(subject, text)
    return found or (_in_text(subject, html_reader.to_text(html)) if html else None)


def attached(mail: InboundMail) -> Forwarded | None:
    """The original where it is attached as it came, as Outlook and Apple Mail offer; None where no mail is, several are
    or a huge one, or where it names no author."""
    mails = [attachment.content for attachment in mail.attachments if attachment.content_type == _MAIL]
    original = read(mails[0]) if len(mails) == 1 and len(mails[0]) <= _LARGEST_ATTACHED else None
    if original is None or original.sender is None:
        return None
    return Forwarded(
        from_=original.sender,
        date_text=format_datetime(original.date) if original.date else "",
        subject=original.subject,
        to=original.to,
        text=original.text if original.text.strip() else original.subject,
        comment=mail.reply_text,
    )


def is_forward(mail: InboundMail, thread_subject: str = "") -> bool:
    """Whether somebody passes on what others wrote, be its author named or not; in doubt it is.

    The mark in the text tells it, the prefix of the subject, and a whole mail that is attached unless to an answer with
    words of one's own. A prefix that belongs to the subject of the thread itself tells nothing.
    """
    subject = mail.subject.strip().removesuffix(thread_subject.strip())
    has_prefix = marks.FORWARD_PREFIX.match(subject) and not marks.FINNISH_ANSWER.match(subject)
    has_mail = any(attachment.content_type == _MAIL for attachment in mail.attachments)
    is_answer = mail.in_reply_to and marks.ANSWER_PREFIX.match(mail.subject) and mail.reply_text.strip()
    is_marked = _has_mark(subject, mail.text) or forwarded(subject, mail.text, mail.html) is not None
    return bool(has_prefix) or (has_mail and not is_answer) or is_marked


def without_prefix(subject: str) -> str:
    """The subject that the forwarded mail had; as it is where nothing else would be left."""
    bare = marks.FORWARD_PREFIX.sub("", subject).strip()
    return without_prefix(bare) if bare and bare != subject else subject


def _written(address: Address) -> str:
    return f"{address.name} <{address.email}>" if address.name else address.email


def _in_text(subject: str, text: str) -> Forwarded | None:
    lines = text.translate(marks.INVISIBLE).split("\n", line_kinds.MOST_LINES)
    kinds = line_kinds.of(lines)
    opening = next((index for index, kind in enumerate(kinds) if kind in INTRODUCTIONS), None)
    if opening is None or not _is_forward(subject, lines[opening]):
        return None
    block = _unquoted(lines[opening:])
    header = _header(block, kinds[opening])
    author = next(iter(header.addresses("from")), None) if header else None
    if not (header and author):
        return None
    return Forwarded(
        from_=author,
        date_text=header.fields.get("date", ""),
        subject=header.fields.get("subject") or marks.FORWARD_PREFIX.sub("", subject).strip(),
        to=header.addresses("to"),
        text="\n".join(block[header.length :]).strip("\n"),
        comment=_comment(lines[:opening], kinds[:opening]),
    )


def _has_mark(subject: str, text: str) -> bool:
    lines = text.translate(marks.INVISIBLE).split("\n", line_kinds.MOST_LINES)
    opening = next((line for line, kind in zip(lines, line_kinds.of(lines), strict=True) if kind in INTRODUCTIONS), "")
    return bool(opening) and _is_forward(subject, opening)


def _is_forward(subject: str, introduction: str) -> bool:
    """By the mark, or by the prefix of the subject; of these "VS:" is an answer where the program speaks Finnish, or
    has copied no header."""
    is_finnish = marks.FINNISH_FIELD.match(introduction) or not copied_header.field(introduction)
    is_answer = marks.FINNISH_ANSWER.match(subject) and is_finnish
    return bool(marks.FORWARD.match(introduction) or (marks.FORWARD_PREFIX.match(subject) and not is_answer))


def _unquoted(block: Sequence[str]) -> list[str]:
    """Without one level of quotation, where the original is quoted as a whole."""
    below_mark = [line for line in block[1:] if line.strip()]
    if not (below_mark and marks.QUOTED.match(below_mark[0])):
        return list(block)
    return [marks.QUOTE_SIGN.sub("", line) for line in block]


def _header(block: Sequence[str], kind: Kind) -> CopiedHeader | None:
    """What introduces the original, counted from the start of the block; the mark above a header is part of it."""
    if kind == Kind.ATTRIBUTION:
        return _from_attribution(block)
    mark = 0 if kind == Kind.COPIED_HEADER else 1
    start = next((index for index in range(mark, len(block)) if block[index].strip()), len(block))
    header = copied_header.find(block, start, after_mark=True)
    return replace(header, length=start + header.length) if header else None


def _from_attribution(block: Sequence[str]) -> CopiedHeader:
    """Some programs put what they put above an answer's quotation above a forwarded mail too."""
    length = attributions.length(block, 0)
    words = " ".join(block[:length])
    return CopiedHeader({"from": attributions.author(words)}, length)


def _comment(lines: Sequence[str], kinds: Sequence[Kind]) -> str:
    return quotes.split("\n".join(lines))[0] if Kind.TEXT in kinds else ""
