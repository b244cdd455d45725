//! How the tables were made, and whether they may be written: looks that change nothing.
//!
//! DynamoDB has no dry run. A write under a condition that never holds comes near to one: permissions are judged before the
//! condition, so that `ConditionalCheckFailedException` means that the write is allowed. It costs a write unit.

use aws_sdk_dynamodb::types::{
    AttributeValue, KeyType, ScalarAttributeType, TableDescription, TableStatus, TimeToLiveStatus,
};

use super::dynamodb::{DynamoStore, setting_of};
use super::tables::SHAPES;
use crate::doctor::{Described, TableLook, Write, WriteTry};
use crate::ports::{Store as _, StoreError, Table};

/// The key of no item: no write under it ever succeeds.
const NOBODY: &str = "@lamplighter-doctor";
/// What the key would have to be for the write to succeed; an item with the key [`NOBODY`] has another one.
const NEVER: &str = "@never";

impl DynamoStore {
    /// How a table was made; `read` is whether its items could be read.
    pub async fn look_at(&self, table: Table, read: Result<(), StoreError>) -> TableLook {
        let name = self.name(table).to_owned();
        let described = self.describe(table).await;
        let expires = SHAPES.iter().any(|shape| shape.table == table && shape.expires);
        let expiry = if expires { Some(self.time_to_live(table).await) } else { None };
        TableLook { table, name, setting: setting_of(table), described, expiry, read }
    }

    /// The attributes of the key that a table of ours has.
    #[must_use]
    pub fn key_of_ours(table: Table) -> Vec<&'static str> {
        ours(table)
    }

    async fn describe(&self, table: Table) -> Result<Described, StoreError> {
        let answer = self.client.describe_table().table_name(self.name(table)).send().await;
        let seen = answer.map_err(|error| self.error_of(table, &error))?.table;
        Ok(described(table, &seen.unwrap_or_else(|| TableDescription::builder().build())))
    }

    async fn time_to_live(&self, table: Table) -> Result<Option<String>, StoreError> {
        let answer = self.client.describe_time_to_live().table_name(self.name(table)).send().await;
        let seen = answer.map_err(|error| self.error_of(table, &error))?.time_to_live_description;
        let is_on = |status| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling);
        let is_on = seen.as_ref().and_then(|seen| seen.time_to_live_status.clone()).is_some_and(is_on);
        Ok(seen.and_then(|seen| seen.attribute_name).filter(|_| is_on))
    }

    /// Whether the items of the run table can be read, as a tick reads them.
    ///
    /// # Errors
    /// When the table is missing, does not answer, or may not be read.
    pub async fn read_runs(&self) -> Result<(), StoreError> {
        self.runs(&[(NOBODY.to_owned(), NOBODY.to_owned())]).await.map(drop)
    }

    /// Tries to write into a table with this key; nothing is ever written.
    pub async fn try_to(&self, write: Write, table: Table, key: &[String]) -> WriteTry {
        let name = self.name(table).to_owned();
        let outcome = match self.write_nothing(write, table, key).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        };
        WriteTry { table, name, write, outcome }
    }

    async fn write_nothing(&self, write: Write, table: Table, key: &[String]) -> Result<(), StoreError> {
        const CONDITION: &str = "#key = :never";
        let nobody = || key.iter().map(|attribute| (attribute.clone(), AttributeValue::S(NOBODY.to_owned()))).collect();
        let (first, never) = (key.first().cloned().unwrap_or_default(), AttributeValue::S(NEVER.to_owned()));
        let name = self.name(table);
        match write {
            Write::Put => {
                let put = self.client.put_item().table_name(name).set_item(Some(nobody()));
                let put = put.condition_expression(CONDITION).expression_attribute_names("#key", first);
                let put = put.expression_attribute_values(":never", never).send().await;
                put.map(drop).map_err(|error| self.error_of(table, &error))
            }
            Write::Update => {
                let update = self.client.update_item().table_name(name).set_key(Some(nobody()));
                let update = update.condition_expression(CONDITION).expression_attribute_names("#key", first);
                let update = update.update_expression("SET #trial = :never");
                let update = update.expression_attribute_names("#trial", "Trial");
                let update = update.expression_attribute_values(":never", never);
                update.send().await.map(drop).map_err(|error| self.error_of(table, &error))
            }
            Write::Delete => {
                let delete = self.client.delete_item().table_name(name).set_key(Some(nobody()));
                let delete = delete.condition_expression(CONDITION).expression_attribute_names("#key", first);
                let delete = delete.expression_attribute_values(":never", never).send().await;
                delete.map(drop).map_err(|error| self.error_of(table, &error))
            }
        }
    }
}

fn described(table: Table, seen: &TableDescription) -> Described {
    let is_text = |name: &str| {
        let kind = seen.attribute_definitions().iter().find(|attribute| attribute.attribute_name == name);
        kind.is_some_and(|attribute| attribute.attribute_type == ScalarAttributeType::S)
    };
    let mut elements: Vec<_> = seen.key_schema().iter().collect();
    elements.sort_by_key(|element| element.key_type != KeyType::Hash);
    let key =
        elements.iter().map(|element| (element.attribute_name.clone(), is_text(&element.attribute_name))).collect();
    let is_active = matches!(seen.table_status, Some(TableStatus::Active | TableStatus::Updating));
    Described { key, ours: ours(table), is_active }
}

fn ours(table: Table) -> Vec<&'static str> {
    let shape = SHAPES.iter().find(|shape| shape.table == table);
    shape.into_iter().flat_map(|shape| [Some(shape.hash), shape.range]).flatten().collect()
}
