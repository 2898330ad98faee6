"""What a part is saved as: the name its sender gave where that can't mislead, else one that tells what it is."""

import mimetypes
import re
from pathlib import PurePosixPath

_LONGEST = 150
_LONGEST_SUFFIX = 20
_LONGEST_SUBJECT = 60
_WINDOWS_PATH = re.compile(r"^(?:[A-Za-z]:)?\\.*\\|^[A-Za-z]:.*\\")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f/\\\\\u202a-\u202e\u2066-\u2069]")
_KNOWN = {
    "text/calendar": "invite.ics",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-encrypted": "version.asc",
    "application/pgp-keys": "key.asc",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "read-receipt.txt",
    "message/feedback-report": "feedback-report.txt",
    "message/rfc822-headers": "original-header.txt",
    "text/rfc822-headers": "original-header.txt",
}
_SUFFIXES = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/partial": ".eml",
    "message/external-body": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/rtf": ".rtf",
    "text/directory": ".vcf",
    "text/enriched": ".txt",
    "text/markdown": ".md",
    "application/rtf": ".rtf",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "image/heic": ".heic",
    "image/webp": ".webp",
    "application/octet-stream": ".bin",
    "audio/amr": ".amr",
    "application/ics": ".ics",
}


def safe(given: str) -> str:
    """Without folders, control and direction marks, at most 150 bytes; "A/S" keeps its halves. "" for no name."""
    return _shortened(_FORBIDDEN.sub("_", _WINDOWS_PATH.sub("", given)).strip(". "))


def made_up(content_type: str, number: int, subject: str = "") -> str:
    """For a part without a name, the `number`-th of its mail; `subject` is that of a mail within the mail."""
    suffix = _SUFFIXES.get(content_type) or mimetypes.guess_extension(content_type) or ""
    if title := safe(subject)[:_LONGEST_SUBJECT].rstrip(". "):
        return safe(f"{title}{suffix}")
    return _KNOWN.get(content_type) or f"{content_type.partition('/')[0]}-{number}{suffix}"


def _shortened(name: str) -> str:
    """File systems and keys of objects take 150 bytes whatever is put around them; keeps the suffix."""
    if len(name.encode()) <= _LONGEST:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= _LONGEST_SUFFIX else ""
    stem = name.removesuffix(suffix).encode()[: _LONGEST - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + suffix
