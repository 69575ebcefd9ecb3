/**
 * A small part of Markdown, as a tree. It never becomes markup text: `Markdown.svelte` makes an element of each node, and what
 * is not understood stays the text that it was. Raw HTML and images are not part of it.
 */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong"; children: Inline[] }
  | { kind: "em"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; url: string; children: Inline[] }
  | { kind: "break" };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "quote"; children: Inline[] }
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "code"; text: string }
  | { kind: "rule" };

/** Longer text is cut: nobody reads more, and work stays bounded. */
export const LONGEST = 20_000;
const DEEPEST = 4;

export function parseMarkdown(source: string): Block[] {
  const lines = source.slice(0, LONGEST).replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at++;
    } else if (/^\s*(```|~~~)/.test(line)) {
      const fence = line.trim().slice(0, 3);
      const end = lines.findIndex((other, index) => index > at && other.trim().startsWith(fence));
      const last = end === -1 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, last).join("\n") });
      at = last + 1;
    } else if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) {
      blocks.push({ kind: "rule" });
      at++;
    } else if (/^#{1,6} /.test(line)) {
      const level = line.indexOf(" ");
      blocks.push({ kind: "heading", level, children: parseInline(line.slice(level + 1).replace(/ #+$/, "").trim()) });
      at++;
    } else if (isItem(line)) {
      const ordered = /^\s*\d/.test(line);
      const items: Inline[][] = [];
      while (at < lines.length && (isItem(lines[at]) || isContinuation(lines[at]))) {
        let text = (lines[at++] ?? "").replace(ITEM, "");
        while (at < lines.length && !isItem(lines[at]) && isContinuation(lines[at])) text += `\n${(lines[at++] ?? "").trim()}`;
        items.push(parseInline(text.trim()));
      }
      blocks.push({ kind: "list", ordered, items });
    } else if (line.startsWith(">")) {
      const from = at;
      while (at < lines.length && (lines[at] ?? "").startsWith(">")) at++;
      blocks.push({ kind: "quote", children: parseInline(lines.slice(from, at).map((quoted) => quoted.replace(/^> ?/, "")).join("\n")) });
    } else {
      const from = at++;
      while (at < lines.length && !startsBlock(lines[at] ?? "")) at++;
      blocks.push({ kind: "paragraph", children: parseInline(lines.slice(from, at).join("\n").trim()) });
    }
  }
  return blocks;
}

const ITEM = /^\s{0,6}(?:[-*+]|\d{1,4}[.)])\s+/;

function isItem(line: string | undefined): boolean {
  return line !== undefined && ITEM.test(line);
}

function isContinuation(line: string | undefined): boolean {
  return line !== undefined && /^\s{2,}\S/.test(line);
}

function startsBlock(line: string): boolean {
  return line.trim() === "" || isItem(line) || /^(#{1,6} |>|\s*(```|~~~))/.test(line);
}

/** What can begin something inside a line, each tried where it stands. */
const PATTERNS: { pattern: RegExp; node: (found: RegExpExecArray, depth: number) => Inline | null }[] = [
  { pattern: /\\([!-/:-@[-`{-~])/y, node: (found) => ({ kind: "text", text: found[1] ?? "" }) },
  { pattern: /`([^`\n]{1,500})`/y, node: (found) => ({ kind: "code", text: found[1] ?? "" }) },
  { pattern: /\*\*(?=\S)([^*]{1,2000}?\S|\S)\*\*/y, node: (found, depth) => ({ kind: "strong", children: parseInline(found[1] ?? "", depth) }) },
  { pattern: /__(?=\S)([^_]{1,2000}?\S|\S)__(?!\w)/y, node: (found, depth) => ({ kind: "strong", children: parseInline(found[1] ?? "", depth) }) },
  { pattern: /\*(?=[^\s*])([^*]{1,2000}?)\*/y, node: (found, depth) => ({ kind: "em", children: parseInline(found[1] ?? "", depth) }) },
  { pattern: /_(?=[^\s_])([^_]{1,2000}?)_(?!\w)/y, node: (found, depth) => ({ kind: "em", children: parseInline(found[1] ?? "", depth) }) },
  {
    pattern: /\[([^[\]]{1,1000})\]\(\s*<?([^\s<>()]{1,2000})>?(?:\s+"[^"]{0,500}")?\s*\)/y,
    node: (found, depth) => link(found[2] ?? "", parseInline(found[1] ?? "", depth)),
  },
  {
    pattern: /<?(https?:\/\/[^\s<>()"']{1,2000}[^\s<>()"'.,;:!?])>?/y,
    node: (found) => link(found[1] ?? "", [{ kind: "text", text: found[1] ?? "" }]),
  },
  { pattern: /(?: {2,}|\\)\n/y, node: () => ({ kind: "break" }) },
];

function link(url: string, children: Inline[]): Inline | null {
  return linkTarget(url) === null ? null : { kind: "link", url, children };
}

/** The address, where it is one that may be followed: https, http or mailto. */
export function linkTarget(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  return ["https:", "http:", "mailto:"].includes(url.protocol) ? url.href : null;
}

export function parseInline(text: string, depth = 0): Inline[] {
  const nodes: Inline[] = [];
  let plain = "";
  let at = 0;
  const flush = (): void => {
    if (plain !== "") nodes.push({ kind: "text", text: plain });
    plain = "";
  };
  while (at < text.length) {
    const found = depth < DEEPEST && SPECIAL.test(text[at] ?? "") ? firstMatch(text, at, depth + 1) : null;
    if (found === null) {
      plain += text[at++];
    } else {
      flush();
      nodes.push(found.node);
      at += found.length;
    }
  }
  flush();
  return nodes;
}

const SPECIAL = /[\\`*_[<h ]/;

function firstMatch(text: string, at: number, depth: number): { node: Inline; length: number } | null {
  for (const { pattern, node } of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    const made = found === null ? null : node(found, depth);
    if (found !== null && made !== null) return { node: made, length: found[0].length };
  }
  return null;
}
