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

#[test]
fn times_are_told_in_the_zone_with_their_day_where_it_matters() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (stop_at, zone) = (at("2026-11-23T13:00:00Z"), Tz::Asia__Seoul);
    assert_eq!(dated(stop_at, zone, Language::En), "Mon 23 Nov, 22:00");
    assert_eq!(dated(stop_at, zone, Language::Ko), "11월 23일(월) 22:00");
    let cases = [
        (Language::En, "2026-11-23T13:30:00Z", "Until 22:30"),
        (Language::En, "2026-11-23T15:30:00Z", "Until Tue 00:30"),
        (Language::Ko, "2026-11-23T13:30:00Z", "22:30까지"),
        (Language::Ko, "2026-11-23T15:30:00Z", "24일(화) 00:30까지"),
    ];
    for (language, until_at, expected) in cases {
        assert_eq!(until(at(until_at), stop_at, zone, language), expected);
    }
}
