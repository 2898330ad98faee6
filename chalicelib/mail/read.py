"""The bytes of a mail, as they came, to an `InboundMail`."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from chalicelib.mail import addresses, automatic, headers, parts, quotes, threading
from chalicelib.mail.message import Address, Defect, InboundMail, Verdicts
from chalicelib.mail.structure import parsed
from chalicelib.mail.write import LOOP_HEADER

_ENVELOPE_HINTS = (
    *("Delivered-To", "X-Original-To", "X-Forwarded-To", "X-Envelope-To", "Envelope-To", "Apparently-To"),
    *("X-Original-Recipient", "Resent-To"),
)
# Who passes a mail on names where to. Delivered-To does not tell it: a blind copy has that as well.
_REDIRECTED = ("X-Forwarded-To", "X-Forwarded-For", "Resent-To")
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{1,254}@[^\s<>;]{1,255})>?\s*;", re.IGNORECASE)
_OUR_SERVER = "amazonses.com"
_LONGEST_RESULTS = 5_000
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*+\"")
_COMMENT = re.compile(r"\((?:\\.|[^()\\])*+\)")
_METHOD_RESULT = re.compile(r"\s*(dmarc|spf|dkim)\s*=\s*([a-z]+)\b")
_DMARC = re.compile(r"\bdmarc\s*=")
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*@?([\w.-]+)")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")


def read(raw: bytes) -> InboundMail:
    """Everything that can be understood of the mail. Never raises: what can't be read is named in `defects`."""
    message, parse_defects = parsed(raw)
    hint = parts.declared_charset(message)
    contents = parts.contents(message, hint)
    mail = _with_body(_with_addresses(_with_ids(message, hint), message, hint), contents)
    return replace(
        mail,
        automatic=automatic.facts(message, mail.subject, mail.from_, mail.text),
        verdicts=_verdicts(message, mail.from_),
        defects=tuple(dict.fromkeys((*parse_defects, *_header_defects(message, mail), *contents.defects))),
    )


def _with_ids(message: Message, hint: str) -> InboundMail:
    message_id, in_reply_to, references = (
        threading.message_ids(headers.text(headers.first_value(message, name)))
        for name in ("Message-ID", "In-Reply-To", "References")
    )
    return InboundMail(
        subject=headers.text(headers.first_value(message, "Subject"), hint),
        message_id=message_id[0] if message_id else "",
        in_reply_to=in_reply_to[0] if in_reply_to else "",
        references=(*references, *(identifier for identifier in in_reply_to[1:] if identifier not in references)),
        date=headers.date(headers.first_value(message, "Date")),
        loop_header=headers.text(headers.first_value(message, LOOP_HEADER)),
    )


def _with_addresses(mail: InboundMail, message: Message, hint: str) -> InboundMail:
    senders = addresses.find(headers.all_values(message, "From"), hint)
    return replace(
        mail,
        from_=senders[0] if senders else None,
        to=addresses.find(headers.all_values(message, "To"), hint),
        cc=addresses.find(headers.all_values(message, "Cc"), hint),
        reply_to=addresses.find(headers.all_values(message, "Reply-To"), hint),
        delivered_to=_delivered_to(message),
        redirected_to=_redirected_to(message),
        return_path=automatic.return_path(message),
    )


def _delivered_to(message: Message) -> tuple[str, ...]:
    """Envelope receivers as servers noted them, the topmost `Received … for` (SES's own) among them."""
    values = [value for name in _ENVELOPE_HINTS for value in headers.all_values(message, name)]
    received_for = _RECEIVED_FOR.findall(headers.first_value(message, "Received"))
    return tuple(address.key for address in addresses.find([*values, *received_for]))


def _redirected_to(message: Message) -> tuple[str, ...]:
    named = [value for name in _REDIRECTED for value in headers.all_values(message, name)]
    return tuple(address.key for address in addresses.find(named))


def _with_body(mail: InboundMail, contents: parts.Contents) -> InboundMail:
    text = contents.text.strip("\n")
    reply_text, quoted_text = quotes.split(text, contents.html)
    return replace(
        mail,
        text=text,
        html=contents.html,
        reply_text=reply_text,
        quoted_text=quoted_text,
        attachments=tuple(contents.attachments),
        language="ko" if _HANGUL.search(f"{mail.subject}\n{text}") else "en",
        charset=contents.charset,
    )


def _header_defects(message: Message, mail: InboundMail) -> Iterator[Defect]:
    if not mail.message_id:
        yield Defect.NO_MESSAGE_ID
    if mail.date is None:
        yield Defect.BAD_DATE if headers.first_value(message, "Date").strip() else Defect.NO_DATE
    if mail.from_ is None:
        yield Defect.NO_SENDER
    if len(headers.all_values(message, "From")) > 1:
        yield Defect.SEVERAL_SENDERS


def _verdicts(message: Message, from_: Address | None) -> Verdicts:
    """The receiving server's own findings. It writes above what came with the mail: only the topmost fields count.

    A pass tells who wrote only where From names one mailbox: several may (RFC 5322 3.6.2), and of those DMARC looks at
    any or none (RFC 7489 6.6.1).
    """
    results = _authentication(headers.text(headers.first_value(message, "Authentication-Results")).lower())
    fields = headers.all_values(message, "From")
    has_one_author = len(fields) == 1 and len(addresses.find(fields)) == 1
    is_aligned = from_ is not None and _is_aligned(from_.domain, results.get("header.from", from_.domain))
    is_forged = results.get("dmarc") == "pass" and not (has_one_author and is_aligned)
    return Verdicts(
        dmarc="fail" if is_forged else results.get("dmarc", ""),
        spf=results.get("spf", ""),
        dkim=results.get("dkim", ""),
        spam=headers.text(headers.first_value(message, "X-SES-Spam-Verdict")).lower(),
        virus=headers.text(headers.first_value(message, "X-SES-Virus-Verdict")).lower(),
    )


def _authentication(field: str) -> dict[str, str]:
    """The results of an Authentication-Results field (RFC 8601) that SES wrote, and the domain that DMARC looked at.

    Comments and quoted strings are dropped first: a sender decides what stands in them. Where that leaves half of one,
    or DMARC is named twice, somebody plays with the field, and it tells nothing.
    """
    server, *results = _without_asides(field).split(";")
    is_doubtful = (
        len(field) > _LONGEST_RESULTS or len(_DMARC.findall(field)) > 1 or re.search('[()"]', ";".join(results))
    )
    if server.strip() != _OUR_SERVER or is_doubtful:
        return {}
    found: dict[str, str] = {}
    for result in results:
        if match := _METHOD_RESULT.match(result):
            found.setdefault(match[1], match[2])
            if match[1] == "dmarc" and (domain := _HEADER_FROM.search(result)):
                found.setdefault("header.from", domain[1])
    return found


def _without_asides(field: str) -> str:
    """Without quoted strings (RFC 5322 3.2.4) and comments, which may stand in one another (3.2.2)."""
    field, found = _QUOTED.sub("", field[:_LONGEST_RESULTS]), 1
    while found:
        field, found = _COMMENT.subn("", field)
    return field


def _is_aligned(domain: str, other: str) -> bool:
    """Some servers name the organization's domain for a mail from its subdomain."""
    return domain == other or domain.endswith(f".{other}")
