"""How well mails with known answers are read, and how fast.

A corpus is a folder of sets, each with *.eml and expected.json; the `compare` of the score.py beside them says what is
right. None of it belongs to this project.
"""

import importlib.util
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from chalicelib.mail.read import read
from infra import screen
from infra.explanation import reading
from infra.trouble import Trouble

Compare = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, bool]]
_CURE = "Name a folder of sets of *.eml with expected.json, beside a score.py: --corpus DIR."
_SHOWN_FILES = 5


@dataclass(frozen=True)
class Score:
    """Of one set and field: how many of its files were read `right`, and the names of those that were not."""

    set: str
    field: str
    right: int
    of: int
    wrong: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.right / self.of


@dataclass(frozen=True)
class Result:
    """`seconds` is what reading took, without comparing."""

    scores: tuple[Score, ...]
    mails: int
    seconds: float

    @property
    def mails_per_second(self) -> int:
        return round(self.mails / self.seconds) if self.seconds else 0


def show(corpus: Path, *, as_json: bool) -> None:
    """Prints the scores. Raises Trouble when there is no such corpus."""
    result = score(corpus)
    if as_json:
        facts = {"mails_per_second": result.mails_per_second}
        click.echo(json.dumps(asdict(result) | facts, ensure_ascii=False))
        return
    screen.table(("Set", "Field", "Right", "Of", "Share", "First wrong files"), map(_row, result.scores))
    speed = f"{result.mails} mails read in {result.seconds:.1f} s, {result.mails_per_second} a second"
    screen.out.print(f"\n{speed}")


def score(corpus: Path) -> Result:
    """The scores by set and field, in the order of their names. Raises Trouble when there is no such corpus."""
    compare, scores, mails, seconds = load_compare(corpus), [], 0, 0.0
    for folder in _sets(corpus):
        before = time.perf_counter()
        read_mails = {path.name: reading(read(path.read_bytes())) for path in sorted(folder.glob("*.eml"))}
        seconds += time.perf_counter() - before
        mails += len(read_mails)
        expected = json.loads((folder / "expected.json").read_text("utf-8"))
        scores += _scores(folder.name, _compared(compare, expected, read_mails))
    return Result(tuple(scores), mails, seconds)


def load_compare(corpus: Path) -> Compare:
    """The corpus's own judge. Raises Trouble when there is none."""
    file = corpus / "score.py"
    spec = importlib.util.spec_from_file_location("corpus_score", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise Trouble(f"There is no mail corpus in {corpus}.", _CURE)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        compare: Compare = module.compare
    except Exception as error:
        raise Trouble(f"{file} cannot be used: {error!r}.", _CURE) from error
    return compare


def _sets(corpus: Path) -> list[Path]:
    folders = sorted(file.parent for file in corpus.glob("*/expected.json"))
    if not folders:
        raise Trouble(f"There are no sets of mails in {corpus}.", _CURE)
    return folders


def _compared(
    compare: Compare, expected: Mapping[str, Any], mails: Mapping[str, Mapping[str, Any]]
) -> Iterable[tuple[str, Mapping[str, bool]]]:
    for name, values in mails.items():
        yield name, compare(expected.get(name, {}), {**values, "from_email": values["from"]})


def _scores(name: str, compared: Iterable[tuple[str, Mapping[str, bool]]]) -> list[Score]:
    outcomes: dict[str, dict[str, bool]] = defaultdict(dict)
    for file, fields in compared:
        for field, is_right in fields.items():
            outcomes[field][file] = is_right
    return [
        Score(name, field, sum(files.values()), len(files), tuple(file for file, right in files.items() if not right))
        for field, files in sorted(outcomes.items())
    ]


def _row(score: Score) -> tuple[str, ...]:
    more = f" and {len(score.wrong) - _SHOWN_FILES} more" if len(score.wrong) > _SHOWN_FILES else ""
    wrong = " ".join(score.wrong[:_SHOWN_FILES]) + more
    return score.set, score.field, str(score.right), str(score.of), f"{score.share:.1%}", wrong
