"""Scores on a corpus made here, judged by a score.py made here."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.bench.mail import Score, score
from infra.cli import cli
from infra.trouble import Trouble
from tests.desk.journey import raw_mail

JUDGE = "def compare(expected, got):\n    return {key: got.get(key) == value for key, value in expected.items()}\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "1.eml").write_bytes(raw_mail("Hello."))
    (folder / "2.eml").write_bytes(raw_mail("Bye."))
    expected = {
        "1.eml": {"text": "Hello.", "from_email": "kim@customer.example"},
        "2.eml": {"text": "Farewell."},
    }
    (folder / "expected.json").write_text(json.dumps(expected))
    (tmp_path / "score.py").write_text(JUDGE)
    return tmp_path


def test_each_field_is_scored_by_itself(corpus: Path) -> None:
    result = score(corpus)
    assert result.scores == (Score("small", "from_email", 1, 1, ()), Score("small", "text", 1, 2, ("2.eml",)))
    assert (result.scores[1].share, result.mails) == (0.5, 2)
    assert result.seconds > 0


def test_the_table_names_what_was_read_wrong(corpus: Path) -> None:
    shown = CliRunner().invoke(cli, ["bench", "mail", "--corpus", str(corpus)]).output
    assert "50.0%" in shown
    assert "2.eml" in shown
    assert "2 mails read in" in shown


def test_a_program_gets_everything(corpus: Path) -> None:
    shown = json.loads(CliRunner().invoke(cli, ["bench", "mail", "--json", "--corpus", str(corpus)]).output)
    assert shown["scores"][1] == {"set": "small", "field": "text", "right": 1, "of": 2, "wrong": ["2.eml"]}
    assert shown["mails"] == 2


@pytest.mark.parametrize(
    ("judge", "words"),
    [(None, "There is no mail corpus"), ("x = 1", "cannot be used"), ("raise ValueError", "cannot be used")],
)
def test_without_a_judge_there_are_no_scores(corpus: Path, judge: str | None, words: str) -> None:
    (corpus / "score.py").unlink()
    if judge:
        (corpus / "score.py").write_text(judge)
    with pytest.raises(Trouble, match=words):
        score(corpus)


def test_a_corpus_without_sets_is_none(corpus: Path) -> None:
    (corpus / "small" / "expected.json").unlink()
    with pytest.raises(Trouble, match="There are no sets of mails"):
        score(corpus)
