// Puts an object's fields if they are not there yet.
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});
const table = process.env.TABLE;

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export async function handler(event, context) {
  const fields = JSON.parse(event.body);
  const bucket = event.pathParameters.bucket_identifier;
  const id = `peer#${bucket}#${context.awsRequestId}`;
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { pk: { S: id }, bucket: { S: bucket }, fields: { S: JSON.stringify(fields) } },
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return answer(200, { object_id: id });
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return answer(409, { object_id: error.Item?.pk.S });
    }
    throw error;
  }
}
