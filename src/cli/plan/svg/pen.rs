//! Elements of a picture: shapes and escaped text, with colours for light and for dark surroundings.

use std::fmt::Display;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::super::words;

/// What is drawn with which colour. Each is a plain attribute, and in dark surroundings a rule of CSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Card,
    Weekend,
    Line,
    Text,
    Dim,
    On,
    Off,
    Warning,
    Exception,
}

impl Ink {
    const ALL: [Self; 9] = [
        Self::Card,
        Self::Weekend,
        Self::Line,
        Self::Text,
        Self::Dim,
        Self::On,
        Self::Off,
        Self::Warning,
        Self::Exception,
    ];

    /// Class, colour in light and in dark surroundings. In a page's text the picture's rules hold for the page, too: its
    /// classes have a prefix.
    fn colours(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Card => ("ll-card", "#ffffff", "#0d1117"),
            Self::Weekend => ("ll-weekend", "#f6f8fa", "#161b22"),
            Self::Line => ("ll-line", "#d8dee4", "#30363d"),
            Self::Text => ("ll-text", "#1f2328", "#e6edf3"),
            Self::Dim => ("ll-dim", "#59636e", "#9198a1"),
            Self::On => ("ll-on", "#f0a020", "#e8a93a"),
            Self::Off => ("ll-off", "#e6eaef", "#262c36"),
            Self::Warning => ("ll-warning", "#cf222e", "#ff7b72"),
            Self::Exception => ("ll-exception", "#8250df", "#b38bff"),
        }
    }

    fn fill(self) -> String {
        let (class, light, _) = self.colours();
        format!("class=\"{class}\" fill=\"{light}\"")
    }
}

/// How a text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text's size and weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) is_bold: bool,
}

impl Font {
    pub(super) const fn plain(size: f64) -> Self {
        Self { size, is_bold: false }
    }

    pub(super) const fn bold(size: f64) -> Self {
        Self { size, is_bold: true }
    }

    /// How wide a text is, about: fonts differ from machine to machine.
    pub(super) fn width(self, text: &str) -> f64 {
        real(text.width()) * self.column()
    }

    fn column(self) -> f64 {
        self.size * if self.is_bold { 0.6 } else { 0.55 }
    }

    /// The beginning of a text, with `…` if the end does not fit.
    pub(super) fn cut(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut kept = String::new();
        for character in text.chars() {
            let columns = kept.width() + character.width().unwrap_or_default() + 1;
            if real(columns) * self.column() > width {
                break;
            }
            kept.push(character);
        }
        kept.trim_end().to_owned() + "…"
    }
}

/// A picture while it is drawn.
#[derive(Debug, Default)]
pub(super) struct Pen {
    body: String,
}

impl Pen {
    /// A rectangle with round corners, and what is told when the mouse rests on it.
    pub(super) fn rectangle(&mut self, ink: Ink, (x, y, width, height): (f64, f64, f64, f64), round: f64, told: &str) {
        let shape = format!(
            "<rect {} {}",
            ink.fill(),
            sizes(&[("x", x), ("y", y), ("width", width), ("height", height), ("rx", round)])
        );
        self.close(&shape, "rect", told);
    }

    /// The outline of a rectangle, dashed.
    pub(super) fn outline(&mut self, ink: Ink, (x, y, width, height): (f64, f64, f64, f64), told: &str) {
        let (class, light, _) = ink.colours();
        let sizes = sizes(&[("x", x), ("y", y), ("width", width), ("height", height), ("rx", 4.0)]);
        let shape = format!(
            "<rect class=\"{class}-line\" fill=\"none\" stroke=\"{light}\" stroke-dasharray=\"4 3\" pointer-events=\"all\" {sizes}"
        );
        self.close(&shape, "rect", told);
    }

    /// A thin line; dashed where it stands for something that is not there.
    pub(super) fn line(&mut self, ink: Ink, (x1, y1): (f64, f64), (x2, y2): (f64, f64), is_dashed: bool) {
        let (class, light, _) = ink.colours();
        let dashes = if is_dashed { " stroke-dasharray=\"3 4\"" } else { "" };
        let sizes = sizes(&[("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]);
        self.body += &format!("<line class=\"{class}-line\" stroke=\"{light}\"{dashes} {sizes}/>\n");
    }

    /// A triangle that points down at a place.
    pub(super) fn triangle(&mut self, ink: Ink, (x, y): (f64, f64), told: &str) {
        let (left, right, top) = (number(x - 4.0), number(x + 4.0), number(y - 6.5));
        let shape = format!("<path {} d=\"M{left} {top}H{right}L{} {}Z\"", ink.fill(), number(x), number(y));
        self.close(&shape, "path", told);
    }

    /// A line of text; `y` is its base line.
    pub(super) fn text(&mut self, ink: Ink, (x, y): (f64, f64), font: Font, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if font.is_bold { " font-weight=\"600\"" } else { "" };
        let (size, sizes) = (number(font.size), sizes(&[("x", x), ("y", y)]));
        self.body +=
            &format!("<text {} font-size=\"{size}\"{weight}{anchor} {sizes}>{}</text>\n", ink.fill(), escape(text));
    }

    /// Adds what another pen has drawn, on top.
    pub(super) fn append(&mut self, other: &Self) {
        self.body += &other.body;
    }

    fn close(&mut self, shape: &str, name: &str, told: &str) {
        self.body += &match told {
            "" => format!("{shape}/>\n"),
            told => format!("{shape}><title>{}</title></{name}>\n", escape(told)),
        };
    }

    /// The whole picture.
    pub(super) fn finish(self, (width, height): (f64, f64), title: &str) -> String {
        let (width, height, title) = (number(width), number(height), escape(title));
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{title}\" font-family=\"system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif\">\n\
             <title>{title}</title>\n<style>\n@media (prefers-color-scheme: dark) {{\n"
        );
        for ink in Ink::ALL {
            let (class, _, dark) = ink.colours();
            text += &format!(".{class} {{ fill: {dark} }} .{class}-line {{ stroke: {dark} }}\n");
        }
        text + "}\n</style>\n" + &self.body + "</svg>\n"
    }
}

/// A count as a length.
pub(super) fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// Attributes with numbers.
fn sizes(sizes: &[(&str, f64)]) -> String {
    sizes.iter().map(|(name, value)| format!("{name}=\"{}\"", number(*value))).collect::<Vec<_>>().join(" ")
}

/// A number with one digit after the point at most, the same on every machine.
fn number(value: f64) -> impl Display {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

fn escape(text: &str) -> String {
    let text = words::plain(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_cut() {
        assert_eq!(
            escape("<a href=\"x\">&\u{1b}\u{0}</a>"),
            "&lt;a href=&quot;x&quot;&gt;&amp;\u{fffd}\u{fffd}&lt;/a&gt;"
        );
        let font = Font::plain(10.0);
        let cases = [
            ("Christmas Day", "Christmas Day"),
            ("Christmas Day and more", "Christmas Day…"),
            ("성탄절 성탄절 성탄절", "성탄절 성탄절…"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(font.cut(text, 80.0), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [0.0, 1.25, 87.142_857, 900.0].map(|value| number(value).to_string());
        assert_eq!(numbers, ["0", "1.2", "87.1", "900"]);
    }
}
