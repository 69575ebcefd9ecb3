//! Texts that whoever writes a badge could put into it, to break out of whatever shows it.

/// The texts, each of them one that some markup, program or reader would take for something else than text.
pub fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    texts.push("long ".repeat(2000));
    texts.push("<b>".repeat(3000));
    texts.push("e\u{301}\u{302}\u{303}".repeat(2500));
    texts.push("👩🏽‍🚒".repeat(500));
    texts.push((0_u8..128).map(char::from).collect());
    texts
}

const TEXTS: [&str; 88] = [
    // HTML and SVG.
    "\"><script>alert(1)</script>",
    "' onload='alert(1)",
    "<img src=x onerror=alert(1)>",
    "</figure></a></table></title></style><svg/onload=alert(1)>",
    "<!-- comment",
    "--><script>alert(1)</script>",
    "]]><x/>",
    "<![CDATA[<x/>]]>",
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>&a;",
    "&lt;b&gt; &amp; &#x3C;script&#62; &NewLine; &lt",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "</script><script>alert(1)//",
    "</textarea></xmp></noscript><script>alert(1)</script>",
    "expression(alert(1)) ; background:url(javascript:alert(1))",
    "\\3c script\\3e alert(1)",
    // Links.
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://evil.example www.evil.example evil.example",
    "mailto:eve@evil.example?subject=x&bcc=all@evil.example",
    "@eve @eve@evil.example #hashtag $CASH",
    // Markdown.
    "`code` **bold** _it_ ~~gone~~ ==mark==",
    "[x](javascript:alert(1)) ![y](https://evil.example/z.png)",
    "]](https://evil.example) \\](https://evil.example) [^1]: x",
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "    indented",
    "```\nfence\n```",
    "| a | b |\n|---|---|",
    "<https://evil.example>",
    "***",
    "setext\n======",
    "[x]: https://evil.example",
    ":smile: [[wiki]] [ ] [x]",
    // BBCode.
    "[/b][/url][url=https://evil.example]x[/url]",
    "[img]https://evil.example/x.png[/img][code]",
    "[/img][quote=\"x\"][*]",
    // reStructuredText.
    ".. raw:: html\n\n   <script>alert(1)</script>",
    "`x <javascript:alert(1)>`__ |sub| *em* **st** ``lit`` word_ word__ [1]_ _`t`",
    "x::\n\n   literal",
    ".. include:: /etc/passwd",
    ":field: value",
    ":raw-html:`<b>x</b>`",
    "====\nTitle\n====",
    ">>> doctest",
    "-a option",
    // AsciiDoc.
    "include::/etc/passwd[]",
    "pass:[<script>alert(1)</script>] +++<script>alert(1)</script>+++",
    "link:javascript:alert(1)[x] {docdir} {set:x:y} <<x>> [[x]] image:x[] footnote:[x]",
    "++++\n<script>alert(1)</script>\n++++",
    ":attr: value",
    "= Title",
    "NOTE: x",
    "(C) (TM) -- ... -> => +",
    "kbd:[x] stem:[x] menu:x[y] icon:x[] ((x)) xref:x[y]",
    "trailing +",
    // TeX.
    "\\input{/etc/passwd} \\write18{id} $x^2$ \\end{document} % comment",
    "\\catcode`\\@=11 \\def\\x{} {unbalanced",
    "^^5cinput{/etc/passwd} #1 & ~ _",
    // Typst, templates, shells.
    "#read(\"/etc/passwd\") #eval(\"1\") $x$ <label> @ref",
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7} {% raw %}",
    "$(id) `id` ; rm -rf / | cat && x",
    "%s %n %x {} {0}",
    // Spreadsheets.
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "a,b;\"c\"\td\r\ne",
    // Headers and lines.
    "x\r\nBcc: eve@evil.example\r\n\r\nbody",
    "x\u{2028}y\u{2029}z\u{85}",
    "BEGIN:VCARD\nEND:VCARD",
    // Characters that are not seen, or turn what is.
    "gpj\u{202E}.exe\u{2066}x\u{2069}\u{200F}",
    "nul\u{0}esc\u{1b}[31mred\u{7}bell\u{7f}",
    "zero\u{200B}width\u{200D}joined\u{2060}\u{FEFF}\u{00AD}",
    "\u{E0041}\u{E0042} tags \u{FE0F} \u{FFFC}\u{FFFD}\u{FFFF}",
    "Ехаmple Univеrsity ρaypal ⅼinkedin",
    "\u{FF1C}script\u{FF1E}alert(1)",
    "مرحبا <b>بالعالم</b> \u{202B}שלום",
    "𝕬𝖇𝖈 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
];
