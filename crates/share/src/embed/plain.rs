//! Markups that people write by hand: Markdown, `BBCode`, reStructuredText, `AsciiDoc`.

use super::{Embed, EmbedFormat, Snippet};
use crate::escape;

impl Snippet {
    /// `CommonMark`: a linked picture, or a linked text where the picture is not on the web.
    pub(super) fn markdown(&self) -> Embed {
        let alt = escape::markdown(&self.alt());
        let page = self.page.as_deref().map(escape::markdown_address);
        let image = self.picture_url().map(|url| format!("![{alt}]({})", escape::markdown_address(url)));
        let body = match (image, page) {
            (Some(image), Some(page)) => format!("[{image}]({page})"),
            (Some(image), None) => image,
            (None, Some(page)) => format!("[{alt}]({page})"),
            (None, None) => alt,
        };
        let statement = self.statement.as_deref().map(escape::markdown);
        let text = [Some(body), statement].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        Embed { format: EmbedFormat::Markdown, text, note: Some(self.plain_note("Markdown")) }
    }

    /// `BBCode`: a linked picture, and below it the name, the issuer and the standing.
    pub(super) fn bbcode(&self) -> Embed {
        let linked = |shown: String| match &self.page {
            Some(page) => format!("[url={}]{shown}[/url]", escape::bbcode_address(page)),
            None => shown,
        };
        let picture =
            self.picture_url().map(|url| linked(format!("[img]{}[/img]", escape::bbcode_address(url))));
        let name = linked(format!("[b]{}[/b]", escape::bbcode(&self.name)));
        let issued = escape::bbcode(&self.issued_by());
        let statement = self.statement.as_deref().map(|words| format!("[i]{}[/i]", escape::bbcode(words)));
        let lines = [picture, Some(name), Some(issued), statement];
        let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        Embed { format: EmbedFormat::Bbcode, text, note: Some(self.plain_note("BBCode")) }
    }

    /// reStructuredText: an `image` directive with a target, or a hyperlink with an embedded address.
    pub(super) fn rst(&self) -> Embed {
        let page = self.page.as_deref().map(escape::rst_address);
        let body = match (self.picture_url(), page) {
            (Some(url), page) => {
                let target = page.map_or_else(String::new, |page| format!("\n   :target: {page}"));
                // Options of a directive are taken as they are: there is no markup in them to escape.
                format!(
                    ".. image:: {}\n   :alt: {}\n   :width: 160px{target}",
                    escape::rst_address(url),
                    self.alt()
                )
            }
            (None, Some(page)) => format!("`{} <{page}>`__", escape::rst(&self.alt())),
            (None, None) => escape::rst(&self.alt()),
        };
        let statement = self.statement.as_deref().map(escape::rst);
        let text = [Some(body), statement].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        Embed { format: EmbedFormat::Rst, text, note: Some(self.plain_note("reStructuredText")) }
    }

    /// `AsciiDoc`: a block image with a link, or a `link:` macro.
    pub(super) fn asciidoc(&self) -> Embed {
        let alt = escape::asciidoc(&self.alt());
        let page = self.page.as_deref().map(escape::asciidoc_address);
        let body = match (self.picture_url(), page) {
            (Some(url), page) => {
                let link = page.map_or_else(String::new, |page| format!(",link=\"{page}\""));
                format!("image::{}[\"{alt}\",160,160{link}]", escape::asciidoc_address(url))
            }
            (None, Some(page)) => format!("link:{page}[{alt}]"),
            (None, None) => alt,
        };
        let statement = self.statement.as_deref().map(escape::asciidoc);
        let text = [Some(body), statement].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        Embed { format: EmbedFormat::Asciidoc, text, note: Some(self.plain_note("AsciiDoc")) }
    }

    fn plain_note(&self, markup: &str) -> String {
        let picture = match self.picture_url() {
            Some(_) => self.picture.note(),
            None => format!(
                "The picture is not on the web, and {markup} takes no other: save the badge as an image and put it \
                 beside your text."
            ),
        };
        [Some(picture), self.page_note()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
