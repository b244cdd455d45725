//! Items that would be too large for DynamoDB: their attributes in one, compressed.
//!
//! Names and times repeat for each instance, so that ten thousand of them in motion fit into an item. A small item stays as
//! it is, for people to read.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde_json::{Map, Value};

use super::state::StateError;
use crate::ports::Item;

/// Holds what an item is about.
const PACKED: &str = "Packed";

/// These stay beside it: key, version and lease are for DynamoDB and for people.
const OUTSIDE: [&str; 5] = ["ScheduleName", "RunId", "Version", "LeaseOwner", "LeaseUntil"];

/// A larger item is packed; DynamoDB's limit is 400 KB.
const LARGEST_PLAIN: usize = 100_000;

/// Nothing that was written is larger than this.
const LARGEST_UNPACKED: usize = 32 << 20;

/// The effort of zlib from 0 to 10.
const LEVEL: u8 = 6;

/// The item as it is written.
pub(super) fn pack(item: Item) -> Item {
    let text = Value::Object(item.clone()).to_string();
    if text.len() <= LARGEST_PLAIN {
        return item;
    }
    let packed = STANDARD.encode(compress_to_vec(text.as_bytes(), LEVEL));
    let mut left: Item = item.into_iter().filter(|(name, _)| OUTSIDE.contains(&name.as_str())).collect();
    left.insert(PACKED.to_owned(), packed.into());
    left
}

/// The item as it was before it was packed; what stands beside the packed attributes counts.
///
/// # Errors
/// When what is packed is not what was written.
pub(super) fn unpack(item: &Item) -> Result<Cow<'_, Item>, StateError> {
    let Some(packed) = item.get(PACKED) else { return Ok(Cow::Borrowed(item)) };
    let bytes = packed.as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or(StateError::Packed)?;
    let text = decompress_to_vec_with_limit(&bytes, LARGEST_UNPACKED).map_err(|_| StateError::Packed)?;
    let mut all: Map<String, Value> = serde_json::from_slice(&text).map_err(StateError::Shape)?;
    all.retain(|name, _| !OUTSIDE.contains(&name.as_str()));
    all.extend(item.iter().filter(|(name, _)| *name != PACKED).map(|(name, value)| (name.clone(), value.clone())));
    Ok(Cow::Owned(all))
}
