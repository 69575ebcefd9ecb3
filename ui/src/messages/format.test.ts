import { expect, it } from "vitest";

import { en } from "./en.ts";
import { formats } from "./format.ts";

it("shows a calendar date on that very day wherever the reader is", () => {
  expect(en.day("2026-03-01")).toBe("Mar 1, 2026");
  expect(en.day("2021-03")).toBe("Mar 2021");
  expect(en.day("2021-13")).toBe("2021-13");
  expect(en.day("soon")).toBe("soon");
  expect(en.day("2026-13-45")).toBe("2026-13-45");
});

it("chooses the sentence by the language's plural rules", () => {
  expect(en.wall.count(1)).toBe("1 badge");
  expect(en.wall.count(12_345)).toBe("12,345 badges");
  const polish = formats("pl");
  const forms = { one: "# odznaka", few: "# odznaki", many: "# odznak", other: "# odznaki" };
  expect([1, 3, 5].map((count) => polish.plural(count, forms))).toEqual(["1 odznaka", "3 odznaki", "5 odznak"]);
});

it("sums an import up in one sentence", () => {
  const none = { added: 0, updated: 0, already_there: 0, kept_not_valid: 0, held: 0, left_out: 0, self_listed: 0, collection: 0, offer: 0, skipped: 0, failed: 0 };
  expect(en.imports.summary(none)).toBe("0 badges added");
  expect(en.imports.summary({ ...none, added: 1 })).toBe("1 badge added");
  expect(en.imports.summary({ ...none, added: 2, already_there: 1, failed: 3 })).toBe("2 badges added, 1 already here, and 3 could not be read");
  expect(en.imports.summary({ ...none, failed: 1 })).toBe("1 could not be read");
  expect(en.imports.summary({ ...none, updated: 2, kept_not_valid: 1 })).toBe("2 updated and 1 kept although not valid");
});

it("shows sizes in the nearest unit", () => {
  expect(en.bytes(0)).toBe("0 byte");
  expect(en.bytes(48_213)).toBe("48.2 kB");
});

it("tells ages in their largest whole unit", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  expect(en.ago("2026-11-23T11:59:59.8Z", now)).toBe("now");
  expect(en.ago("2026-11-23T11:59:18Z", now)).toBe("42 seconds ago");
  expect(en.ago("2026-11-23T10:00:01Z", now)).toBe("1 hour ago");
  expect(en.ago("2026-11-13T12:00:00Z", now)).toBe("10 days ago");
  expect(en.ago("long ago", now)).toBe("long ago");
});
