import { describe, expect, it } from "vitest";

import { LONGEST, linkTarget, parseInline, parseMarkdown } from "./markdown.ts";

const text = (content: string) => ({ kind: "text", text: content });

describe("blocks", () => {
  it("tells paragraphs, lists, headings and quotes apart", () => {
    const blocks = parseMarkdown("# Rules\n\nFirst\nline\n\n- one\n- two\n\n1. a\n2. b\n\n> said\n\n---\n\n```\ncode *here*\n```");
    expect(blocks.map((block) => block.kind)).toEqual(["heading", "paragraph", "list", "list", "quote", "rule", "code"]);
    expect(blocks[2]).toEqual({ kind: "list", ordered: false, items: [[text("one")], [text("two")]] });
    expect(blocks[3]).toMatchObject({ ordered: true });
    expect(blocks[6]).toEqual({ kind: "code", text: "code *here*" });
  });

  it("takes an unclosed fence to the end", () => {
    expect(parseMarkdown("```\na\nb")).toEqual([{ kind: "code", text: "a\nb" }]);
  });

  it("keeps the second line of a list item with it", () => {
    expect(parseMarkdown("- one\n  more\n- two")).toEqual([
      { kind: "list", ordered: false, items: [[text("one\nmore")], [text("two")]] },
    ]);
  });

  it("leaves markup as the text that it is", () => {
    const [block] = parseMarkdown('<img src=x onerror="alert(1)"> <b>bold</b>');
    expect(block).toEqual({ kind: "paragraph", children: [text('<img src=x onerror="alert(1)"> <b>bold</b>')] });
  });

  it("cuts what is too long", () => {
    const [block] = parseMarkdown("a".repeat(LONGEST * 2));
    expect(block).toEqual({ kind: "paragraph", children: [text("a".repeat(LONGEST))] });
  });

  it.each(["*".repeat(50_000), "[".repeat(50_000), "_a ".repeat(20_000), "`a".repeat(20_000), "> ".repeat(20_000), "- \n".repeat(20_000)])(
    "is quick with hostile text (%#)",
    (hostile) => {
      const began = performance.now();
      parseMarkdown(hostile);
      expect(performance.now() - began).toBeLessThan(1500);
    },
  );
});

describe("inside a line", () => {
  it("finds emphasis, code and links", () => {
    expect(parseInline("a **b** *c* `d*` [e](https://e.example/x)")).toEqual([
      text("a "),
      { kind: "strong", children: [text("b")] },
      text(" "),
      { kind: "em", children: [text("c")] },
      text(" "),
      { kind: "code", text: "d*" },
      text(" "),
      { kind: "link", url: "https://e.example/x", children: [text("e")] },
    ]);
  });

  it("makes a bare address a link and leaves the full stop out", () => {
    expect(parseInline("See https://a.example/b.")).toEqual([
      text("See "),
      { kind: "link", url: "https://a.example/b", children: [text("https://a.example/b")] },
      text("."),
    ]);
  });

  it("leaves words with underscores and lone stars alone", () => {
    expect(parseInline("snake_case_name and 2 * 3 * 4")).toEqual([text("snake_case_name and 2 * 3 * 4")]);
  });

  it.each(["[x](javascript:alert(1))", "[x](data:text/html,y)", "[x](file:///etc/passwd)", "[x](vbscript:y)"])(
    "never links %s",
    (source) => {
      expect(JSON.stringify(parseInline(source))).not.toContain('"link"');
    },
  );

  it("does not load pictures", () => {
    expect(JSON.stringify(parseInline("![track](https://evil.example/t.png)"))).not.toContain("image");
  });
});

describe("linkTarget", () => {
  it("allows web pages and mail only", () => {
    expect(linkTarget("https://a.example")).toBe("https://a.example/");
    expect(linkTarget("mailto:a@b.example")).toBe("mailto:a@b.example");
    expect(linkTarget("JavaScript:alert(1)")).toBeNull();
    expect(linkTarget("//a.example")).toBeNull();
    expect(linkTarget("did:web:a.example")).toBeNull();
  });
});
