//! One level of politeness in all Korean texts: that of announcements (합니다체).

use std::path::{Path, PathBuf};

use crate::support::repository;

/// Endings of the other polite level (해요체), which reads oddly beside the first.
const OTHERS: [&str; 12] =
    ["세요", "해요", "어요", "아요", "가요", "나요", "네요", "에요", "예요", "게요", "워요", "까요"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn korean_is_of_one_politeness() {
    let mut korean = 0;
    for path in sources(&repository().join("src")) {
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            korean += usize::from(line.chars().any(|letter| ('가'..='힣').contains(&letter)));
            let other = OTHERS.iter().find(|ending| line.contains(**ending));
            assert_eq!(other, None, "{}: {line}", path.display());
        }
    }
    assert!(korean > 300, "{korean} lines");
}
