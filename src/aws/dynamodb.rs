//! DynamoDB as the port [`Store`]: items in, items out, with the conditions that runs, exceptions and flags need.
//!
//! Knows the keys of the tables; what the other attributes mean is the affair of `document`.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{Action, Failure, FailureKind, ScheduleName};
use crate::ports::{EXCEPTION_IS_SAME, Item, LAST_VERSION, Store, StoreError, Table};

use super::attribute::{attributes_from, item_from, value_from};
use super::calls::{CallCounts, Counter, Service};
use super::failure::failure_of;

/// The most keys that one `BatchGetItem` takes.
const BATCH: usize = 100;
/// What an item of the run table has to be for a write that expects no version.
const NO_VERSION: &str = "attribute_not_exists(#version) OR NOT attribute_type(#version, :number) \
                          OR NOT #version BETWEEN :first AND :last";
/// How often keys that DynamoDB left out are asked for again.
const LEFT_OUT_TRIES: u32 = 6;
/// The pause before they are asked for again, doubled each time.
const LEFT_OUT_PAUSE: Duration = Duration::from_millis(50);

/// What the tables are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// `SCHEDULE_TABLE`.
    pub schedule: String,
    /// `SERVER_GROUP_TABLE`.
    pub server_group: String,
    /// `EXCEPTION_TABLE`.
    pub exception: String,
    /// `RUN_TABLE`.
    pub run: String,
}

impl Default for TableNames {
    fn default() -> Self {
        Self {
            schedule: "Schedule".to_owned(),
            server_group: "ScheduleServerGroup".to_owned(),
            exception: "ScheduleException".to_owned(),
            run: "ScheduleRun".to_owned(),
        }
    }
}

impl TableNames {
    fn of(&self, table: Table) -> &str {
        match table {
            Table::Schedule => &self.schedule,
            Table::ServerGroup => &self.server_group,
            Table::Exception => &self.exception,
            Table::Run => &self.run,
        }
    }
}

/// The setting that names a table.
pub(super) fn setting_of(table: Table) -> &'static str {
    match table {
        Table::Schedule => "SCHEDULE_TABLE",
        Table::ServerGroup => "SERVER_GROUP_TABLE",
        Table::Exception => "EXCEPTION_TABLE",
        Table::Run => "RUN_TABLE",
    }
}

/// The four tables in DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    pub(super) client: Client,
    names: TableNames,
}

impl DynamoStore {
    /// Takes the loaded configuration, the names of the tables, and where to count calls; makes none yet.
    #[must_use]
    pub fn new(config: &SdkConfig, names: TableNames, counts: Arc<CallCounts>) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(config)
            .interceptor(Counter { service: Service::DynamoDb, counts })
            .build();
        Self { client: Client::from_conf(config), names }
    }

    pub(super) fn name(&self, table: Table) -> &str {
        self.names.of(table)
    }

    /// What an error of the SDK means for this table.
    pub(super) fn error_of<E>(&self, table: Table, error: &SdkError<E, HttpResponse>) -> StoreError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        store_error(&failure_of(error), self.name(table), setting_of(table))
    }

    /// The attributes that make up a table's key, in order; the predecessor's tables have other keys than ours.
    ///
    /// # Errors
    /// When the table is missing, does not answer, or may not be described.
    pub async fn key_of(&self, table: Table) -> Result<Vec<String>, StoreError> {
        let answer = self.client.describe_table().table_name(self.name(table)).send().await;
        let answer = answer.map_err(|error| self.error_of(table, &error))?;
        let schema = answer.table.and_then(|table| table.key_schema).unwrap_or_default();
        Ok(schema.into_iter().map(|element| element.attribute_name).collect())
    }

    /// The items with these keys, at most [`BATCH`] of them.
    async fn runs_of(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let table = self.name(Table::Run);
        let mut items = Vec::new();
        let mut waiting = keys;
        for attempt in 0..LEFT_OUT_TRIES {
            let asked = KeysAndAttributes::builder()
                .consistent_read(true)
                .set_keys(Some(waiting.into_iter().map(Key::into_attributes).collect()))
                .build()
                .map_err(|error| StoreError::Other { table: table.to_owned(), message: error.to_string() })?;
            let answer = self.client.batch_get_item().request_items(table, asked).send().await;
            let mut answer = answer.map_err(|error| self.error_of(Table::Run, &error))?;
            let found = answer.responses.as_mut().and_then(|tables| tables.remove(table));
            items.extend(found.unwrap_or_default().into_iter().map(item_from));
            let left_out = answer.unprocessed_keys.as_mut().and_then(|tables| tables.remove(table));
            waiting = left_out.map(|asked| asked.keys.into_iter().filter_map(Key::read).collect()).unwrap_or_default();
            if waiting.is_empty() {
                return Ok(items);
            }
            tokio::time::sleep(LEFT_OUT_PAUSE * 2_u32.pow(attempt)).await;
        }
        let message = format!("{} items were left out of every answer", waiting.len());
        Err(StoreError::Unavailable { table: table.to_owned(), message })
    }
}

/// The key of an item of the run table; in order, so that one asked for twice is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    schedule: String,
    run: String,
}

impl Key {
    fn into_attributes<M: FromIterator<(String, AttributeValue)>>(self) -> M {
        [("ScheduleName", self.schedule), ("RunId", self.run)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
            .collect()
    }

    fn read(attributes: impl IntoIterator<Item = (String, AttributeValue)>) -> Option<Self> {
        let mut item = item_from(attributes);
        let mut text = |name: &str| item.remove(name).and_then(|value| value.as_str().map(str::to_owned));
        Some(Self { schedule: text("ScheduleName")?, run: text("RunId")? })
    }
}

impl Store for DynamoStore {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        // Consistent, since a force flag that this very process has lowered must not be seen raised again.
        let scan = self.client.scan().table_name(self.name(table)).consistent_read(true);
        let mut pages = scan.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.error_of(table, &error))?;
            items.extend(page.items.unwrap_or_default().into_iter().map(item_from));
        }
        Ok(items)
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        // DynamoDB refuses a batch with the same key twice.
        let keys: BTreeSet<Key> =
            keys.iter().map(|(schedule, run)| Key { schedule: schedule.clone(), run: run.clone() }).collect();
        let keys: Vec<Key> = keys.into_iter().collect();
        let mut items = Vec::new();
        for keys in keys.chunks(BATCH) {
            items.extend(self.runs_of(keys.to_vec()).await?);
        }
        Ok(items)
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(self.name(Table::Run))
            .set_item(Some(attributes_from(item.clone())))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match expected_version {
            None => put,
            Some(0) => put
                .condition_expression(NO_VERSION)
                .expression_attribute_names("#version", "Version")
                .expression_attribute_values(":number", AttributeValue::S("N".to_owned()))
                .expression_attribute_values(":first", AttributeValue::N("1".to_owned()))
                .expression_attribute_values(":last", AttributeValue::N(LAST_VERSION.to_string())),
            Some(version) => put
                .condition_expression("#version = :expected")
                .expression_attribute_names("#version", "Version")
                .expression_attribute_values(":expected", AttributeValue::N(version.to_string())),
        };
        match put.send().await {
            Ok(_) => Ok(()),
            // The SDK tries again when an answer is lost, and then meets what its own first try has written.
            Err(error) if has_written(&error, &item) => Ok(()),
            Err(error) => Err(self.error_of(Table::Run, &error)),
        }
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        let flag = match flag {
            Action::Start => "ForceStart",
            Action::Stop => "ForceStop",
        };
        let update = self
            .client
            .update_item()
            .table_name(self.name(Table::Schedule))
            .key("ScheduleName", AttributeValue::S(schedule.to_string()))
            .update_expression("SET #flag = :down")
            // Without it the update would make an item of a schedule that was deleted meanwhile.
            .condition_expression("#flag = :up")
            .expression_attribute_names("#flag", flag)
            .expression_attribute_values(":down", AttributeValue::Bool(false))
            .expression_attribute_values(":up", AttributeValue::Bool(true));
        match update.send().await.map_err(|error| self.error_of(Table::Schedule, &error)) {
            // Somebody has lowered it already.
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        let (up, down) = match flag {
            Action::Start => ("ForceStart", "ForceStop"),
            Action::Stop => ("ForceStop", "ForceStart"),
        };
        let update = || {
            self.client
                .update_item()
                .table_name(self.name(Table::Schedule))
                .key("ScheduleName", AttributeValue::S(schedule.to_string()))
                .expression_attribute_names("#schedule", "ScheduleName")
                .expression_attribute_names("#up", up)
                .expression_attribute_names("#down", down)
                .expression_attribute_values(":true", AttributeValue::Bool(true))
        };
        // The other flag is written only if it is up: an item need not have it.
        let alone = update()
            .update_expression("SET #up = :true")
            .condition_expression("attribute_exists(#schedule) AND (attribute_not_exists(#down) OR #down <> :true)");
        match alone.send().await.map_err(|error| self.error_of(Table::Schedule, &error)) {
            Err(StoreError::Conflict) => {}
            done => return done.map(drop),
        }
        let both = update()
            .update_expression("SET #up = :true, #down = :false")
            .condition_expression("attribute_exists(#schedule)")
            .expression_attribute_values(":false", AttributeValue::Bool(false));
        both.send().await.map(drop).map_err(|error| self.error_of(Table::Schedule, &error))
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(self.name(Table::Exception))
            .set_item(Some(attributes_from(item.clone())))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match expected.map(Condition::of) {
            None => put
                .condition_expression("attribute_not_exists(#key)")
                .expression_attribute_names("#key", "ExceptionUuid"),
            Some(Condition { text, names, values }) => {
                let put = put.condition_expression(text);
                let put = names.into_iter().fold(put, |put, (name, of)| put.expression_attribute_names(name, of));
                values.into_iter().fold(put, |put, (name, value)| put.expression_attribute_values(name, value))
            }
        };
        match put.send().await {
            Ok(_) => Ok(()),
            // The SDK tries again when an answer is lost, and then meets what its own first try has written.
            Err(error) if has_written(&error, &item) => Ok(()),
            Err(error) => Err(self.error_of(Table::Exception, &error)),
        }
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        let key = item.get("ExceptionUuid").and_then(serde_json::Value::as_str).unwrap_or_default();
        let Condition { text, names, values } = Condition::of(item);
        let delete = self
            .client
            .delete_item()
            .table_name(self.name(Table::Exception))
            .key("ExceptionUuid", AttributeValue::S(key.to_owned()))
            // What is gone already is as good as deleted, also by an own first try whose answer was lost.
            .condition_expression(format!("attribute_not_exists(#key) OR ({text})"))
            .expression_attribute_names("#key", "ExceptionUuid");
        let delete = names.into_iter().fold(delete, |delete, (name, of)| delete.expression_attribute_names(name, of));
        let delete =
            values.into_iter().fold(delete, |delete, (name, value)| delete.expression_attribute_values(name, value));
        delete.send().await.map(drop).map_err(|error| self.error_of(Table::Exception, &error))
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(self.name(table)).set_item(Some(attributes_from(item)));
        put.send().await.map(drop).map_err(|error| self.error_of(table, &error))
    }
}

/// The condition that an exception is as it was read.
struct Condition {
    text: String,
    names: Vec<(String, &'static str)>,
    values: Vec<(String, AttributeValue)>,
}

impl Condition {
    fn of(item: &Item) -> Self {
        let (mut names, mut values, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for (index, name) in EXCEPTION_IS_SAME.into_iter().enumerate() {
            names.push((format!("#n{index}"), name));
            match item.get(name) {
                Some(value) => {
                    parts.push(format!("#n{index} = :v{index}"));
                    values.push((format!(":v{index}"), value_from(value.clone())));
                }
                None => parts.push(format!("attribute_not_exists(#n{index})")),
            }
        }
        Self { text: parts.join(" AND "), names, values }
    }
}

/// Whether a write was refused because it has been done already: the item that stands there is the one to be written.
fn has_written(error: &SdkError<PutItemError, HttpResponse>, item: &Item) -> bool {
    let Some(PutItemError::ConditionalCheckFailedException(refused)) = error.as_service_error() else { return false };
    refused.item.as_ref().is_some_and(|standing| item_from(standing.clone()) == *item)
}

fn store_error(failure: &Failure, table: &str, setting: &'static str) -> StoreError {
    let message = failure.to_string();
    let table = table.to_owned();
    match (failure.code.as_str(), failure.kind) {
        ("ResourceNotFoundException", _) => StoreError::MissingTable(table, setting),
        ("ConditionalCheckFailedException", _) => StoreError::Conflict,
        (_, FailureKind::Denied) => StoreError::Denied { table, message },
        (_, FailureKind::Throttled | FailureKind::Unreachable) => StoreError::Unavailable { table, message },
        _ => StoreError::Other { table, message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind_of;

    #[test]
    fn errors_are_those_a_tick_can_tell_apart() {
        let table = "T".to_owned();
        let says = |code: &str| format!("{code}: why");
        let cases = [
            ("ResourceNotFoundException", StoreError::MissingTable(table.clone(), "RUN_TABLE")),
            ("ConditionalCheckFailedException", StoreError::Conflict),
            (
                "AccessDeniedException",
                StoreError::Denied { table: table.clone(), message: says("AccessDeniedException") },
            ),
            (
                "UnrecognizedClientException",
                StoreError::Denied { table: table.clone(), message: says("UnrecognizedClientException") },
            ),
            (
                "ThrottlingException",
                StoreError::Unavailable { table: table.clone(), message: says("ThrottlingException") },
            ),
            (
                "InternalServerError",
                StoreError::Unavailable { table: table.clone(), message: says("InternalServerError") },
            ),
            ("ValidationException", StoreError::Other { table: table.clone(), message: says("ValidationException") }),
        ];
        for (code, expected) in cases {
            let failure = Failure { kind: kind_of(code, 400), code: code.to_owned(), message: "why".to_owned() };
            assert_eq!(store_error(&failure, "T", "RUN_TABLE"), expected, "{code}");
        }
    }

    #[test]
    fn a_key_is_read_back() {
        let key = Key { schedule: "Dev".to_owned(), run: "2026-11-23T13:00:00Z/stop".to_owned() };
        let attributes: Vec<_> = key.clone().into_attributes();
        assert_eq!(Key::read(attributes), Some(key));
        assert_eq!(Key::read(Vec::new()), None);
    }
}
