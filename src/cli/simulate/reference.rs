//! What a world file may hold, as the long help tells it: the reference of the file format without its Markdown.

use crate::simulation::file::REFERENCE;

/// The reference for a terminal: tables as columns.
pub(super) fn text() -> String {
    let mut text = "The world file is YAML or JSON, such as\n\n".to_owned();
    let mut table: Vec<Vec<&str>> = Vec::new();
    let mut is_sample = false;
    for line in REFERENCE.lines() {
        if let Some(row) = line.strip_prefix('|') {
            table.push(row.trim_end_matches('|').split('|').map(str::trim).collect());
            continue;
        }
        text += &columns(&std::mem::take(&mut table));
        if line.starts_with("```") {
            is_sample = !is_sample;
        } else if is_sample {
            text += &format!("  {line}\n");
        } else if let Some(heading) = line.strip_prefix("# ") {
            text += &format!("{heading}:\n");
        } else if let Some(last) =
            text.strip_suffix('\n').filter(|last| !line.is_empty() && !last.ends_with(['\n', ':']))
        {
            // The terminal breaks paragraphs by itself.
            text = format!("{last} {line}\n");
        } else {
            text += &format!("{line}\n");
        }
    }
    text += &columns(&table);
    text + "\nThe folders of `tests/scenarios` in the repository of Lamplighter are such worlds, each with what happens in it."
}

/// The widest line, as the command line has it in the rest of its help.
const WIDTH: usize = 100;

/// The rows of a table below its heading: the first column as wide as need be, the others one after the other.
fn columns(table: &[Vec<&str>]) -> String {
    let has_defaults = table.first().is_some_and(|heading| heading.last() == Some(&"Default"));
    let between = if has_defaults { "; default: " } else { ": " };
    let rows = table.iter().skip(2).map(|row| {
        let mut cells = row.iter().copied();
        (cells.next().unwrap_or_default().replace('`', ""), cells.collect::<Vec<_>>().join(between))
    });
    let rows: Vec<(String, String)> = rows.collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, says) in rows {
        let says =
            says.replace("default: has to be there", "has to be there").replace("default: none", "may be absent");
        text += &format!("  {name:width$} ");
        let mut column = width + 3;
        for word in says.split(' ') {
            let length = word.chars().count() + 1;
            if column + length > WIDTH {
                text += &format!("\n  {:width$} ", "");
                column = width + 3;
            }
            text += &format!(" {word}");
            column += length;
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::file;

    #[test]
    fn the_help_names_every_kind_of_incident_and_its_attributes() {
        let help = text();
        let all = include_str!("../../simulation/file/tests/all.yaml");
        let world = file::read(all, &|text| text.parse().map_err(|_| String::new())).unwrap();
        for incident in &world.incidents {
            let attributes = file::incident_attributes(&incident.what, chrono_tz::Tz::UTC);
            let kind = attributes[0].1.as_str().unwrap();
            let at = help.find(&format!("\n  {kind} ")).unwrap_or_else(|| panic!("{kind} is not there:\n{help}"));
            // Up to the next row: what goes on stands further in.
            let rest = help.split_at(at).1.trim_start();
            let line: String = rest
                .split_inclusive('\n')
                .enumerate()
                .take_while(|(place, line)| *place == 0 || line.starts_with("     "))
                .map(|(_, line)| line)
                .collect();
            for (name, _) in attributes.iter().skip(1) {
                assert!(line.contains(&format!("`{name}`")), "{name}: {line}");
            }
        }
        assert!(!help.contains("|---") && !help.contains("```"), "{help}");
        assert!(help.lines().all(|line| line.trim_end() == line), "{help}");
        assert!(
            help.lines()
                .all(|line| !line.starts_with("  ") || line.starts_with("    - ") || line.chars().count() <= WIDTH),
            "{help}"
        );
    }
}
