"""Raw mails for tests: valid by default, each test changes what it is about."""

from pathlib import Path

MAILS = Path(__file__).parent / "mails"

_USUAL = {
    "From": "Hana Kim <hana@customer.example>",
    "To": "support@deskbell.test",
    "Subject": "The pump drips",
    "Message-ID": "<one@customer.example>",
    "Date": "Mon, 23 Nov 2026 10:00:00 +0900",
}


def raw_mail(body: bytes | str = "It drips.", **fields: bytes | str) -> bytes:
    """A mail of the usual header and these fields (`In_Reply_To=…`; an empty one is left out)."""
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    header = [_bytes(f"{name}: ") + _bytes(value) for name, value in ({**_USUAL, **given}).items() if value]
    return b"\r\n".join(header) + b"\r\n\r\n" + _bytes(body)


def stored_mail(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
