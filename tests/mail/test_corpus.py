"""Real mails with known answers. They lie beside the repository, where they exist; none of them is in it."""

import importlib.util
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read
from tests.mail.making import CORPUS as FOUND

pytestmark = pytest.mark.skipif(FOUND is None, reason="no ../shared/mail-corpus here")
CORPUS = FOUND or Path()

AT_LEAST = {
    "reply_trimmer": {"reply_text": 0.95},
    "chatwoot": {"subject": 1, "reply_text": 1, "n_attachments": 1, "contains": 1, "text": 1, "from_email": 1},
    "flufl_bounce": {"bounce": 0.98, "bounce_recipients": 0.95},
    "ko_mail": {"subject": 1, "text": 1, "reply_text": 1, "attachments": 1, "from_name": 1, "from_email": 1},
}


@pytest.mark.parametrize("name", AT_LEAST)
def test_the_corpus_is_read_as_well_as_ever(name: str) -> None:
    scores = _scores(name)

    for field, least in AT_LEAST[name].items():
        assert scores[field] >= least, (field, scores[field])


@pytest.mark.parametrize("name", AT_LEAST)
def test_no_word_of_the_corpus_is_lost_by_trimming(name: str) -> None:
    for path in sorted((CORPUS / name).glob("*.eml")):
        mail = read(path.read_bytes())
        assert sorted(f"{mail.reply_text}\n{mail.quoted_text}".split()) == sorted(mail.text.split()), path.name


def _scores(name: str) -> dict[str, float]:
    """The share of right readings, by field, as the corpus's own `score.py` compares them."""
    compare, folder = _compare(), CORPUS / name
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    results: dict[str, list[bool]] = defaultdict(list)
    for path in sorted(folder.glob("*.eml")):
        for field, is_right in compare(expected.get(path.name, {}), _reading(read(path.read_bytes()))).items():
            results[field].append(is_right)
    return {field: sum(outcomes) / len(outcomes) for field, outcomes in results.items()}


def _compare() -> Callable[[dict[str, Any], dict[str, Any]], dict[str, bool]]:
    spec = importlib.util.spec_from_file_location("corpus_score", CORPUS / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.compare  # type: ignore[no-any-return]


def _reading(mail: InboundMail) -> dict[str, Any]:
    return {
        "subject": mail.subject,
        "from_email": mail.from_.email if mail.from_ else "",
        "from_name": mail.from_.name if mail.from_ else "",
        "text": mail.text,
        "reply_text": mail.reply_text,
        "attachments": [{"filename": attachment.filename} for attachment in mail.attachments],
        "bounce": mail.automatic.bounce,
        "bounce_recipients": list(mail.automatic.bounce_recipients),
    }
