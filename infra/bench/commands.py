"""The verbs of ./deskbell bench."""

import subprocess
import sys
from pathlib import Path

import click

from infra.places import ROOT

CORPUS = ROOT.parent / "shared" / "mail-corpus"


@click.group()
def bench() -> None:
    """Measure how well and how safely the desk works."""


@bench.command()
@click.option(
    "--corpus",
    type=click.Path(path_type=Path),
    default=CORPUS,
    metavar="DIR",
    help="Folders of *.eml with expected.json, beside a score.py. [../shared/mail-corpus beside this checkout]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with all wrong files.")
def mail(corpus: Path, as_json: bool) -> None:
    """Score how mails with known answers are read."""
    from infra.bench import mail as reading

    reading.show(corpus, as_json=as_json)


@bench.command()
@click.option("--tickets", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True, help="In the year.")
@click.option("--seed", default=1, show_default=True, help="Another seed plays another year.")
def clocks(tickets: int, seed: int) -> None:
    """Play a year of a busy desk and compare its notices with what had to be sent.

    People act by chance, functions crash before and after they kept what they did, timers wake late and twice. Ends
    with 1 when a notice was missed, sent twice, early or more than a minute late.
    """
    from infra.bench import clocks as simulation

    sys.exit(0 if simulation.show(tickets, seed) else 1)


@bench.command()
def faults() -> None:
    """Spoil each AWS request of mails and timers in turn.

    Of inbound_mail, relay, deliver and the three functions of a timer; then the event comes again, and the desk must be
    as if nothing had happened. It takes three minutes, on an imitation of AWS, and ends with 1 when anything differs.
    """
    command = [sys.executable, "-m", "tests.bench.run"]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603
