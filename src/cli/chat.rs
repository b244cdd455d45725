//! `lamplighter chat`: what chat platforms receive, shown without sending anything.

use std::io::Write as _;

use serde_json::{Value, json};

use super::{BOLD, Error, ErrorKind, FAINT, Format};
use crate::chat::link::Signer;
use crate::chat::{self, Answers, Language, Platform, Voice, sample};

/// Look at messages as chat platforms receive them.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Preview(Preview),
}

/// Print a sample message as a platform receives it; nothing is sent.
///
/// Links lead to an example address, and what is signed in them opens nothing.
#[derive(Debug, clap::Args)]
struct Preview {
    /// Who receives it: `jandi`, `slack`, `discord`, `teams`, `google-chat`, `mattermost` or `json`.
    #[arg(long, value_name = "P", required_unless_present = "list")]
    platform: Option<Platform>,

    /// What it tells, such as `warning`; `--list` names them all.
    #[arg(long, value_name = "E", required_unless_present = "list")]
    event: Option<String>,

    /// In which language: `en` or `ko`.
    #[arg(long, value_name = "L", default_value = "en")]
    language: Language,

    /// List platforms, events and languages.
    #[arg(long)]
    list: bool,

    /// How to print it: with the headers of the request, or (`json`) its body alone.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where the chat function is in examples.
const ADDRESS: &str = "https://chat.example.org";

/// The word that commands begin with in examples.
const KEYWORD: &str = "lamp";

/// A key that everybody can read here, and that signs nothing but examples.
const KEY: [u8; 32] = *b"an example's key opens no doors.";

const LANGUAGES: [Language; 2] = [Language::En, Language::Ko];

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let Command::Preview(preview) = &arguments.command;
    match (preview.platform, preview.event.as_deref()) {
        (Some(platform), Some(event)) if !preview.list => print(preview, platform, event),
        _ => list(preview.format),
    }
}

fn print(preview: &Preview, platform: Platform, event: &str) -> Result<(), Error> {
    let Some(notice) = sample::notice(event) else {
        let near = sample::EVENTS.iter().map(|(name, _)| *name).max_by(|one, other| {
            let near = |name: &str| strsim::jaro_winkler(event, name);
            near(one).total_cmp(&near(other))
        });
        let error = Error::new(ErrorKind::Usage, format!("there is no event `{event}`"));
        let error = near.iter().fold(error, |error, near| error.hint(format!("did you mean `{near}`?")));
        return Err(error.hint("`lamplighter chat preview --list` names them all"));
    };
    let answers = Answers {
        signer: Signer::new(&KEY).ok(),
        address: Some(ADDRESS.to_owned()),
        keyword: Some(KEYWORD.to_owned()),
    };
    let voice = Voice { language: preview.language, answers };
    let rendered = chat::render(platform, &notice, &voice);
    let body = serde_json::from_str::<Value>(&rendered.body).and_then(|body| serde_json::to_string_pretty(&body));
    let body = body.map_err(|error| Error::new(ErrorKind::Input, format!("the message is no JSON: {error}")))?;
    let mut out = anstream::stdout().lock();
    if preview.format == Format::Text {
        writeln!(out, "{FAINT}Accept: {}", rendered.accept)?;
        writeln!(out, "Content-Type: {}{FAINT:#}\n", rendered.content_type)?;
    }
    writeln!(out, "{body}")?;
    Ok(())
}

fn list(format: Format) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let platforms = Platform::ALL.map(Platform::as_str);
    let languages = LANGUAGES.map(Language::as_str);
    match format {
        Format::Json => {
            let events = sample::EVENTS.map(|(name, tells)| json!({"event": name, "tells": tells}));
            writeln!(out, "{}", json!({"platforms": platforms, "events": events, "languages": languages}))?;
        }
        Format::Text => {
            writeln!(out, "{BOLD}Platforms{BOLD:#}  {}", platforms.join(", "))?;
            writeln!(out, "{BOLD}Languages{BOLD:#}  {}", languages.join(", "))?;
            writeln!(out, "{BOLD}Events{BOLD:#}")?;
            for (name, tells) in sample::EVENTS {
                writeln!(out, "  {name:12} {tells}")?;
            }
        }
    }
    Ok(())
}
