"""What agents write, as HTML."""

import pytest

from chalicelib.mail import markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\nTwo", "<p>One<br>\nTwo</p>\n"),
        ("**펌프**는 고장", "<p><strong>펌프</strong>는 고장</p>\n"),
        ("It **drips**", "<p>It <strong>drips</strong></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n"),
        ("![x](https://track.example/p.gif)", None),
    ],
)
def test_markdown_becomes_safe_html(text: str, expected: str | None) -> None:
    html = markdown.to_html(text)

    assert "<img" not in html
    assert expected is None or html == expected


def test_links_tell_nothing_of_where_they_were_followed() -> None:
    assert 'rel="noopener noreferrer"' in markdown.to_html("[x](https://x.example)")
