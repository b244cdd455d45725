//! Where a schedule's instances are looked for: accounts and regions, in items and in settings.
//!
//! Only the shape of a name is judged here; whether there is such an account or region only AWS knows.

use std::collections::BTreeSet;

use crate::model::{Region, RoleArn, Scope};

use super::shown::cut;

/// More accounts and regions than one tick looks into for one schedule (rule S6).
const MOST: usize = 500;

/// The word for the function's own account.
const OWN: &str = "own";

/// Accounts and regions: every account is looked at in every region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// Roles to assume, and `None` for the function's own account; empty: that one alone.
    pub accounts: Vec<Option<RoleArn>>,
    /// Regions; empty: the function's own.
    pub regions: Vec<Region>,
}

impl Places {
    /// The function's own account and region.
    pub const HERE: &'static Self = &Self { accounts: Vec::new(), regions: Vec::new() };

    /// Every account with every region, in order.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        let (own, here) = ([None], [None]);
        let accounts = if self.accounts.is_empty() { &own[..] } else { &self.accounts };
        let regions: Vec<Option<Region>> = self.regions.iter().cloned().map(Some).collect();
        let regions = if regions.is_empty() { &here[..] } else { &regions };
        let scope = |account: &Option<RoleArn>, region: &Option<Region>| Scope {
            account: account.clone(),
            region: region.clone(),
        };
        let scopes: BTreeSet<Scope> =
            accounts.iter().flat_map(|account| regions.iter().map(move |region| scope(account, region))).collect();
        scopes.into_iter().collect()
    }

    /// That these are more than one tick looks into.
    #[must_use]
    pub fn too_many(&self) -> Option<String> {
        let (accounts, regions) = (self.accounts.len().max(1), self.regions.len().max(1));
        let count = accounts.saturating_mul(regions);
        (count > MOST).then(|| {
            format!("makes {count} places of {accounts} accounts and {regions} regions; allowed: up to {MOST} places")
        })
    }
}

/// A name that cannot be read, or has no business here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {}; allowed: {}", cut(.text), .wrong, .allowed)]
pub struct PlaceError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    wrong: String,
    /// What would be right.
    pub allowed: &'static str,
}

/// Reads names of regions; what is none is an error each.
pub(crate) fn regions<'a>(texts: impl IntoIterator<Item = &'a str>) -> (Vec<Region>, Vec<PlaceError>) {
    let (mut regions, mut errors) = (BTreeSet::new(), Vec::new());
    for text in texts {
        if let Some(region) = region(text) {
            regions.insert(region);
        } else {
            let wrong = "is no name of a region".to_owned();
            errors.push(PlaceError { text: text.to_owned(), wrong, allowed: "names such as `eu-west-1`" });
        }
    }
    (regions.into_iter().collect(), errors)
}

/// Reads ARNs of roles, and the word for the function's own account. What is neither is an error each, and so is a second
/// role in an account: its instances would be found twice.
pub(crate) fn accounts<'a>(texts: impl IntoIterator<Item = &'a str>) -> (Vec<Option<RoleArn>>, Vec<PlaceError>) {
    let (mut accounts, mut errors, mut ids) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for text in texts.into_iter().map(str::trim) {
        if text.eq_ignore_ascii_case(OWN) {
            accounts.insert(None);
            continue;
        }
        let wrong = match RoleArn::new(text).ok().zip(account_id(text)) {
            None => "is no ARN of a role".to_owned(),
            // The same one twice is one.
            Some((role, id)) if !accounts.insert(Some(role.clone())) || ids.insert(id) => continue,
            Some((_, id)) => format!("is a second role in account {id}, whose instances would be found twice"),
        };
        let allowed = "`own` for the function's own account, and for each other one the ARN of a role such as \
                       `arn:aws:iam::123456789012:role/lamplighter`";
        errors.push(PlaceError { text: text.to_owned(), wrong, allowed });
    }
    (accounts.into_iter().collect(), errors)
}

/// The account of a role, if the text has the shape of a role's ARN: `arn:PARTITION:iam::ACCOUNT:role/[PATH/]NAME`.
fn account_id(text: &str) -> Option<&str> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let (arn, partition, service, region, account, resource) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let (path, name) = resource.strip_prefix("role/").map(|path| path.rsplit_once('/').unwrap_or(("", path)))?;
    let is_partition = partition == "aws" || partition.starts_with("aws-");
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let is_name = (1..=64).contains(&name.len()) && name.bytes().all(of_name);
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic());
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_role = arn == "arn" && is_partition && service == "iam" && region.is_empty();
    (is_role && is_account && is_path && is_name).then_some(account)
}

/// A name that has the shape of a region's.
fn region(text: &str) -> Option<Region> {
    let text = text.trim();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let has_shape = text.chars().all(is_plain) && !text.starts_with('-') && !text.ends_with('-');
    Region::new(text).ok().filter(|_| has_shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_known_by_the_shape_of_its_arn() {
        for (text, expected) in [
            ("arn:aws:iam::123456789012:role/lamplighter", Some("123456789012")),
            ("arn:aws-cn:iam::123456789012:role/team/a_b+c=d,e.f@g-h", Some("123456789012")),
            ("arn:aws-us-gov:iam::123456789012:role/x", Some("123456789012")),
            ("arn:aws:iam::12345678901:role/x", None),
            ("arn:aws:iam::12345678901a:role/x", None),
            ("arn:aws:iam::123456789012:role/", None),
            ("arn:aws:iam::123456789012:role/a b", None),
            ("arn:aws:iam::123456789012:role/a:b", None),
            ("arn:aws:iam::123456789012:user/x", None),
            ("arn:aws:iam:eu-west-1:123456789012:role/x", None),
            ("arn:aws:sts::123456789012:assumed-role/x/y", None),
            ("arn:gcp:iam::123456789012:role/x", None),
            ("123456789012", None),
            ("", None),
        ] {
            assert_eq!(account_id(text), expected, "{text}");
        }
        let long = format!("arn:aws:iam::123456789012:role/{}", "x".repeat(65));
        assert_eq!(account_id(&long), None);
    }

    #[test]
    fn an_account_is_there_once() {
        let (one, two, other) = (
            "arn:aws:iam::111111111111:role/a",
            "arn:aws:iam::111111111111:role/b",
            "arn:aws:iam::222222222222:role/a",
        );
        let (found, faults) = accounts([other, "Own", one, one]);
        assert_eq!(found, [None, RoleArn::new(one).ok(), RoleArn::new(other).ok()]);
        assert_eq!(faults, []);
        let (_, faults) = accounts([one, two]);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let expected = "`arn:aws:iam::111111111111:role/b` is a second role in account 111111111111, whose instances would be \
                        found twice; allowed: `own` for the function's own account, and for each other one the ARN of a \
                        role such as `arn:aws:iam::123456789012:role/lamplighter`";
        assert_eq!(said, [expected]);
    }

    #[test]
    fn every_account_is_looked_at_in_every_region() {
        let shown = |accounts: &[&str], regions: &[&str]| -> Vec<String> {
            let (accounts, _) = super::accounts(accounts.iter().copied());
            let (regions, _) = super::regions(regions.iter().copied());
            Places { accounts, regions }.scopes().iter().map(ToString::to_string).collect()
        };
        let role = "arn:aws:iam::111111111111:role/a";
        assert_eq!(shown(&[], &[]), ["the own account and region"]);
        assert_eq!(shown(&[], &["b-1", "a-1", "a-1"]), ["region a-1", "region b-1"]);
        assert_eq!(shown(&[role], &[]), [format!("role {role}")]);
        let both = format!("role {role}, region a-1");
        assert_eq!(shown(&["own", role], &["a-1"]), ["region a-1", both.as_str()]);
    }

    #[test]
    fn places_are_bounded() {
        let accounts = (0..100).map(|n| RoleArn::new(&format!("arn:aws:iam::{n:012}:role/x")).ok()).collect();
        let regions = |count| (0..count).filter_map(|n| Region::new(&format!("r-{n}")).ok()).collect();
        let mut places = Places { accounts, regions: regions(5) };
        assert_eq!(places.too_many(), None);
        places.regions = regions(6);
        assert_eq!(
            places.too_many().as_deref(),
            Some("makes 600 places of 100 accounts and 6 regions; allowed: up to 500 places")
        );
    }
}
