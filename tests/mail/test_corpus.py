"""Real mails with known answers. They lie beside the repository, where they exist; none of them is in it."""

import pytest

from chalicelib.mail.read import read
from infra.bench.commands import CORPUS
from infra.bench.mail import Score, score

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared/mail-corpus here")

AT_LEAST = {
    "reply_trimmer": {"reply_text": 0.95},
    "chatwoot": {"subject": 1, "reply_text": 1, "n_attachments": 1, "contains": 1, "text": 1, "from_email": 1},
    "flufl_bounce": {"bounce": 0.98, "bounce_recipients": 0.95},
    "ko_mail": {"subject": 1, "text": 1, "reply_text": 1, "attachments": 1, "from_name": 1, "from_email": 1},
}


@pytest.fixture(scope="module")
def scores() -> dict[tuple[str, str], Score]:
    return {(one.set, one.field): one for one in score(CORPUS).scores}


@pytest.mark.parametrize("name", AT_LEAST)
def test_the_corpus_is_read_as_well_as_ever(scores: dict[tuple[str, str], Score], name: str) -> None:
    for field, least in AT_LEAST[name].items():
        assert scores[name, field].share >= least, scores[name, field]


@pytest.mark.parametrize("name", AT_LEAST)
def test_no_word_of_the_corpus_is_lost_by_trimming(name: str) -> None:
    for path in sorted((CORPUS / name).glob("*.eml")):
        mail = read(path.read_bytes())
        assert sorted(f"{mail.reply_text}\n{mail.quoted_text}".split()) == sorted(mail.text.split()), path.name
