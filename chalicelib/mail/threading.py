"""Which ticket a mail talks about: the pure parts of matching (rule 8). `desk` looks the answers up."""

import re

_NUMBER = re.compile(r"\[#(\d{1,15})\]")
_MESSAGE_ID = re.compile(r"<([^<>]+)>")
_LONGEST_ID = 500
_US_EAST_1 = "us-east-1"


def subject_number(subject: str) -> int | None:
    """The ticket's number in a subject such as `Re: [#123] Broken pump`; the first one where there are several."""
    found = _NUMBER.search(subject)
    return int(found.group(1)) if found else None


def with_number(subject: str, number: int) -> str:
    """The subject of our mails: the ticket's own, marked `[#123]` once, so that a thread keeps its name."""
    mark = f"[#{number}]"
    return subject if mark in subject else f"{mark} {subject}".strip()


def normalise_id(message_id: str) -> str:
    """A Message-ID without brackets, comments and folding; "" when there is none. Case is kept (RFC 5322 3.6.4)."""
    ids = message_ids(message_id)
    return ids[0] if ids else ""


def message_ids(header: str) -> tuple[str, ...]:
    """All ids of an In-Reply-To or References header in their order, each once, written right or not.

    What is longer than any mail program writes is left out: it is no id, and no key could hold it.
    """
    bracketed = _MESSAGE_ID.findall(header)
    candidates = bracketed or [word.strip("<>,;\"'") for word in header.split() if "@" in word]
    ids = (re.sub(r"\s+", "", candidate) for candidate in candidates)
    return tuple(dict.fromkeys(identifier for identifier in ids if 0 < len(identifier) <= _LONGEST_ID))


def reply_token(recipient: str, support_address: str) -> str | None:
    """The part after the plus, where `recipient` is `support+<token>@…` of this very support address.

    Tokens keep their case; whether the token is genuine is not decided here. None when it is another address.
    """
    local, _, domain = recipient.strip().rpartition("@")
    our_local, _, our_domain = support_address.rpartition("@")
    base, _, token = local.partition("+")
    is_ours = (base.lower(), domain.lower()) == (our_local.lower(), our_domain.lower())
    return token if is_ours and token else None


def reply_address(support_address: str, token: str) -> str:
    """The signed Reply-To that `reply_token` reads back."""
    local, _, domain = support_address.rpartition("@")
    return f"{local}+{token}@{domain}"


def wire_ids(ses_id: str, region: str) -> tuple[str, ...]:
    """The Message-IDs under which a mail sent through SES may travel, the likelier first.

    SES replaces the header by its own id, at `email.amazonses.com` in us-east-1 and at `<region>.amazonses.com`
    elsewhere. Both are kept, so that a desk which changes its region or a documentation that changes its mind
    does not break a thread. An id that is whole already is taken as it is: emulators of SES give such ones.
    """
    if "@" in ses_id:
        return (ses_id.strip("<>"),)
    regional, shared = f"{ses_id}@{region}.amazonses.com", f"{ses_id}@email.amazonses.com"
    return (shared, regional) if region == _US_EAST_1 else (regional, shared)
