from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidInput
from chalicelib.web import forms
from tests.web.visitor import BOUNDARY, multipart

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
PAIRS = "application/x-www-form-urlencoded"


def read(content_type: str, body: bytes) -> forms.Form:
    request = SimpleNamespace(headers={"content-type": content_type}, raw_body=body)
    return forms.read(request)  # type: ignore[arg-type] # all that reading needs of a request


def test_both_encodings_give_the_same_fields() -> None:
    fields = {"text": "첫 줄\r\n둘째 줄 & <more>", "name": ""}
    pairs = read(PAIRS, b"text=%EC%B2%AB+%EC%A4%84%0D%0A%EB%91%98%EC%A7%B8+%EC%A4%84+%26+%3Cmore%3E&name=")
    assert pairs.fields == read(MULTIPART, multipart(fields)).fields
    assert pairs.fields == {"text": "첫 줄\n둘째 줄 & <more>", "name": ""}


def test_a_file_field_that_was_left_empty_brings_no_file() -> None:
    assert read(MULTIPART, multipart({"text": "x"}, ("", b""))).uploads == []


@pytest.mark.parametrize("sent", ["C:\\Users\\kim\\photo.jpg", "/home/kim/photo.jpg", "../../photo.jpg", "photo.jpg"])
def test_a_file_is_known_by_its_name_alone(sent: str) -> None:
    assert [upload.filename for upload in read(MULTIPART, multipart({}, (sent, b"x"))).uploads] == ["photo.jpg"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("a\u2066b\x1b[31m.txt", "a_b_[31m.txt"),
        ("..", "file"),
        ("사진 1.jpg", "사진 1.jpg"),
    ],
)
def test_a_file_s_name_misleads_nobody(sent: str, kept: str) -> None:
    assert [upload.filename for upload in read(MULTIPART, multipart({}, (sent, b"x"))).uploads] == [kept]


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        pytest.param("", b"", "content_type_wrong", id="no content type"),
        pytest.param("text/plain", b"x", "content_type_wrong", id="text"),
        pytest.param("multipart/form-data", b"x", "form_unreadable", id="no boundary"),
        pytest.param(MULTIPART, b"nothing like it", "form_unreadable", id="no parts"),
        pytest.param(MULTIPART, multipart({f"f{n}": "" for n in range(401)}), "body_too_large", id="too many parts"),
        pytest.param(PAIRS, b"&".join(b"f=1" for _ in range(401)), "form_unreadable", id="too many fields"),
        pytest.param(PAIRS, b"x" * 10_000_001, "body_too_large", id="too large"),
        pytest.param(PAIRS, b"text=%B1%E8", "characters_broken", id="EUC-KR"),
    ],
)
def test_what_can_not_be_read_is_named(content_type: str, body: bytes, code: str) -> None:
    problem = read(content_type, body).problem
    assert problem
    assert problem.code == code


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PAIRS, MULTIPART, 'multipart/form-data; boundary="', "x/y; a=b"]), st.binary(max_size=200))
def test_no_body_whatever_makes_reading_fail(content_type: str, body: bytes) -> None:
    read(content_type, body)
    read(content_type, multipart({"text": "x"})[: len(body) * 2] + body)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.text(st.characters(exclude_characters="\r\x00\ufffd", codec="utf-8")))
)
def test_what_was_typed_arrives_as_it_was(fields: dict[str, str]) -> None:
    assert read(MULTIPART, multipart(fields)).fields == fields or not fields


def test_unknown_fields_are_named_and_cut_short() -> None:
    form = read(PAIRS, b"text=x&" + b"y" * 300 + b"=1")
    with pytest.raises(InvalidInput) as caught:
        form.check(("text",))
    assert caught.value.params["names"] == "y" * 40
