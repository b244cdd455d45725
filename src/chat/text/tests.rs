//! What the languages have in common.

use super::*;

#[test]
fn instances_are_called_by_what_is_known() {
    let key = |text: &str| text.parse::<InstanceKey>().unwrap();
    let label = |name: &str, engine: &str, zone: &str| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Label { name: some(name), engine: some(engine), zone: some(zone) }
    };
    let cases = [
        ("ec2/i-1", label("web-1", "t3.small", "eu-west-1a"), "", "web-1 (i-1), t3.small, eu-west-1a"),
        ("ec2/i-1", label("", "t3.small", ""), "", "i-1, t3.small"),
        ("ec2/i-1", label(" ", "", ""), "pending", "i-1: pending"),
        ("rds/orders", label("orders", "mysql", "eu-west-1a"), "", "orders, mysql, eu-west-1a"),
        ("eu-west-1|cluster/c", label("", "aurora-mysql", ""), "", "c, aurora-mysql, eu-west-1"),
        ("arn:aws:iam::12:role/x|eu-west-1|ec2/i-1", label("", "", "eu-west-1a"), "", "i-1, eu-west-1a, account 12"),
    ];
    for (text, label, remark, expected) in cases {
        assert_eq!(instance(&key(text), &label, remark, "account"), expected);
    }
}

#[test]
fn no_address_of_a_person_is_told() {
    assert_eq!(person("jane@example.org"), "jane");
    assert_eq!(person("Jane Doe"), "Jane Doe");
    assert_eq!(person("@jane"), "@jane");
}
