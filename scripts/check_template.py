#!/usr/bin/env python3
"""Holds template.yaml against what the code says of itself.

    check_template.py [--described FILE] [--calls FILE] [--template FILE]

The template is translated by SAM's own translator, offline, and looked at once for each combination of
the parameters that change rights (KmsKeyArn, SigningUser). Always checked:

- no IAM statement has a bare "*" as resource, an action with a wildcard, or a managed policy that isn't
  listed here;
- a list of abuses is denied (ABUSES).

--described FILE: the tables and routes that the code describes. The template must have exactly these.

    {"tables": [{"name": "objects", "partition": "pk", "sort": null, "ttl": "ttl", "stream": true,
                 "index": {"name": "by_bucket", "partition": "listing", "sort": "listed_at"}}, …],
     "routes": [{"route_key": "POST /v1/buckets", "function": "buckets"}, …]}

--calls FILE: the AWS calls that the functions made, as tests recorded them. A function's role must grant
what these need (CALLS), and nothing else.

    [{"function": "create-object", "service": "dynamodb", "action": "PutItem", "resource": "objects",
      "index": null}, …]

`action` is a key of CALLS. `resource` is a table's name, for S3 "s3:" and the key's prefix
("s3:uploads/"), for the event bus "bus:" and its name; `index` is an index's name,
or null. An action of a transaction is a call of its own.
"""

import argparse
import copy
import itertools
import json
import logging
import os
import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "stack"
PSEUDO = {
    "AWS::StackName": PREFIX,
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
SIGNER = "signing user"

# The parameters that change what is granted, each with its values.
VARIANTS = {"KmsKeyArn": ["", KEY], "SigningUser": ["no", "yes"]}

# Managed policies that may be attached. X-Ray's two actions know no resources; CodeDeploy's is SAM's own.
MANAGED = {"AWSXRayDaemonWriteAccess", "AWSCodeDeployRoleForLambda", "AWSCodeDeployRoleForLambdaLimited"}


# ------------------------------------------------------------------------------- from call to rights


class Call(NamedTuple):
    """What a call needs: actions on its own resource, on the whole bucket, and on the key."""

    own: list
    bucket: list = []
    key: list = ["kms:Decrypt"]  # DynamoDB's for any use of a table


# The one table of call → rights.
CALLS = {
    ("dynamodb", "GetItem"): Call(["dynamodb:GetItem"]),
    ("dynamodb", "BatchGetItem"): Call(["dynamodb:BatchGetItem"]),
    ("dynamodb", "Query"): Call(["dynamodb:Query"]),
    ("dynamodb", "Scan"): Call(["dynamodb:Scan"]),
    ("dynamodb", "PutItem"): Call(["dynamodb:PutItem"]),
    ("dynamodb", "UpdateItem"): Call(["dynamodb:UpdateItem"]),
    ("dynamodb", "DeleteItem"): Call(["dynamodb:DeleteItem"]),
    # A transaction has no right of its own.
    ("dynamodb", "TransactWriteItems.Put"): Call(["dynamodb:PutItem"]),
    ("dynamodb", "TransactWriteItems.Update"): Call(["dynamodb:UpdateItem"]),
    ("dynamodb", "TransactWriteItems.Delete"): Call(["dynamodb:DeleteItem"]),
    ("dynamodb", "TransactWriteItems.ConditionCheck"): Call(["dynamodb:ConditionCheckItem"]),
    ("dynamodb", "TransactGetItems.Get"): Call(["dynamodb:GetItem"]),
    # Without ListBucket a missing key is a 403 instead of a 404.
    ("s3", "HeadObject"): Call(["s3:GetObject"], bucket=["s3:ListBucket"]),
    ("s3", "ListObjectVersions"): Call([], bucket=["s3:ListBucketVersions"], key=[]),
    ("s3", "ListMultipartUploads"): Call([], bucket=["s3:ListBucketMultipartUploads"], key=[]),
    ("s3", "GetObject"): Call(["s3:GetObject"]),
    # GetObject with a version id.
    ("s3", "GetObjectVersion"): Call(["s3:GetObjectVersion"]),
    ("s3", "PutObject"): Call(["s3:PutObject"], key=["kms:GenerateDataKey"]),
    # S3 encrypts parts under the data key of their upload, which it has KMS open again for each.
    ("s3", "CreateMultipartUpload"): Call(["s3:PutObject"], key=["kms:GenerateDataKey"]),
    ("s3", "UploadPart"): Call(["s3:PutObject"], key=["kms:GenerateDataKey", "kms:Decrypt"]),
    ("s3", "CompleteMultipartUpload"): Call(["s3:PutObject"], key=["kms:Decrypt"]),
    ("s3", "AbortMultipartUpload"): Call(["s3:AbortMultipartUpload"], key=[]),
    # Calls nothing; the URL has its signer's rights.
    ("s3", "PresignPutObject"): Call(["s3:PutObject"], key=["kms:GenerateDataKey"]),
    ("s3", "PresignGetObject"): Call(["s3:GetObject"]),
    ("s3", "PresignGetObjectVersion"): Call(["s3:GetObjectVersion"]),
    ("events", "PutEvents"): Call(["events:PutEvents"], key=[]),
    ("s3", "DeleteObject"): Call(["s3:DeleteObject"], key=[]),
    ("s3", "DeleteObjectVersion"): Call(["s3:DeleteObjectVersion"], key=[]),
}

# What Lambda itself does in every function's name.
LOG_ACTIONS = ["logs:CreateLogStream", "logs:PutLogEvents"]

# What an event source mapping, or a pipe, does in its function's or own name to read its source.
SOURCE_ACTIONS = {
    "dynamodb": [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ],
    "sqs": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
}


# ------------------------------------------------------------------------------------------- abuses


class Abuse(NamedTuple):
    """Something that must be denied, whatever a statement's conditions are."""

    who: str  # a function, or "anyone"
    actions: list
    resources: list  # as in a recorded call
    but: tuple = ()  # functions that may


TABLES = ["catalog", "objects", "uploads", "batches"]
BYTES = ["s3:uploads/", "s3:inline/", "s3:mirror/"]
READ_ITEMS = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"]
WRITE_ITEMS = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"]
READ_BYTES = ["s3:GetObject", "s3:GetObjectVersion"]
DELETE_BYTES = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
ITEMS = READ_ITEMS + WRITE_ITEMS
ALL_BYTES = READ_BYTES + DELETE_BYTES + ["s3:PutObject"]

ABUSES = {
    "nobody but reconcile scans a table": Abuse("anyone", ["dynamodb:Scan"], TABLES, ("reconcile",)),
    "nobody selects from a table": Abuse("anyone", ["dynamodb:PartiQLSelect"], TABLES),
    "reconcile scans objects and uploads alone": Abuse("reconcile", ["dynamodb:Scan"], ["catalog", "batches"]),
    "reconcile makes no upload": Abuse("reconcile", ["dynamodb:PutItem"], ["uploads"]),
    "reconcile changes no bucket": Abuse("reconcile", ["dynamodb:UpdateItem"], ["catalog"]),
    "reconcile reads and writes no bytes": Abuse("reconcile", [*READ_BYTES, "s3:PutObject"], BYTES),
    "nobody deletes a table or its backups": Abuse(
        "anyone", ["dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups"], TABLES
    ),
    "nobody hides bytes": Abuse("anyone", ["s3:DeleteObject"], BYTES),
    "nobody changes the bucket": Abuse(
        "anyone",
        ["s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:DeleteBucket"],
        ["s3:"],
    ),
    "nobody uses IAM": Abuse("anyone", ["iam:PassRole", "iam:CreateAccessKey", "sts:AssumeRole"], TABLES + BYTES),
    "create-upload reads no bytes": Abuse("create-upload", READ_BYTES + ["s3:ListBucket"], [*BYTES, "s3:"]),
    "create-upload writes no object": Abuse("create-upload", WRITE_ITEMS, ["objects", "catalog", "batches"]),
    "create-upload signs nothing under inline/": Abuse("create-upload", ["s3:PutObject"], ["s3:inline/"]),
    "create-object deletes nothing": Abuse("create-object", ["dynamodb:DeleteItem", *DELETE_BYTES], TABLES + BYTES),
    "create-object writes nothing under uploads/": Abuse("create-object", ["s3:PutObject"], ["s3:uploads/"]),
    "create-object makes no upload": Abuse("create-object", ["dynamodb:PutItem"], ["uploads"]),
    "create-object changes no bucket": Abuse("create-object", WRITE_ITEMS, ["catalog"]),
    "uploads makes no object": Abuse("uploads", WRITE_ITEMS, ["objects", "batches"]),
    "uploads deletes no row": Abuse("uploads", ["dynamodb:DeleteItem"], TABLES),
    "uploads changes no bucket": Abuse("uploads", WRITE_ITEMS, ["catalog"]),
    "uploads writes no bytes": Abuse("uploads", ["s3:PutObject"], BYTES),
    "uploads deletes nothing under inline/": Abuse("uploads", DELETE_BYTES, ["s3:inline/"]),
    "objects writes no bytes": Abuse("objects", ["s3:PutObject"], BYTES),
    "objects deletes nothing but objects": Abuse(
        "objects", ["dynamodb:DeleteItem"], [table for table in TABLES if table != "objects"]
    ),
    "objects changes no bucket": Abuse("objects", WRITE_ITEMS, ["catalog"]),
    "confirm-upload writes no bytes": Abuse("confirm-upload", ["s3:PutObject"], BYTES),
    "confirm-upload reads nothing under inline/": Abuse("confirm-upload", READ_BYTES, ["s3:inline/"]),
    "confirm-upload deletes nothing": Abuse("confirm-upload", ["dynamodb:DeleteItem", *DELETE_BYTES], TABLES + BYTES),
    "confirm-upload changes no bucket": Abuse("confirm-upload", WRITE_ITEMS, ["catalog"]),
    "auto-confirm writes no bytes": Abuse("auto-confirm", ["s3:PutObject"], BYTES),
    "auto-confirm reads nothing under inline/": Abuse("auto-confirm", READ_BYTES, ["s3:inline/"]),
    "auto-confirm deletes nothing": Abuse("auto-confirm", ["dynamodb:DeleteItem", *DELETE_BYTES], TABLES + BYTES),
    "auto-confirm changes no bucket": Abuse("auto-confirm", WRITE_ITEMS, ["catalog"]),
    "auto-confirm changes no task": Abuse("auto-confirm", ["dynamodb:UpdateItem"], ["batches"]),
    "nobody but publish-events publishes": Abuse("anyone", ["events:PutEvents"], ["bus:"], ("publish-events",)),
    "publish-events touches no table": Abuse("publish-events", ITEMS, TABLES),
    "publish-events touches no bytes": Abuse("publish-events", [*ALL_BYTES, "s3:ListBucket"], [*BYTES, "s3:"]),
    "publish-events reads nothing of what it keeps": Abuse("publish-events", READ_BYTES, ["s3:undelivered/"]),
    "mirror-source touches nothing that clients wrote": Abuse(
        "mirror-source", ALL_BYTES, ["s3:uploads/", "s3:inline/"]
    ),
    "mirror-source reads no copy": Abuse("mirror-source", READ_BYTES, ["s3:mirror/"]),
    "mirror-source makes no object": Abuse("mirror-source", ["dynamodb:PutItem"], ["catalog", "objects", "batches"]),
    "mirror-source deletes no row": Abuse("mirror-source", ["dynamodb:DeleteItem"], TABLES),
    "batches makes and deletes no object": Abuse("batches", ["dynamodb:PutItem", "dynamodb:DeleteItem"], ["objects"]),
    "batches changes no bucket": Abuse("batches", WRITE_ITEMS, ["catalog"]),
    "batches touches no upload": Abuse("batches", ITEMS, ["uploads"]),
    "batches touches no bytes": Abuse("batches", [*ALL_BYTES, "s3:ListBucket"], [*BYTES, "s3:"]),
    "run-task writes no bytes": Abuse("run-task", ["s3:PutObject"], BYTES),
    "run-task reads nothing under inline/": Abuse("run-task", READ_BYTES, ["s3:inline/"]),
    "create-upload deletes nothing": Abuse("create-upload", ["dynamodb:DeleteItem", *DELETE_BYTES], TABLES + BYTES),
    "buckets touches no object or upload": Abuse("buckets", ITEMS, ["objects", "uploads"]),
    "buckets reads no task": Abuse("buckets", READ_ITEMS, ["batches"]),
    "buckets deletes no row": Abuse("buckets", ["dynamodb:DeleteItem"], TABLES),
    "buckets touches no bytes": Abuse("buckets", [*ALL_BYTES, "s3:ListBucket"], [*BYTES, "s3:"]),
    "namespaces touches no object or upload": Abuse("namespaces", ITEMS, ["objects", "uploads"]),
    "namespaces reads no task": Abuse("namespaces", READ_ITEMS, ["batches"]),
    "namespaces deletes no row": Abuse("namespaces", ["dynamodb:DeleteItem"], TABLES),
    "namespaces touches no bytes": Abuse("namespaces", [*ALL_BYTES, "s3:ListBucket"], [*BYTES, "s3:"]),
    "count-objects touches no upload or batch": Abuse("count-objects", ITEMS, ["uploads", "batches"]),
    "count-objects changes no object": Abuse("count-objects", ["dynamodb:UpdateItem"], ["objects"]),
    "count-objects reads and deletes no row": Abuse("count-objects", READ_ITEMS + ["dynamodb:DeleteItem"], TABLES),
    "count-objects touches no bytes": Abuse("count-objects", [*ALL_BYTES, "s3:ListBucket"], [*BYTES, "s3:"]),
    "service touches no table": Abuse("service", ITEMS, TABLES),
    "service touches no bytes": Abuse("service", [*ALL_BYTES, "s3:ListBucket"], [*BYTES, "s3:"]),
    "the signing user reads nothing": Abuse(SIGNER, READ_BYTES + READ_ITEMS, TABLES + BYTES),
    "the signing user writes nothing under inline/": Abuse(SIGNER, ["s3:PutObject"], ["s3:inline/"]),
}


# -------------------------------------------------------------------------- the template as deployed


class Deployed:
    """A template as CloudFormation would see it, with some parameters chosen."""

    def __init__(self, template, parameters=None):
        template = copy.deepcopy(template)
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                # The translator wants code in S3; its key keeps the function's name.
                name = str(resource["Properties"]["CodeUri"]).rstrip("/").rsplit("/", 1)[-1]
                resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": name}
        # An empty map of managed policies: SAM would ask IAM for their ARNs.
        translated = Translator({}, Parser()).translate(template, dict(parameters or {}))
        defaults = {name: value.get("Default", "") for name, value in template.get("Parameters", {}).items()}
        self.parameters = {name: str(value) for name, value in (defaults | (parameters or {})).items()}
        self.conditions = translated.get("Conditions", {})
        self.all = translated["Resources"]
        self.resources = {i: r for i, r in self.all.items() if self.condition(r.get("Condition", True))}

    def of_type(self, kind):
        """The resources of a type, by logical id."""
        return {i: r.get("Properties", {}) for i, r in self.resources.items() if r["Type"] == kind}

    def condition(self, condition):
        """Whether a condition holds, by name or as an expression."""
        if isinstance(condition, bool):
            return condition
        if isinstance(condition, str):
            return self.condition(self.conditions[condition])
        ((function, argument),) = condition.items()
        match function:
            case "Condition":
                return self.condition(argument)
            case "Fn::Not":
                return not self.condition(argument[0])
            case "Fn::And":
                return all(self.condition(part) for part in argument)
            case "Fn::Or":
                return any(self.condition(part) for part in argument)
            case "Fn::Equals":
                return self.value(argument[0]) == self.value(argument[1])
        raise ValueError(f"unknown condition {function}")

    def value(self, value):
        """A value with its intrinsic functions resolved; None for AWS::NoValue, dropped from lists and maps."""
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            match function:
                case "Ref":
                    return self.reference(argument)
                case "Fn::GetAtt":
                    resource, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                    return self.attribute(resource, attribute)
                case "Fn::Sub":
                    return self.substituted(argument)
                case "Fn::If":
                    return self.value(argument[1] if self.condition(argument[0]) else argument[2])
                case "Fn::Join":
                    return argument[0].join(map(str, self.value(argument[1])))
        resolved = {name: self.value(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not None}

    def substituted(self, argument):
        text, names = (argument, {}) if isinstance(argument, str) else argument

        def replacement(match):
            name = match[1]
            if name in names:
                return str(self.value(names[name]))
            if "." in name:
                return self.attribute(*name.split(".", 1))
            return str(self.reference(name))

        return re.sub(r"\$\{([^!}]+)\}", replacement, text)

    def reference(self, name):
        if name == "AWS::NoValue":
            return None
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        properties = self.all[name].get("Properties", {})
        match self.all[name]["Type"]:
            case "AWS::DynamoDB::Table":
                return self.value(properties["TableName"])
            case "AWS::Logs::LogGroup":
                return self.value(properties["LogGroupName"])
        return name

    def attribute(self, resource, attribute):
        """An attribute as the ARN or text that it will be, as far as that matters here."""
        region = f"{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}"
        match self.all[resource]["Type"], attribute:
            case "AWS::DynamoDB::Table", "Arn":
                return f"arn:aws:dynamodb:{region}:table/{self.reference(resource)}"
            case "AWS::DynamoDB::Table", "StreamArn":
                return f"{self.attribute(resource, 'Arn')}/stream/x"
            case "AWS::Events::EventBus", "Arn":
                return f"arn:aws:events:{region}:event-bus/{resource}"
            case "AWS::SQS::Queue", "Arn":
                return f"arn:aws:sqs:{region}:{resource}"
            case "AWS::S3::Bucket", "Arn":
                return f"arn:aws:s3:::{resource}"
            case "AWS::Logs::LogGroup", "Arn":
                return f"arn:aws:logs:{region}:log-group:{self.reference(resource)}:*"
        return f"{resource}.{attribute}"

    def functions(self):
        """The functions by their names, those of their directories."""
        functions = self.of_type("AWS::Lambda::Function")
        return {properties["Code"]["S3Key"]: (i, properties) for i, properties in functions.items()}


# ------------------------------------------------------------------------------------------- drift


def tables_of(deployed):
    """The tables, as the code describes them."""
    return [described(deployed.value(table)) for table in deployed.of_type("AWS::DynamoDB::Table").values()]


def described(table):
    ttl = table.get("TimeToLiveSpecification", {})
    indexes = table.get("GlobalSecondaryIndexes", [])
    index = {"name": indexes[0]["IndexName"], **keys_of(indexes[0])} if indexes else None
    return {
        "name": table["TableName"].removeprefix(f"{PREFIX}-"),
        **keys_of(table),
        "index": index,
        "ttl": ttl.get("AttributeName") if ttl.get("Enabled") else None,
        "stream": table.get("StreamSpecification", {}).get("StreamViewType") == "NEW_AND_OLD_IMAGES",
    }


def keys_of(schema):
    by_type = {key["KeyType"]: key["AttributeName"] for key in schema["KeySchema"]}
    return {"partition": by_type["HASH"], "sort": by_type.get("RANGE")}


def table_problems(deployed):
    """What every table must have beyond its description."""
    for logical_id, properties in deployed.of_type("AWS::DynamoDB::Table").items():
        table, resource = deployed.value(properties), deployed.resources[logical_id]
        recovery = table.get("PointInTimeRecoverySpecification", {})
        indexes = table.get("GlobalSecondaryIndexes", [])
        wanted = {
            "BillingMode": table.get("BillingMode") == "PAY_PER_REQUEST",
            "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled") is True,
            "PointInTimeRecovery": recovery.get("PointInTimeRecoveryEnabled") is True,
            "DeletionPolicy": resource.get("DeletionPolicy") == "Retain",
            "UpdateReplacePolicy": resource.get("UpdateReplacePolicy") == "Retain",
            "number of indexes": len(indexes) <= 1,
            "projection": all(index["Projection"]["ProjectionType"] == "KEYS_ONLY" for index in indexes),
            "type of keys": all(attribute["AttributeType"] == "S" for attribute in table["AttributeDefinitions"]),
        }
        yield from (f"{logical_id}: {name} is not as it must be" for name, right in wanted.items() if not right)


def routes_of(deployed):
    """The routes, as the code describes them."""
    routes = []
    for api in deployed.of_type("AWS::ApiGatewayV2::Api").values():
        for path, methods in api["Body"]["paths"].items():
            for method, operation in methods.items():
                key = "$default" if path in ("$default", "/$default") else f"{method.upper()} {path}"
                integration = operation["x-amazon-apigateway-integration"]
                target = re.search(r"functions/\$\{(\w+?)(?:\.Arn)?\}/invocations", json.dumps(integration["uri"]))[1]
                routes.append(
                    {
                        "route_key": key,
                        "function": function_behind(deployed, target),
                        "payload": integration["payloadFormatVersion"],
                        "authorizer": bool(operation.get("security")),
                    }
                )
    return routes


def function_behind(deployed, logical_id):
    """The name of a function, by its own logical id or its alias's."""
    resource = deployed.resources[logical_id]
    if resource["Type"] == "AWS::Lambda::Alias":
        logical_id = resource["Properties"]["FunctionName"]["Ref"]
    return next(name for name, (known, _) in deployed.functions().items() if known == logical_id)


def sources_of(deployed):
    """The functions that queues and streams feed, each with its source's ARN."""
    for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping").values():
        yield function_behind(deployed, mapping["FunctionName"]["Ref"]), deployed.value(mapping["EventSourceArn"])


def drift(deployed, description):
    """Where template and code disagree about tables and routes."""
    yield from differences("table", "name", tables_of(deployed), description["tables"])
    yield from table_problems(deployed)
    routes = routes_of(deployed)
    for route in routes:
        if route.pop("payload") != "2.0":
            yield f"route {route['route_key']}: its payload format is not 2.0"
        if route.pop("authorizer"):
            yield f"route {route['route_key']}: it has an authorizer; the functions authenticate"
    yield from differences("route", "route_key", routes, description["routes"])


def differences(kind, key, in_template, in_code):
    template = {item[key]: item for item in in_template}
    code = {item[key]: item for item in in_code}
    for name in sorted(code.keys() - template.keys()):
        yield f"{kind} {name}: in the code, not in the template"
    for name in sorted(template.keys() - code.keys()):
        yield f"{kind} {name}: in the template, not in the code"
    for name in sorted(code.keys() & template.keys()):
        for field in sorted(code[name].keys() | template[name].keys()):
            ours, theirs = template[name].get(field), code[name].get(field)
            if ours != theirs:
                yield f"{kind} {name}: {field} is {ours!r} in the template, {theirs!r} in the code"


# ------------------------------------------------------------------------------------------- rights


class Grant(NamedTuple):
    """One action on one resource that a statement allows."""

    action: str
    resource: str
    condition: dict
    sid: str

    def covers(self, right):
        return self.matches(right.action, right.resource) and holds(self.condition, right.context)

    def matches(self, action, resource):
        """Whether it allows this, its conditions aside."""
        return fnmatchcase(action.lower(), self.action.lower()) and fnmatchcase(resource, self.resource)


class Right(NamedTuple):
    """One action on one resource that somebody needs, in the context in which AWS will decide."""

    action: str
    resource: str
    context: dict


def holds(condition, context):
    """Whether a statement's condition holds. AWS has more operators: these are the ones in use."""
    compare = {"StringEquals": lambda value, pattern: value == pattern, "StringLike": fnmatchcase}
    for operator, tests in condition.items():
        if operator not in compare:
            raise ValueError(f"{operator}: an operator that this script doesn't know")
        for key, patterns in tests.items():
            if not any(compare[operator](context.get(key, ""), pattern) for pattern in listed(patterns)):
                return False
    return True


def listed(value):
    return value if isinstance(value, list) else [value]


def policies_of(deployed):
    """Every identity policy: (whose, its statements), and managed policies: (whose, ARN)."""
    inline, managed = [], []
    for kind in ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"):
        for logical_id, properties in deployed.of_type(kind).items():
            properties = deployed.value(properties)
            for policy in properties.get("Policies", []):
                inline.append((logical_id, listed(policy["PolicyDocument"]["Statement"])))
            managed += [(logical_id, arn) for arn in properties.get("ManagedPolicyArns", [])]
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy"):
        for logical_id, properties in deployed.of_type(kind).items():
            statements = listed(deployed.value(properties)["PolicyDocument"]["Statement"])
            owners = [properties.get(name) for name in ("Roles", "Users", "RoleName", "UserName")]
            owners = [owner["Ref"] for owner in itertools.chain.from_iterable(map(listed, owners)) if owner]
            inline += [(owner, statements) for owner in owners or [logical_id]]
    return inline, managed


def loose_statements(deployed):
    """Statements that allow more than one can see."""
    inline, managed = policies_of(deployed)
    for owner, statements in inline:
        for statement in statements:
            where = f"{owner}, statement {statement.get('Sid', '(without a Sid)')}"
            if "*" in listed(statement.get("Resource", [])):
                yield f'{where}: its resource is a bare "*"'
            for action in listed(statement.get("Action", [])):
                if "*" in action:
                    yield f"{where}: the action {action} has a wildcard"
            for key in ("NotAction", "NotResource"):
                if key in statement:
                    yield f"{where}: it has {key}"
            if statement["Effect"] != "Allow":
                yield f"{where}: a {statement['Effect']}, which this script doesn't weigh"
    for owner, arn in managed:
        if arn.rsplit("/", 1)[-1] not in MANAGED:
            yield f"{owner}: the managed policy {arn} isn't listed in this script"


def grants_of(deployed):
    """What each function and the signing user are granted."""
    by_owner = {}
    for owner, statements in policies_of(deployed)[0]:
        for statement in statements:
            actions, resources = listed(statement.get("Action", [])), listed(statement.get("Resource", []))
            condition, sid = statement.get("Condition", {}), statement.get("Sid", "")
            by_owner.setdefault(owner, []).extend(
                Grant(action, resource, condition, sid) for action, resource in itertools.product(actions, resources)
            )
    grants = {}
    for name, (_, properties) in deployed.functions().items():
        role = properties["Role"]["Fn::GetAtt"][0]
        grants[name] = by_owner.get(role, [])
    users = deployed.of_type("AWS::IAM::User")
    for user in users:
        grants[SIGNER] = grants.get(SIGNER, []) + by_owner.get(user, [])
    return grants


def arn_of(deployed, resource, index=None):
    """The ARN of a recorded call's resource; of something under it, for a prefix in S3."""
    if resource.startswith("bus:"):
        bus = next(iter(deployed.of_type("AWS::Events::EventBus")), "bus")
        return f"arn:aws:events:{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}:event-bus/{bus}"
    if resource.startswith("s3:"):
        (bucket,) = deployed.of_type("AWS::S3::Bucket")
        prefix = resource.removeprefix("s3:")
        return f"arn:aws:s3:::{bucket}/{prefix}x" if prefix else f"arn:aws:s3:::{bucket}"
    table = f"arn:aws:dynamodb:{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}:table/{PREFIX}-{resource}"
    return f"{table}/index/{index}" if index else table


def rights_of(deployed, call):
    """What a recorded call needs."""
    needs = CALLS[call["service"], call["action"]]
    resource = call["resource"]
    if resource.startswith("s3:") != (call["service"] == "s3"):
        raise ValueError(f"{resource} is no resource of {call['service']}")
    rights = [Right(action, arn_of(deployed, resource, call.get("index")), {}) for action in needs.own]
    # S3 takes the key for the prefix when it decides between 404 and 403.
    context = {"s3:prefix": f"{resource.removeprefix('s3:')}x"}
    rights += [Right(action, arn_of(deployed, "s3:"), context) for action in needs.bucket]
    if deployed.parameters.get("KmsKeyArn"):
        via = {"kms:ViaService": f"{call['service']}.{PSEUDO['AWS::Region']}.{PSEUDO['AWS::URLSuffix']}"}
        rights += [Right(action, deployed.parameters["KmsKeyArn"], via) for action in needs.key]
    return rights


def needs_of(deployed, calls):
    """What each function and the signing user need; and the problems of the recording itself."""
    needs, problems = {}, []
    has_signer = bool(deployed.of_type("AWS::IAM::User"))
    for name, (_, properties) in deployed.functions().items():
        group = deployed.value(properties.get("LoggingConfig", {})).get("LogGroup", f"/aws/lambda/{name}")
        stream = f"arn:aws:logs:{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}:log-group:{group}:log-stream:x"
        needs[name] = [Right(action, stream, {}) for action in LOG_ACTIONS]
        key = deployed.value(properties.get("KmsKeyArn"))
        if key:
            # Lambda decrypts the environment in the role's name.
            needs[name].append(Right("kms:Decrypt", key, {}))
    for name, source in sources_of(deployed):
        service = source.split(":")[2]
        needs[name] += [Right(action, source, {}) for action in SOURCE_ACTIONS[service]]
        if service == "dynamodb" and deployed.parameters.get("KmsKeyArn"):
            # A stream is encrypted as its table is.
            via = {"kms:ViaService": f"dynamodb.{PSEUDO['AWS::Region']}.{PSEUDO['AWS::URLSuffix']}"}
            needs[name].append(Right("kms:Decrypt", deployed.parameters["KmsKeyArn"], via))
    for call in calls:
        who = SIGNER if has_signer and call["action"] == "PresignPutObject" else call["function"]
        try:
            if call["function"] not in needs:
                raise ValueError("no such function")
            needs.setdefault(who, []).extend(rights_of(deployed, call))
        except (KeyError, ValueError) as error:
            problems.append(f"a recorded call can't be judged: {json.dumps(call)}: {error}")
    return needs, problems


def unbalanced(deployed, calls):
    """What is used but not granted, and what is granted but not used."""
    grants = grants_of(deployed)
    needs, problems = needs_of(deployed, calls)
    yield from problems
    for who in sorted(grants.keys() | needs.keys()):
        given, wanted = grants.get(who, []), needs.get(who, [])
        for right in wanted:
            if not any(grant.covers(right) for grant in given):
                yield f"{who}: {right.action} on {right.resource} is used, but not granted"
        for grant in given:
            if not any(grant.covers(right) for right in wanted):
                yield f"{who}: {grant.action} on {grant.resource} ({grant.sid}) is granted, but not used"


def possible_abuses(deployed):
    """Abuses that some statement allows."""
    grants = grants_of(deployed)
    for name, abuse in ABUSES.items():
        suspects = grants if abuse.who == "anyone" else {abuse.who}
        for who in sorted(set(suspects) - set(abuse.but)):
            for action, resource in itertools.product(abuse.actions, abuse.resources):
                arn = arn_of(deployed, resource)
                if any(grant.matches(action, arn) for grant in grants.get(who, [])):
                    yield f"{name}: {who} may {action} on {arn}"


# --------------------------------------------------------------------------------------------- main


def problems_of(template, description=None, calls=None):
    """Every problem of a template, each once."""
    problems = {}
    variants = {name: values for name, values in VARIANTS.items() if name in template.get("Parameters", {})}
    for values in itertools.product(*variants.values()):
        parameters = dict(zip(variants, values, strict=True))
        deployed = Deployed(template, parameters)
        found = [*loose_statements(deployed), *possible_abuses(deployed)]
        if description is not None:
            found += drift(deployed, description)
        if calls is not None:
            found += unbalanced(deployed, calls)
        where = ", ".join(f"{name}={value or 'none'}" for name, value in parameters.items())
        for problem in found:
            problems.setdefault(problem, where)
    return [f"{problem} [with {where}]" if where else problem for problem, where in problems.items()]


def read_json(path):
    return json.loads(path.read_text()) if path else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--template", type=Path, default=ROOT / "template.yaml")
    parser.add_argument("--described", type=Path, help="JSON of the code's tables and routes")
    parser.add_argument("--calls", type=Path, help="JSON of the calls that the functions made")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)  # of the translator, about its feature flags
    os.environ.setdefault("AWS_DEFAULT_REGION", PSEUDO["AWS::Region"])  # it wants one, and calls nobody

    problems = problems_of(
        yaml_parse(arguments.template.read_text()), read_json(arguments.described), read_json(arguments.calls)
    )
    for problem in problems:
        print(problem, file=sys.stderr)
    for path, what in ((arguments.described, "tables and routes"), (arguments.calls, "rights against calls")):
        if path is None:
            print(f"NOT checked: {what} (no file was given)")
    if problems:
        sys.exit(f"{arguments.template.name}: {len(problems)} problems")
    print(f"{arguments.template.name}: no problem found; {len(ABUSES)} abuses are denied")


if __name__ == "__main__":
    main()
