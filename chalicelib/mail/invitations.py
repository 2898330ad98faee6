"""An invitation that comes as a calendar alone (RFC 5545, RFC 5546), in words: what, when, where, who asks."""

import re
from collections.abc import Iterator
from datetime import datetime

_LONGEST = 200_000
_MOST_EVENTS = 20
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,60})((?:;(?:\"[^\"\n]*\"|[^:;\"\n])*)*):(.*)")
_PARAMETER = re.compile(r";([A-Za-z-]{1,60})=(?:\"([^\"\n]*)\"|([^:;\"\n]*))")
_MOMENT = re.compile(r"(\d{8})(?:T(\d{4})\d{0,2}(Z?))?$")
_ESCAPED = re.compile(r"\\([nN,;\\:])")
_COMPONENTS = {"VEVENT", "VTODO", "VJOURNAL"}
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "REPLY": "Answer", "COUNTER": "Proposal of another time"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "perhaps"}

_Fields = dict[str, tuple[dict[str, str], str]]


def summary(calendar: str) -> str:
    """One paragraph an event, lines end with \\n; "" where there is none. Times stand in the zone the sender named."""
    lines = list(_lines(calendar[:_LONGEST]))
    method = next((value.upper() for name, _, value in lines if name == "METHOD"), "")
    told = [_told(event, method) for event, _ in zip(_events(lines), range(_MOST_EVENTS), strict=False)]
    return "\n\n".join(filter(None, told))


def _lines(calendar: str) -> Iterator[tuple[str, dict[str, str], str]]:
    unfolded = _FOLD.sub("", calendar.replace("\r\n", "\n").replace("\r", "\n"))
    for line in unfolded.split("\n"):
        if found := _LINE.match(line):
            parameters = {name.upper(): quoted or bare for name, quoted, bare in _PARAMETER.findall(found[2])}
            yield found[1].upper(), parameters, found[3].strip()


def _events(lines: list[tuple[str, dict[str, str], str]]) -> Iterator[_Fields]:
    """The fields of each event, the first of each name; those of alarms within it are none of its own."""
    open_ones: list[str] = []
    fields: _Fields = {}
    for name, parameters, value in lines:
        if name == "BEGIN":
            open_ones.append(value.upper())
            fields = {} if value.upper() in _COMPONENTS else fields
        elif name == "END" and open_ones:
            if open_ones.pop() in _COMPONENTS:
                yield fields
        elif open_ones and open_ones[-1] in _COMPONENTS:
            fields.setdefault(name, (parameters, value))


def _told(event: _Fields, method: str) -> str:
    title = _words(event, "SUMMARY")
    organizer = _person(event, "ORGANIZER")
    told = {
        _METHODS.get(method, "Event"): title or "-",
        "When": _when(event),
        "Where": _words(event, "LOCATION"),
        "Organizer": organizer,
        "From": _answer(event) if method in {"REPLY", "COUNTER"} else "",
    }
    lines = [f"{label}: {value}" for label, value in told.items() if value]
    description = _words(event, "DESCRIPTION").strip()
    return "\n".join([*lines, *(["", description] if description else [])]) if title or len(lines) > 1 else ""


def _words(event: _Fields, name: str) -> str:
    _, value = event.get(name, ({}, ""))
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _when(event: _Fields) -> str:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND") or _moment(event, "DUE")
    zone = event.get("DTSTART", ({}, ""))[0].get("TZID", "")
    if start and start[:10] == end[:10]:
        end = end[11:] or ""
    told = " – ".join(filter(None, [start.removesuffix(" UTC") if end.endswith(" UTC") else start, end]))
    return f"{told} ({zone})" if zone and told else told


def _moment(event: _Fields, name: str) -> str:
    found = _MOMENT.match(event.get(name, ({}, ""))[1])
    if not found:
        return ""
    try:
        moment = datetime.strptime(f"{found[1]}{found[2] or '0000'}", "%Y%m%d%H%M")  # noqa: DTZ007 - told as it stands
    except ValueError:
        return found[0]
    return f"{moment:%Y-%m-%d %H:%M}{' UTC' if found[3] else ''}" if found[2] else f"{moment:%Y-%m-%d}"


def _person(event: _Fields, name: str) -> str:
    parameters, address = event.get(name, ({}, ""))
    email = re.sub(r"(?i)^mailto:", "", address)
    return f"{parameters['CN']} <{email}>" if parameters.get("CN") not in {None, "", email} else email


def _answer(event: _Fields) -> str:
    state = event.get("ATTENDEE", ({}, ""))[0].get("PARTSTAT", "").upper()
    return ": ".join(filter(None, [_person(event, "ATTENDEE"), _ANSWERS.get(state, "")]))
