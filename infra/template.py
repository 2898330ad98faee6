"""The SAM template as Chalice made it → a plain CloudFormation template, the same for AWS and the local cloud."""

import copy
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.trouble import Trouble

Template = dict[str, Any]

# SAM writes the values of parameters and pseudo parameters into what it makes. These stand for themselves, so that the
# template holds for every region; it is why the Parameters section is kept from SAM as well.
STAND_FOR_THEMSELVES = {"AWS::Region": "${AWS::Region}", "AWS::Partition": "${AWS::Partition}"}


def to_cloudformation(sam: Template, state_machine: dict[str, Any]) -> Template:
    """The functions' code comes from the parameters CodeBucket and CodeKey; the state machine's definition goes in."""
    prepared = copy.deepcopy(sam)
    resources = prepared["Resources"]
    _refuse_untyped(resources)
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": {"Ref": "CodeBucket"}, "Key": {"Ref": "CodeKey"}}
    resources["SlaStateMachine"]["Properties"]["Definition"] = state_machine
    parameters = prepared.pop("Parameters")
    return {"Parameters": parameters, **_without_sam(prepared)}


def _refuse_untyped(resources: dict[str, Any]) -> None:
    """A resource without a type is a part of infra/template.yaml that names a function app.py does not have."""
    lost = sorted(name for name, resource in resources.items() if "Type" not in resource)
    if lost:
        raise Trouble(f"infra/template.yaml adds to {', '.join(lost)}, which app.py does not define.")


def _without_sam(template: Template) -> Template:
    any_region = boto3.Session(region_name="us-east-1")  # SAM insists on one, to find its partition
    translator = Translator({}, Parser(), boto_session=any_region)
    translated: Template = translator.translate(template, parameter_values=dict(STAND_FOR_THEMSELVES))
    translated.pop("Transform", None)
    return translated
