"""Making a new stack a desk: its address, its secret, its defaults. Run by every deploy, harmless when repeated."""

import secrets
from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import settings
from chalicelib.desk import audit
from chalicelib.domain.address import canonical, formerly
from chalicelib.domain.settings import General


def prepare(address: str, support_address: str, name: str, now: datetime) -> None:
    """Writes what the stack alone can't know; what the organization has set since then stays,
    a former support address as one.

    `address` is the desk's public address.
    """
    settings.keep_secret(secrets.token_urlsafe(32))
    known, ours = settings.find_general(), canonical(support_address)
    general = known or General(address, ours, name)
    wanted = replace(
        general,
        address=address.rstrip("/"),
        support_address=ours,
        former_addresses=formerly(general.former_addresses, canonical(general.support_address), ours),
    )
    if wanted != known:
        settings.save_general(wanted, audit.of_general(known, wanted, None, now) if known else None)
