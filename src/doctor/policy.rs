//! What IAM has to allow, as statements that can be put into a policy; `infra/template.yaml` has the same.

use serde_json::{Value, json};

/// A statement that allows these actions, under a condition if one is given.
pub(super) fn statement(actions: &[&str], resources: &[String], condition: Option<Value>) -> String {
    let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    if let (Some(statement), Some(condition)) = (statement.as_object_mut(), condition) {
        statement.insert("Condition".to_owned(), condition);
    }
    format!("allow it: {statement}")
}

/// That a resource carries this tag, whatever its value.
pub(super) fn carries(tag_key: &str) -> Value {
    json!({"Null": {format!("aws:ResourceTag/{tag_key}"): "false"}})
}

/// That a resource carries this tag, and that no tag is written but `mark`.
pub(super) fn carries_and_writes(tag_key: &str, mark: &str) -> Value {
    json!({
        "Null": {format!("aws:ResourceTag/{tag_key}"): "false", "aws:TagKeys": "false"},
        "ForAllValues:StringEquals": {"aws:TagKeys": mark},
    })
}
