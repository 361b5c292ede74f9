//! Puts an object's fields if they are not there yet, with the stock client.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn, tracing};
use serde_json::{Value, json};

async fn handle(client: &Client, table: &str, request: Request) -> Result<Response<Body>, Error> {
    let fields: Value = serde_json::from_slice(request.body())?;
    let bucket = request.path_parameters().first("bucket_identifier").unwrap_or_default().to_owned();
    let id = format!("peer#{bucket}#{}", request.lambda_context().request_id);
    let put = client
        .put_item()
        .table_name(table)
        .item("pk", AttributeValue::S(id.clone()))
        .item("bucket", AttributeValue::S(bucket))
        .item("fields", AttributeValue::S(fields.to_string()))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    let (status, answer) = match put {
        Ok(_) => (200, json!({"object_id": id})),
        Err(SdkError::ServiceError(refused)) => match refused.err() {
            PutItemError::ConditionalCheckFailedException(stored) => {
                let id = stored.item().and_then(|item| item.get("pk")?.as_s().ok());
                (409, json!({"object_id": id}))
            }
            other => return Err(other.to_string().into()),
        },
        Err(error) => return Err(error.into()),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    Ok(response.body(answer.to_string().into())?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let table = std::env::var("TABLE")?;
    let (client, table) = (&client, table.as_str());
    run(service_fn(move |request| async move { handle(client, table, request).await })).await
}
