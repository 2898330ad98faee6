from tests.web.visitor import Visitor


def test_a_form_that_no_person_could_fill_in_so_fast_is_shown_again(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    answer = visitor.post("/new", {"email": "a@example.com", "text": "Buy now", "form": token})
    assert answer.status == 422
    assert "That was very quick" in answer.text
    assert "Buy now" in answer.text
    assert answer.hidden("form") == token, "the time counts from when the form was first shown"
