//! Findings for people and for programs.

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::cli::{BAD, FAINT, HINT};
use crate::doctor::{Finding, Level};
use crate::document::plain;

const GOOD: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

/// A line a finding, what to do about it below it, and how many there are.
pub(super) fn text(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.check.as_str().len()).max().unwrap_or_default();
    let mut text = String::new();
    for Finding { check, level, place, what, hints, .. } in findings {
        let style = match level {
            Level::Ok => GOOD,
            Level::LeftOut => FAINT,
            Level::Warning => DOUBTFUL,
            Level::Error => BAD,
        };
        let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let (level, check) = (level.as_str(), check.as_str());
        // Tags and names are other people's text.
        let what = plain(&format!("{place}{what}"));
        text += &format!("{style}{level:8}{style:#}  {check:width$}  {what}\n");
        for hint in hints {
            text += &format!("{:8}  {HINT}hint:{HINT:#} {}\n", "", plain(hint));
        }
    }
    let is_error = |finding: &Finding| finding.level == Level::Error;
    if !findings.iter().any(is_error) {
        text += &format!("\n{}\n", counts(findings));
    }
    text
}

/// How many errors and warnings there are.
pub(super) fn counts(findings: &[Finding]) -> String {
    let counted = |level, what: &str| {
        let count = findings.iter().filter(|finding| finding.level == level).count();
        (count > 0).then(|| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
    };
    let counts = [counted(Level::Error, "error"), counted(Level::Warning, "warning")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() { "nothing is wrong".to_owned() } else { counts.join(", ") }
}

/// One object: every finding, and how many are errors and warnings.
pub(super) fn object(findings: &[Finding]) -> Value {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let finding = |finding: &Finding| {
        let Finding { check, level, place, what, hints, .. } = finding;
        json!({"check": check.as_str(), "level": level.as_str(), "where": place, "what": what, "what_to_do": hints})
    };
    json!({
        "errors": count(Level::Error),
        "warnings": count(Level::Warning),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Check;

    #[test]
    fn a_finding_is_a_line_with_its_hints_below() {
        let fine = Finding::ok(Check::Clock, "the same as AWS's");
        let bad = Finding { level: Level::Error, ..Finding::ok(Check::Credentials, "are\u{1b}[2J gone").at("here") };
        let findings = [fine.clone(), bad.hint("do this").hint("or that")];
        let plain = anstream::adapter::strip_str(&text(&findings)).to_string();
        insta::assert_snapshot!(plain, @r"
ok        clock        the same as AWS's
error     credentials  here: are\u{1b}[2J gone
          hint: do this
          hint: or that
        ");
        assert_eq!(counts(&findings), "1 error");
        assert!(text(&[fine]).ends_with("\n\nnothing is wrong\n"));
        insta::assert_snapshot!(object(&findings), @r#"{"errors":1,"findings":[{"check":"clock","level":"ok","what":"the same as AWS's","what_to_do":[],"where":null},{"check":"credentials","level":"error","what":"are\u001b[2J gone","what_to_do":["do this","or that"],"where":"here"}],"warnings":0}"#);
    }
}
