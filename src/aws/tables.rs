//! Makes the tables where they are missing, for a first try and for tests; a deployment makes them with its stack.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification,
};

use crate::ports::{EXPIRES_AT, StoreError, Table};

use super::dynamodb::DynamoStore;

/// How often a new table is looked at until it is there.
const LOOKS: u32 = 120;
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// How a table is keyed.
pub(super) struct Shape {
    pub(super) table: Table,
    pub(super) hash: &'static str,
    pub(super) range: Option<&'static str>,
    pub(super) expires: bool,
}

pub(super) const SHAPES: [Shape; 4] = [
    Shape { table: Table::Schedule, hash: "ScheduleName", range: None, expires: false },
    Shape { table: Table::ServerGroup, hash: "ScheduleName", range: Some("GroupName"), expires: false },
    Shape { table: Table::Exception, hash: "ExceptionUuid", range: None, expires: true },
    Shape { table: Table::Run, hash: "ScheduleName", range: Some("RunId"), expires: true },
];

impl DynamoStore {
    /// Makes the tables that do not exist and waits until they can be used; returns the names of those it made.
    ///
    /// Tables that exist stay as they are, whatever their keys.
    ///
    /// # Errors
    /// When a table can neither be seen nor made; those made before it stay.
    pub async fn create_tables(&self) -> Result<Vec<String>, StoreError> {
        let mut made = Vec::new();
        for shape in &SHAPES {
            if self.status(shape.table).await?.is_none() && self.create(shape).await? {
                made.push(shape);
            }
        }
        // All of them come into being side by side, those that another process has just ordered among them.
        for shape in &SHAPES {
            self.wait_until_active(shape.table).await?;
        }
        for shape in made.iter().filter(|shape| shape.expires) {
            self.let_expire(shape.table).await?;
        }
        Ok(made.into_iter().map(|shape| self.name(shape.table).to_owned()).collect())
    }

    /// The status of a table; `None` if there is none.
    async fn status(&self, table: Table) -> Result<Option<TableStatus>, StoreError> {
        let answer = self.client.describe_table().table_name(self.name(table)).send().await;
        match answer.map_err(|error| self.error_of(table, &error)) {
            Ok(answer) => Ok(answer.table.and_then(|table| table.table_status).or(Some(TableStatus::Creating))),
            Err(StoreError::MissingTable(..)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Orders a table; false if somebody else was quicker.
    async fn create(&self, shape: &Shape) -> Result<bool, StoreError> {
        let other = |message: String| StoreError::Other { table: self.name(shape.table).to_owned(), message };
        let keys = [(shape.hash, KeyType::Hash)].into_iter().chain(shape.range.map(|name| (name, KeyType::Range)));
        let mut create =
            self.client.create_table().table_name(self.name(shape.table)).billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in keys {
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
            let attribute =
                AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
            create = create
                .key_schema(key.map_err(|error| other(error.to_string()))?)
                .attribute_definitions(attribute.map_err(|error| other(error.to_string()))?);
        }
        match create.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(answer))
                if matches!(answer.err(), CreateTableError::ResourceInUseException(_)) =>
            {
                Ok(false)
            }
            Err(error) => Err(self.error_of(shape.table, &error)),
        }
    }

    async fn wait_until_active(&self, table: Table) -> Result<(), StoreError> {
        for _ in 0..LOOKS {
            if self.status(table).await? == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let message = "the new table is not there yet".to_owned();
        Err(StoreError::Unavailable { table: self.name(table).to_owned(), message })
    }

    /// Has DynamoDB delete items whose time is over.
    async fn let_expire(&self, table: Table) -> Result<(), StoreError> {
        let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name(EXPIRES_AT).build();
        let expiry = expiry
            .map_err(|error| StoreError::Other { table: self.name(table).to_owned(), message: error.to_string() })?;
        let update = self.client.update_time_to_live().table_name(self.name(table)).time_to_live_specification(expiry);
        update.send().await.map(drop).map_err(|error| self.error_of(table, &error))
    }
}
