//! What each chat platform checks of a message, as its vendor documents it; written apart from what renders.

use lamplighter::chat::Platform;
use serde_json::Value;

/// What a platform finds fault with; empty when it takes the message.
pub(crate) fn faults(platform: Platform, accept: &str, content_type: &str, body: &str) -> Vec<String> {
    let mut check = Check::default();
    check.that(content_type.split(';').next() == Some("application/json"), "the content type is JSON");
    let json: Value = match serde_json::from_str(body) {
        Ok(json) => json,
        Err(error) => return vec![format!("the body is JSON: {error}")],
    };
    match platform {
        Platform::Jandi => jandi(&mut check, accept, &json, body),
        Platform::Slack => slack(&mut check, &json),
        Platform::Discord => discord(&mut check, &json),
        Platform::Teams => teams(&mut check, &json, body),
        Platform::GoogleChat => google_chat(&mut check, &json, body),
        Platform::Mattermost => mattermost(&mut check, &json),
        Platform::Json => plain_json(&mut check, &json),
    }
    check.0
}

#[derive(Default)]
struct Check(Vec<String>);

impl Check {
    fn that(&mut self, holds: bool, what: &str) {
        if !holds {
            self.0.push(what.to_owned());
        }
    }

    /// A text of at least one and at most `most` characters.
    fn text(&mut self, value: &Value, most: usize, what: &str) {
        let size = value.as_str().map(|text| text.chars().count());
        self.that(
            size.is_some_and(|size| (1..=most).contains(&size)),
            &format!("{what} has 1 to {most} characters, not {size:?}"),
        );
    }

    /// An object with no other keys than these.
    fn keys(&mut self, value: &Value, allowed: &[&str], what: &str) {
        let others: Vec<&String> = value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
            .filter(|key| !allowed.contains(&key.as_str()))
            .collect();
        self.that(value.is_object() && others.is_empty(), &format!("{what} has no {others:?}"));
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("https://") && !text.contains(char::is_whitespace))
}

fn jandi(check: &mut Check, accept: &str, json: &Value, body: &str) {
    check.that(accept == "application/vnd.tosslab.jandi-v2+json", "JANDI's own type is accepted");
    check.that(body.len() <= 256 * 1024, "the body is at most 256 KiB");
    check.keys(json, &["body", "connectColor", "connectInfo"], "the message");
    check.text(&json["body"], 5_000, "body");
    check.that(json["body"].as_str().is_some_and(|text| !text.trim().is_empty()), "body is not blank");
    let colour = json["connectColor"].as_str().unwrap_or_default();
    check.that(colour.len() == 7 && colour.starts_with('#'), "connectColor is a colour");
    for info in list(&json["connectInfo"]) {
        check.keys(info, &["title", "description", "imageUrl"], "connectInfo");
        check.that(info["title"].is_string() && info["description"].is_string(), "connectInfo holds text");
    }
    // The only link is ours, in a line of its own; nothing is bold.
    let lines = json["body"].as_str().unwrap_or_default().lines();
    let names = lines.filter(|line| !line.starts_with('[') || !line.contains("](https://chat.example.org/x/"));
    let all = names.collect::<String>() + &json["connectInfo"].to_string();
    check.that(!all.contains("](") && !all.contains("**"), "names make no markup");
}

fn slack(check: &mut Check, json: &Value) {
    check.keys(json, &["text", "blocks", "unfurl_links", "unfurl_media"], "the message");
    check.text(&json["text"], 4_000, "text");
    check.that(json["unfurl_links"] == false && json["unfurl_media"] == false, "links are not unfolded");
    let blocks = list(&json["blocks"]);
    check.that((1..=50).contains(&blocks.len()), "there are 1 to 50 blocks");
    check.that(json["blocks"].to_string().chars().count() <= 13_200, "the blocks are not too long");
    for block in blocks {
        match block["type"].as_str() {
            Some("section") => {
                let text = &block["text"];
                check.that(text["type"] == "mrkdwn", "a section is mrkdwn");
                check.text(&text["text"], 3_000, "a section");
                let words = text["text"].as_str().unwrap_or_default();
                check.that(!words.contains(['<', '>']), "names make neither links nor mentions");
                check.that(words.matches('`').count() % 2 == 0, "code ends where it begins");
                let escapes = words.matches('&').count();
                let known: usize = ["&amp;", "&lt;", "&gt;"].map(|known| words.matches(known).count()).iter().sum();
                check.that(escapes == known, "an ampersand is escaped");
            }
            Some("actions") => {
                let elements = list(&block["elements"]);
                check.that((1..=25).contains(&elements.len()), "there are 1 to 25 buttons");
                let mut ids: Vec<&str> = elements.iter().filter_map(|element| element["action_id"].as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                check.that(ids.len() == elements.len(), "each button has an id of its own");
                for element in elements {
                    check.keys(element, &["type", "action_id", "text", "value", "url"], "a button");
                    check
                        .that(element["type"] == "button" && element["text"]["type"] == "plain_text", "it is a button");
                    check.text(&element["text"]["text"], 75, "a button's text");
                    check.text(&element["action_id"], 255, "an action_id");
                    if element.get("url").is_some() {
                        check.text(&element["url"], 3_000, "a button's url");
                        check.that(is_address(&element["url"]), "a button's url is an address");
                    } else {
                        check.text(&element["value"], 2_000, "a button's value");
                    }
                }
            }
            other => check.that(false, &format!("a block is a section or actions, not {other:?}")),
        }
    }
}

fn discord(check: &mut Check, json: &Value) {
    check.keys(json, &["embeds", "components", "allowed_mentions"], "the message");
    check.that(json["allowed_mentions"] == serde_json::json!({"parse": []}), "nobody is mentioned");
    let embeds = list(&json["embeds"]);
    check.that((1..=10).contains(&embeds.len()), "there are 1 to 10 embeds");
    let mut all = 0;
    for embed in embeds {
        check.keys(embed, &["title", "description", "color"], "an embed");
        check.that(embed["color"].as_u64().is_some_and(|colour| colour <= 0xFF_FF_FF), "the colour is a number");
        for (key, most) in [("title", 256), ("description", 4_096)] {
            if let Some(text) = embed.get(key) {
                check.text(text, most, key);
                markdown(check, text.as_str().unwrap_or_default(), |line| line.replace("\\@", "").contains('@'));
                all += text.as_str().unwrap_or_default().chars().count();
            }
        }
        check.that(embed.get("title").or(embed.get("description")).is_some(), "an embed says something");
    }
    check.that(all <= 6_000, "the embeds have at most 6,000 characters");
    for row in list(&json["components"]) {
        check.that(row["type"] == 1 && (1..=5).contains(&list(&row["components"]).len()), "a row of 1 to 5 buttons");
        for button in list(&row["components"]) {
            check.that(button["type"] == 2 && button["style"] == 5, "a webhook has link buttons only");
            check.text(&button["label"], 80, "a label");
            check.text(&button["url"], 512, "a button's url");
            check.that(is_address(&button["url"]), "a button's url is an address");
        }
    }
}

/// The text without what Markdown shows as code: from a backtick that is not escaped to the next one.
fn without_code(text: &str) -> String {
    let mut kept = String::new();
    let mut code: Option<String> = None;
    let mut is_escaped = false;
    for character in text.chars() {
        match &mut code {
            Some(inside) if character != '`' || inside.is_empty() => inside.push(character),
            Some(_) => code = None,
            None if character == '`' && !is_escaped => code = Some(String::new()),
            None => kept.push(character),
        }
        is_escaped = code.is_none() && character == '\\' && !is_escaped;
    }
    code.into_iter().fold(kept, |kept, open| format!("{kept}`{open}"))
}

/// Markdown shows what is ours as bold or as a link, and of names nothing but their letters.
fn markdown(check: &mut Check, text: &str, is_mentioned: impl Fn(&str) -> bool) {
    let bare = without_code(text);
    for line in bare.lines() {
        let bold = line.strip_prefix("**").and_then(|line| line.strip_suffix("**"));
        let line = bold.unwrap_or(line);
        if line.starts_with('[') && line.contains("](https://chat.example.org/x/") {
            continue;
        }
        let mut is_escaped = false;
        for character in line.chars() {
            let is_markup = !is_escaped && matches!(character, '*' | '_' | '~' | '`' | '|' | '[' | '<');
            check.that(!is_markup, &format!("names make no markup: {character} in {line}"));
            is_escaped = character == '\\' && !is_escaped;
        }
        check.that(!is_mentioned(line), "nobody is mentioned");
    }
}

fn teams(check: &mut Check, json: &Value, body: &str) {
    check.that(body.encode_utf16().count() * 2 <= 28 * 1024, "the message is at most 28 KB in UTF-16");
    check.that(json["type"] == "message", "it is a message");
    let attachments = list(&json["attachments"]);
    check.that(attachments.len() == 1, "there is one card");
    for attachment in attachments {
        let card = &attachment["content"];
        check.that(attachment["contentType"] == "application/vnd.microsoft.card.adaptive", "it is an Adaptive Card");
        check.that(card["type"] == "AdaptiveCard" && card["version"] == "1.4", "it is of version 1.4");
        check.that(!list(&card["body"]).is_empty(), "it says something");
        for block in list(&card["body"]) {
            check.that(block["type"] == "RichTextBlock", "text is without markup");
            for run in list(&block["inlines"]) {
                check.keys(run, &["type", "text", "weight", "size", "color", "fontType"], "a run");
                check.that(run["type"] == "TextRun" && run["text"].is_string(), "a run is text");
                let is_shown = run.get("fontType").is_none_or(|font| font == "Monospace");
                check.that(is_shown, "a font is one that there is");
            }
        }
        for action in list(&card["actions"]) {
            check.that(action["type"] == "Action.OpenUrl", "only links work from a webhook");
            check.that(action["title"].is_string() && is_address(&action["url"]), "a link has a title and an address");
        }
    }
}

fn google_chat(check: &mut Check, json: &Value, body: &str) {
    check.that(body.len() <= 32_000, "the message is at most 32,000 bytes");
    check.keys(json, &["fallbackText", "cardsV2"], "the message");
    let cards = list(&json["cardsV2"]);
    check.that(cards.len() == 1, "there is one card");
    let sections = cards.iter().flat_map(|card| list(&card["card"]["sections"]));
    let widgets: Vec<&Value> = sections.flat_map(|section| list(&section["widgets"])).collect();
    check.that((1..=100).contains(&widgets.len()), "there are 1 to 100 widgets");
    for widget in widgets {
        check.keys(widget, &["textParagraph", "buttonList"], "a widget");
        if let Some(text) = widget["textParagraph"]["text"].as_str() {
            let bare = ["<b>", "</b>", "<br>"].iter().fold(text.to_owned(), |text, tag| text.replace(tag, ""));
            check.that(!bare.contains(['<', '>']), "names make no markup");
        }
        for button in list(&widget["buttonList"]["buttons"]) {
            check.that(
                button["text"].is_string() && is_address(&button["onClick"]["openLink"]["url"]),
                "a button opens a link",
            );
        }
    }
}

fn mattermost(check: &mut Check, json: &Value) {
    check.keys(json, &["attachments"], "the message");
    check.that(json["attachments"].to_string().chars().count() <= 7_600, "older servers take the attachments");
    check.that(list(&json["attachments"]).len() == 1, "there is one attachment");
    for attachment in list(&json["attachments"]) {
        check.keys(attachment, &["fallback", "color", "text", "actions"], "an attachment");
        check.text(&attachment["text"], 16_383, "text");
        check.text(&attachment["fallback"], 16_383, "fallback");
        let text = attachment["text"].as_str().unwrap_or_default();
        let is_mentioned = |line: &str| line.split('@').skip(1).any(|after| after.starts_with(char::is_alphanumeric));
        markdown(check, text, is_mentioned);
        for action in list(&attachment["actions"]) {
            let id = action["id"].as_str().unwrap_or_default();
            check.that(
                !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "an id is letters and digits",
            );
            check.that(action["type"] == "button" && action["name"].is_string(), "it is a button");
            check.that(is_address(&action["integration"]["url"]), "a click is sent to an address");
            let context = &action["integration"]["context"];
            check
                .that(context["token"].is_string() && context["minutes"].is_u64(), "the context says what was clicked");
        }
    }
}

fn plain_json(check: &mut Check, json: &Value) {
    check.that(json["event"].is_string() && json["language"].is_string(), "event and language are there");
    check.text(&json["text"], 6_000, "text");
}
