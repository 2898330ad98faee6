"""Finding solutions by words, in memory: enough for a few hundred of them.

A word matches wherever it stands, inside longer words too: Korean hangs particles on words and joins words freely.
"""

from collections.abc import Iterable

from chalicelib.domain.solution import Solution
from chalicelib.domain.texts import folded

_TITLE_WEIGHT = 5
_MOST_HITS = 4
"""Mentions of a word beyond this many in a body add nothing: a long text is not a better answer."""


def rank(query: str, solutions: Iterable[Solution]) -> list[Solution]:
    """The solutions that hold every word of the query, best first, of equals the last changed first.

    Upper and lower case, full and half width are the same. An empty query finds nothing.
    """
    words = folded(query).split()
    scored = [(score, solution) for solution in solutions if (score := _score(words, solution))]
    return [solution for _, solution in sorted(scored, key=lambda pair: (pair[0], pair[1].updated_at), reverse=True)]


def _score(words: list[str], solution: Solution) -> int:
    """0 when a word is missing or there are none."""
    title, body = folded(solution.title), folded(solution.body)
    scores = [_TITLE_WEIGHT * (word in title) + min(body.count(word), _MOST_HITS) for word in words]
    return sum(scores) if all(scores) else 0
