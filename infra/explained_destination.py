"""The last step of an explained mail: which ticket a desk would put it on."""

from collections.abc import Iterator
from datetime import UTC, datetime

from chalicelib.desk.explanation import Destination, Sender, destination
from chalicelib.desk.matching import Way
from chalicelib.mail.message import InboundMail
from infra.explanation import Step, quarantine_cause

_BECAUSE = {
    Way.REPLY_ADDRESS: "because it is addressed to {value}, which this desk signed",
    Way.MESSAGE_ID: "because it answers a mail of that ticket",
    Way.NUMBER: "because its subject names the ticket and the sender takes part in it",
}
_AS = {
    Sender.AGENT: " It counts as the agent's answer and goes out to the customer.",
    Sender.PARTICIPANT: "",
    Sender.STRANGER: " Its sender takes no part in the ticket: the customer does not see it until an agent accepts it.",
}

_KEPT_INSIDE = {
    "machine_not_sent": "a machine or a list may have sent it",
    "forward_not_sent": "it passes on what others wrote",
    "notice_not_sent": "it answers a notice about mail that came back or comes in too often",
    "answer_not_sent": "no words of the agent's own are found in it",
}


def found(mail: InboundMail) -> tuple[Step, ...]:
    """Asks the desk whose names the environment holds; nothing of a mail that would go to the quarantine anyway."""
    if quarantine_cause(mail):
        return ()
    there = destination(mail, datetime.now(UTC))
    facts = {
        "ticket": there.number,
        "way": there.way.value,
        "came_before": there.came_before,
        "value": there.value,
        "closed": there.is_closed,
        "sender": there.sender.value if there.sender else "",
        "why_kept_inside": there.why_kept_inside,
        "own_mail": there.is_own_mail,
        "bad_addresses": list(there.bad_addresses),
        "blind_copy": there.is_blind_copy,
        "forwarded_from": there.forwarded_from.address if there.forwarded_from else "",
    }
    return (Step("destination", " ".join(_sentences(there)), facts),)


def _sentences(there: Destination) -> list[str]:
    bad = [f"The signature of {address} is not this desk's: it is ignored." for address in there.bad_addresses]
    return [*bad, _verdict(there), *_remarks(there)]


def _verdict(there: Destination) -> str:
    if there.is_own_mail:
        return "It would go to the quarantine: it is from this desk itself."
    if there.came_before:
        return f"This very mail is on ticket #{there.number} already; it is not added twice."
    if there.number is None or there.sender is None:
        return "It would become a new ticket: nothing in it leads to one of this desk."
    because = _BECAUSE[there.way].format(value=there.value)
    if there.is_closed and there.sender is Sender.STRANGER:
        return f"It would become a new ticket: its sender takes no part in the closed #{there.number}."
    if there.is_closed:
        return f"It would become a new ticket that follows up the closed #{there.number}, {because}."
    if there.why_kept_inside:
        why = _KEPT_INSIDE[there.why_kept_inside]
        return (
            f"It would become an internal note of ticket #{there.number}, {because}. The customer gets nothing: {why}."
        )
    return f"It would become a message of ticket #{there.number}, {because}.{_AS[there.sender]}"


def _remarks(there: Destination) -> Iterator[str]:
    """What else would follow, of a mail that is taken."""
    if there.is_own_mail or there.came_before:
        return
    if author := there.forwarded_from:
        named = f"{author.name} <{author.address}>" if author.name else author.address
        yield f"An agent forwards it: its author {named} would be the requester once an agent confirms that."
    if there.is_blind_copy and (there.number is None or there.is_closed):
        yield "The desk stands neither in To nor in Cc, so it got a blind copy: no automatic answer follows."
