"""Attachments in the files bucket: written by the functions, fetched by browsers through short-lived links, as are the
originals of mails."""

from email.message import Message
from typing import Any

from chalicelib.adapters.aws import client
from chalicelib.config import config
from chalicelib.domain.entry import Attachment

LINK_LIFE_SECONDS = 300


def keep(key: str, content: bytes) -> None:
    """Under a key that its content decides, so that keeping twice is harmless.

    What the sender called its type stays with the attachment: it may be anything, even what no header can hold.
    """
    client("s3").put_object(Bucket=config().files_bucket, Key=key, Body=content)


def read(key: str) -> bytes:
    body: Any = client("s3").get_object(Bucket=config().files_bucket, Key=key)["Body"]
    return bytes(body.read())


def download_url(attachment: Attachment) -> str:
    """A link for five minutes that saves the file instead of showing it, under its own name (RFC 6266)."""
    return _saving_url(config().files_bucket, attachment.key, attachment.filename)


def original_url(raw_key: str, filename: str) -> str:
    """The same for a mail as it came, which lies in the mail bucket."""
    return _saving_url(config().mail_bucket, raw_key, filename)


def _saving_url(bucket: str, key: str, filename: str) -> str:
    header = Message()
    header.add_header("Content-Disposition", "attachment", filename=("utf-8", "", filename))
    parameters = {
        "Bucket": bucket,
        "Key": key,
        "ResponseContentDisposition": header["Content-Disposition"],
        "ResponseContentType": "application/octet-stream",
    }
    url = client("s3").generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_LIFE_SECONDS)
    return str(url)
