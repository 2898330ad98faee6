"""The log of administrative changes: written in the transaction of the change, never altered."""

from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.items import AUDIT, AuditItem, audit_key
from chalicelib.adapters.paging import Page
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.audit import AuditEntry


def add(transaction: Transaction, entry: AuditEntry) -> None:
    transaction.put_new(AuditItem(AUDIT, audit_key(entry.id), body=encode(entry)))


def list_entries(before: int | None, limit: int) -> Page[AuditEntry]:
    """Newest first, those older than the entry `before` (None: all); one request. The cursor is the last one's id."""
    older = AuditItem.sk < audit_key(before) if before else None
    found = AuditItem.query(AUDIT, older, limit=limit, page_size=limit, scan_index_forward=False)
    entries = tuple(decode(AuditEntry, item.body) for item in found)
    return Page(entries, f"{entries[-1].id}" if found.last_evaluated_key and entries else None)
