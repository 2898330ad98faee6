"""A mail as SES leaves it in the inbound bucket: the raw bytes with what SES writes above them."""

import email.parser
import email.utils
import secrets
from collections.abc import Sequence
from typing import Any

ALREADY_RECEIVED = "X-SES-Spam-Verdict"


def as_ses_receives(raw: bytes, sender: str, recipients: Sequence[str]) -> bytes:
    """A mail that carries SES's verdicts already is left as it is.

    Everything sent on this machine counts as authenticated: only its owner can reach the local desk. To see what
    becomes of a forged mail, send one that carries the verdicts itself.
    """
    headers = email.parser.BytesHeaderParser().parsebytes(raw)
    if ALREADY_RECEIVED in headers:
        return raw
    author = email.utils.parseaddr(str(headers.get("From", "")))[1] or sender
    domain = author.rpartition("@")[2] or "localhost"
    receiver = f" for {recipients[0]}" if recipients else ""
    above = (
        f"Return-Path: <{sender}>",
        f"Received: from [127.0.0.1] by inbound-smtp.amazonaws.com with SMTP id {secrets.token_hex(10)}{receiver};",
        f" {email.utils.formatdate()}",
        "X-SES-Spam-Verdict: PASS",
        "X-SES-Virus-Verdict: PASS",
        f"Authentication-Results: amazonses.com; spf=pass smtp.mailfrom={domain}; dmarc=pass header.from={domain};",
    )
    return "".join(f"{line}\r\n" for line in above).encode("ascii", "replace") + raw


def put_into(s3: Any, bucket: str, received: bytes) -> str:
    """Under a key as SES makes it; returns the key."""
    key = f"inbound/{secrets.token_hex(20)}"
    s3.put_object(Bucket=bucket, Key=key, Body=received)
    return key
