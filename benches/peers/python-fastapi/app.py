"""Puts an object's fields if they are not there yet, behind FastAPI."""

import json
import os

import boto3
from botocore.exceptions import ClientError
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from mangum import Mangum
from pydantic import BaseModel, ConfigDict

TABLE = os.environ["TABLE"]
dynamodb = boto3.client("dynamodb")
app = FastAPI()


class CreateObject(BaseModel):
    model_config = ConfigDict(extra="allow")


@app.post("/v1/buckets/{bucket_identifier}/objects")
def create_object(bucket_identifier: str, fields: CreateObject, request: Request):
    id = f"peer#{bucket_identifier}#{request.scope['aws.context'].aws_request_id}"
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={
                "pk": {"S": id},
                "bucket": {"S": bucket_identifier},
                "fields": {"S": json.dumps(fields.model_dump())},
            },
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return JSONResponse({"object_id": error.response["Item"]["pk"]["S"]}, status_code=409)
    return {"object_id": id}


handler = Mangum(app, lifespan="off")
