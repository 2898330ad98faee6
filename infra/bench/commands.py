"""The verbs of ./deskbell bench."""

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
