//! HTML: a card, the badge alone, and a frame.

use super::{Embed, EmbedFormat, Picture, Snippet, Theme};
use crate::escape;

/// The colours of a theme; each as `(light, dark)`. Text on ground is at least 4.5:1 (WCAG 2.2, 1.4.3).
const GROUND: (&str, &str) = ("#ffffff", "#1c1c1f");
const INK: (&str, &str) = ("#1d1d1f", "#f3f3f5");
const SOFT: (&str, &str) = ("#5c5c63", "#b4b4bd");
const LINE: (&str, &str) = ("#d9d9de", "#3f3f46");
const WARNING: (&str, &str) = ("#9a1c12", "#ffb4ab");

/// The picture beside the words, or above them where there is no room.
const ROW: &str = "display:flex;flex-wrap:wrap;gap:16px;align-items:center";

impl Theme {
    /// A declaration of `property`. The automatic one names the light colour first, for browsers from before
    /// `light-dark()` (CSS Color Module Level 5), which leave the second out.
    fn declare(self, property: &str, (light, dark): (&str, &str)) -> String {
        match self {
            Self::Light => format!("{property}:{light}"),
            Self::Dark => format!("{property}:{dark}"),
            Self::Automatic => format!("{property}:{light};{property}:light-dark({light},{dark})"),
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::Light => "color-scheme:light",
            Self::Dark => "color-scheme:dark",
            Self::Automatic => "color-scheme:light dark",
        }
    }
}

impl Snippet {
    /// Picture, name, issuer, date and standing on a card that is as wide as there is room, up to 26 rem.
    pub(super) fn card(&self, theme: Theme) -> Embed {
        let picture =
            self.img(96, "", "display:block;flex:0 0 auto;width:96px;height:96px;object-fit:contain");
        let line = |style: &str, text: &str| {
            format!("<span dir=\"auto\" style=\"display:block;{style}\">{}</span>", escape::html(text))
        };
        let issued = format!(
            "<span dir=\"auto\" style=\"display:block;{}\">{}</span>",
            theme.declare("color", SOFT),
            self.issued_by_html()
        );
        let statement = self.statement.as_ref().map(|words| line(&self.statement_style(theme), words));
        let lines =
            [line("font-weight:600;font-size:17px", &self.name), issued, statement.unwrap_or_default()]
                .concat();
        let shown = format!(
            "{picture}<span style=\"flex:1 1 160px;min-width:0;overflow-wrap:anywhere\">{lines}</span>"
        );
        let row = match &self.page {
            Some(page) => format!(
                "<a href=\"{}\" rel=\"noopener\" style=\"{ROW};color:inherit;text-decoration:none\">{shown}</a>",
                escape::html(page)
            ),
            None => format!("<div style=\"{ROW}\">{shown}</div>"),
        };
        let text = format!(
            "<figure style=\"box-sizing:border-box;max-width:416px;margin:0;padding:16px;border-radius:12px;\
             border-width:1px;border-style:solid;{};{};{};{};font:15px/1.45 system-ui,sans-serif\">{row}</figure>",
            theme.scheme(),
            theme.declare("border-color", LINE),
            theme.declare("background-color", GROUND),
            theme.declare("color", INK),
        );
        Embed { format: EmbedFormat::Html, text, note: Some(self.html_note()) }
    }

    /// The picture, or the name where there is none; below it the standing where that has to be said.
    pub(super) fn badge_only(&self, theme: Theme) -> Embed {
        let picture = self.img(160, &self.alt(), "display:block;max-width:100%;height:auto;margin:0 auto");
        let shown = if picture.is_empty() { escape::html(&self.alt()) } else { picture };
        let linked = match &self.page {
            Some(page) => format!(
                "<a href=\"{}\" rel=\"noopener\" style=\"display:block;color:inherit\">{shown}</a>",
                escape::html(page)
            ),
            None => shown,
        };
        let statement = self.statement.as_ref().map_or_else(String::new, |statement| {
            format!(
                "<span dir=\"auto\" style=\"display:block;margin-top:8px;{}\">{}</span>",
                self.statement_style(theme),
                escape::html(statement)
            )
        });
        // Without words the ground of the page shows through, whatever its colour is.
        let ground = if statement.is_empty() && self.has_picture() {
            String::new()
        } else {
            format!(
                ";padding:8px;border-radius:12px;{};{};{}",
                theme.scheme(),
                theme.declare("background-color", GROUND),
                theme.declare("color", INK)
            )
        };
        let text = format!(
            "<span style=\"box-sizing:border-box;display:inline-block;max-width:192px;text-align:center;\
             overflow-wrap:anywhere;font:14px/1.4 system-ui,sans-serif{ground}\">{linked}{statement}</span>"
        );
        Embed { format: EmbedFormat::HtmlBadge, text, note: Some(self.html_note()) }
    }

    /// A frame around `page`, which is a page of the person's own: scripts run in it, since the page verifies the
    /// badge, but it is of no origin, reaches nothing of the page around it, and may open links in new tabs only.
    pub(super) fn frame(&self, page: &str) -> Embed {
        let text = format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"720\" height=\"640\" sandbox=\"allow-scripts allow-popups \
             allow-popups-to-escape-sandbox\" referrerpolicy=\"no-referrer\" loading=\"lazy\" \
             style=\"border:0;display:block;width:100%;max-width:720px\"></iframe>",
            escape::html(page),
            escape::html(&self.alt())
        );
        let note = "It shows the page at that address to everybody who reads yours. A page that forbids framing \
                    (X-Frame-Options, frame-ancestors) stays empty.";
        Embed { format: EmbedFormat::Iframe, text, note: Some(note.to_owned()) }
    }

    /// Who issued it, and when; the date stays on one line.
    fn issued_by_html(&self) -> String {
        let issuer = escape::html(&self.issuer);
        match &self.issued {
            Some(date) => {
                format!("{issuer}, <span style=\"white-space:nowrap\">{}</span>", escape::html(date))
            }
            None => issuer,
        }
    }

    /// An `img` of `side` pixels a side; nothing where there is no picture.
    pub(super) fn img(&self, side: u32, alt: &str, style: &str) -> String {
        match &self.picture {
            Picture::Url(source) | Picture::Data(source) => format!(
                "<img src=\"{}\" width=\"{side}\" height=\"{side}\" alt=\"{}\" style=\"{style}\">",
                escape::html(source),
                escape::html(alt)
            ),
            Picture::TooLarge | Picture::Baked | Picture::None => String::new(),
        }
    }

    fn has_picture(&self) -> bool {
        matches!(self.picture, Picture::Url(_) | Picture::Data(_))
    }

    fn statement_style(&self, theme: Theme) -> String {
        let colour = if self.is_warning { WARNING } else { SOFT };
        format!("font-weight:600;{}", theme.declare("color", colour))
    }

    fn html_note(&self) -> String {
        [Some(self.picture.note()), self.page_note()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
