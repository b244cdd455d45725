//! The words of the page and of buttons that are no longer good; what becomes of an order has its words in `chat::answer`.

use crate::chat::{Language, Message, Tone};

/// Everything that the page itself says.
pub(super) struct Words {
    /// Over the stop that is planned.
    pub(super) planned_stop: &'static str,
    /// Over what runs.
    pub(super) now: &'static str,
    /// Over the choices.
    pub(super) keep: &'static str,
    /// Under the choices.
    pub(super) nothing_changes: &'static str,
    /// In place of the choices.
    pub(super) no_choice: &'static str,
    /// The link behind a result.
    pub(super) again: &'static str,
    /// The other language, in its own words.
    pub(super) other: (Language, &'static str),
    /// No stop is planned.
    pub(super) no_stop: &'static str,
    /// A title and what to do: the link was good once.
    pub(super) expired: (&'static str, &'static str),
    /// The link was never good.
    pub(super) foreign: (&'static str, &'static str),
    /// The form came without a choice.
    pub(super) no_form: (&'static str, &'static str),
    /// A button that was good once.
    pub(super) expired_button: &'static str,
    /// A button that was never good.
    pub(super) foreign_button: &'static str,
    /// A Discord server from which no orders are taken, or a private message.
    pub(super) stranger: &'static str,
}

const EN: Words = Words {
    planned_stop: "Planned stop",
    now: "Now",
    keep: "Keep it running",
    nothing_changes: "Opening this page changes nothing. A button does.",
    no_choice: "There is nothing to choose now: the stop has begun, was moved far enough already, or may not be moved.",
    again: "What is planned now",
    other: (Language::Ko, "한국어"),
    no_stop: "none",
    expired: (
        "This link has expired",
        "The stop that it was for is over. The newest message in chat has a link for the next one.",
    ),
    foreign: (
        "This link does not work",
        "It may have been cut short on its way. Open it from the message in chat once more. If that does not help, ask \
         whoever looks after the servers.",
    ),
    no_form: ("Nothing was chosen", "Go back and press one of the buttons. Nothing was changed."),
    expired_button: "This button has expired: the stop that it was for is over",
    foreign_button: "This button does not work: it was made with another key",
    stranger: "Nothing was done: orders are taken only from Discord servers that the setting `DISCORD_SERVERS` lists",
};

const KO: Words = Words {
    planned_stop: "중지 예정 시각",
    now: "현재 상태",
    keep: "중지 시각 연장",
    nothing_changes: "이 페이지를 열기만 해서는 아무것도 바뀌지 않습니다. 버튼을 눌러야 적용됩니다.",
    no_choice: "지금은 선택할 수 있는 시각이 없습니다. 이미 중지가 시작되었거나, 충분히 연장되었거나, 연장할 수 없는 중지입니다.",
    again: "현재 일정 보기",
    other: (Language::En, "English"),
    no_stop: "없음",
    expired: (
        "만료된 링크입니다",
        "이 링크는 이미 지난 중지에 대한 것입니다. 다음 중지의 링크는 채팅의 가장 최근 메시지에 있습니다.",
    ),
    foreign: (
        "사용할 수 없는 링크입니다",
        "전달되는 동안 링크가 잘렸을 수 있습니다. 채팅 메시지에서 다시 열어 보시고, 그래도 열리지 않으면 서버 담당자에게 \
         문의해 주십시오.",
    ),
    no_form: ("선택한 항목이 없습니다", "뒤로 돌아가 버튼 하나를 눌러 주십시오. 바뀐 것은 없습니다."),
    expired_button: "만료된 버튼입니다. 이미 지난 중지에 대한 버튼입니다.",
    foreign_button: "사용할 수 없는 버튼입니다. 다른 키로 만들어진 버튼입니다.",
    stranger: "아무 작업도 하지 않았습니다. `DISCORD_SERVERS` 설정에 등록된 Discord 서버의 요청만 받습니다.",
};

pub(super) const fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Ko => &KO,
    }
}

/// One line as a message.
pub(super) fn line(language: Language, title: &str) -> Message {
    Message { tone: Tone::Info, language, title: title.to_owned(), fields: Vec::new(), choices: None }
}
