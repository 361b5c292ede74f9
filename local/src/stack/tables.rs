//! Creates the tables from the store's one description of them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata as _};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use stowage_store::tables::{ALL, Table};

use super::StartError;

/// Creates the tables that aren't there.
pub(super) async fn create(client: &Client, prefix: &str) -> Result<(), StartError> {
    for table in ALL {
        let name = format!("{prefix}-{}", table.name);
        create_table(client, &table, &name).await.map_err(|reason| StartError::Engine {
            engine: "DynamoDB",
            reason: format!("{name}: {reason}"),
        })?;
    }
    Ok(())
}

async fn create_table(client: &Client, table: &Table, name: &str) -> Result<(), String> {
    let invalid = |error: BuildError| error.to_string();
    let mut attributes = vec![table.partition];
    attributes.extend(table.sort);
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(table.partition, table.sort).map_err(invalid)?));
    if let Some(index) = table.index {
        attributes.extend([index.partition, index.sort]);
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.partition, Some(index.sort)).map_err(invalid)?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(invalid)?;
        request = request.global_secondary_indexes(index);
    }
    if table.stream {
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewAndOldImages)
            .build()
            .map_err(invalid)?;
        request = request.stream_specification(stream);
    }
    for attribute in attributes {
        let definition = AttributeDefinition::builder()
            .attribute_name(attribute)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(invalid)?;
        request = request.attribute_definitions(definition);
    }
    match request.send().await {
        Ok(_) => {}
        Err(error) if error.code() == Some("ResourceInUseException") => return Ok(()),
        Err(error) => return Err(format!("{}", aws_sdk_dynamodb::error::DisplayErrorContext(error))),
    }
    let Some(ttl) = table.ttl else { return Ok(()) };
    let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name(ttl).build();
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(specification.map_err(invalid)?)
        .send()
        .await
        .map_err(|error| format!("{}", aws_sdk_dynamodb::error::DisplayErrorContext(error)))?;
    Ok(())
}

fn key_schema(partition: &str, sort: Option<&str>) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let mut schema = vec![element(partition, KeyType::Hash)?];
    if let Some(sort) = sort {
        schema.push(element(sort, KeyType::Range)?);
    }
    Ok(schema)
}
