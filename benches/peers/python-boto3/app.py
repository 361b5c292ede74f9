"""Puts an object's fields if they are not there yet."""

import json
import os

import boto3
from botocore.exceptions import ClientError

TABLE = os.environ["TABLE"]
dynamodb = boto3.client("dynamodb")


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body),
    }


def handler(event, context):
    fields = json.loads(event["body"])
    bucket = event["pathParameters"]["bucket_identifier"]
    id = f"peer#{bucket}#{context.aws_request_id}"
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={"pk": {"S": id}, "bucket": {"S": bucket}, "fields": {"S": json.dumps(fields)}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return answer(409, {"object_id": error.response["Item"]["pk"]["S"]})
    return answer(200, {"object_id": id})
