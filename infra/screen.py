"""What the commands show: steps with a tick, a stack's events, and tables."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from infra.stack import Event, OnEvent
from infra.trouble import Trouble

# Whoever reads from a pipe wants a row on one line.
PIPE_WIDTH = 400

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Shows that something is being done, then that it was."""
    with out.status(what):
        yield
    out.print(Text("✓ ", "green") + Text(what))


@contextmanager
def stack_progress(what: str, resources: int, *, every_event: bool) -> Iterator[OnEvent]:
    """A bar that grows with each finished resource; with `every_event`, a line for each event as well."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task(what, total=resources)

        def show(event: Event) -> None:
            if event.status.endswith("_COMPLETE"):
                progress.advance(task)
            if every_event or event.is_failure:
                progress.console.print(_line(event))

        yield show
    out.print(Text("✓ ", "green") + Text(what))


@contextmanager
def progress(what: str, steps: int) -> Iterator[Callable[[], None]]:
    """A bar that grows with each call of what it yields."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as shown:
        task = shown.add_task(what, total=steps)
        yield lambda: shown.advance(task)


def facts(rows: Iterable[tuple[str, str]]) -> None:
    """Two columns, names and values; never wrapped, so that an address can be copied."""
    known = list(rows)
    width = max(len(name) for name, _ in known)
    for name, value in known:
        out.print(Text(f"{name:<{width}}   ", "dim") + Text(value))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    shown = Table(*columns, box=None, header_style="dim", pad_edge=False, padding=(0, 3, 0, 0))
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    out.print(shown)


def complain(trouble: Trouble) -> None:
    """One line of what is wrong, then the cure."""
    complaints.print(Text("✗ ", "bold red") + Text(trouble.what))
    if trouble.cure:
        complaints.print(Text(f"  {trouble.cure}"))


def show_finding(what: str, cure: str) -> None:
    """A tick, or a cross with the cure."""
    if cure:
        out.print(Text("✗ ", "bold red") + Text(what) + Text(f"\n  {cure}", "dim"))
    else:
        out.print(Text("✓ ", "green") + Text(what))


def _line(event: Event) -> Text:
    colour = "red" if event.is_failure else "green" if event.status.endswith("_COMPLETE") else "dim"
    line = Text(f"  {event.at:%H:%M:%S}  {event.resource:<34}") + Text(event.status.lower().replace("_", " "), colour)
    return line + Text(f"  {event.reason}") if event.reason else line
