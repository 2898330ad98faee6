"""The table that the code uses is the one that is deployed and the one that is described."""

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from chalicelib.adapters import aws, items
from chalicelib.adapters.items import Item, entry_key, outgoing_key, survey_key
from tests.conftest import TABLE

ROOT = Path(__file__).parents[2]
_CHART = re.compile(r"<!-- access patterns -->\n(.*?)<!-- access patterns -->", re.DOTALL)


def deployed() -> dict[str, Any]:
    template = yaml_parse((ROOT / "infra" / "template.yaml").read_text("utf-8"))
    properties: dict[str, Any] = template["Resources"]["Table"]["Properties"]
    return properties


def by_name(definitions: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return {one[name]: {key: value for key, value in one.items() if key != name} for one in definitions}


@pytest.mark.usefixtures("empty_cloud")
class TestTable:
    def made(self) -> dict[str, Any]:
        table: dict[str, Any] = aws.client("dynamodb").describe_table(TableName=TABLE)["Table"]
        return table

    def test_keys_are_those_of_the_template(self) -> None:
        assert self.made()["KeySchema"] == deployed()["KeySchema"]

    def test_attributes_are_those_of_the_template(self) -> None:
        made = by_name(self.made()["AttributeDefinitions"], "AttributeName")
        assert made == by_name(deployed()["AttributeDefinitions"], "AttributeName")

    def test_indexes_are_those_of_the_template(self) -> None:
        wanted = by_name(deployed()["GlobalSecondaryIndexes"], "IndexName")
        made = by_name(self.made()["GlobalSecondaryIndexes"], "IndexName")
        assert {
            name: {part: index[part] for part in ("KeySchema", "Projection")} for name, index in made.items()
        } == wanted


def test_the_table_forgets_by_the_attribute_that_items_set() -> None:
    assert deployed()["TimeToLiveSpecification"] == {
        "AttributeName": Item.expires_at.attr_name,
        "Enabled": True,
    }


def test_the_stream_shows_what_was_written() -> None:
    assert deployed()["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_readmes_access_patterns_are_those_of_the_code() -> None:
    readme = _CHART.search((ROOT / "README.md").read_text("utf-8"))
    assert readme, "README.md has no access patterns between their markers"
    assert rows(readme[1]) == rows(str(items.__doc__))


def rows(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("|")]


@pytest.mark.parametrize("key", [entry_key, outgoing_key])
def test_ids_in_sort_keys_sort_like_numbers(key: Any) -> None:
    numbers = [0, 9, 10, 891120844800585, 2**53 - 1]
    assert sorted(map(key, numbers)) == [key(number) for number in numbers]


def test_surveys_sort_by_resolution() -> None:
    assert survey_key(9) < survey_key(10)
