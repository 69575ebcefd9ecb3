import { beforeEach, expect, it } from "vitest";

import { Beginning } from "./beginning.ts";
import type { ListRequest } from "./types.ts";

const FIRST: ListRequest = { query: "", verdicts: [], issuer: null, sort: "newest", offset: 0, limit: 200 };
const PAGE = { badges: [], total: 0, counts: { all: 0 } };

function documentWith(answers: unknown[] | null): void {
  document.body.replaceChildren();
  if (answers === null) return;
  const element = document.createElement("script");
  element.id = "beginning";
  element.type = "application/json";
  element.textContent = JSON.stringify(answers);
  document.body.append(element);
}

beforeEach(() => {
  documentWith([{ command: "list_badges", request: FIRST, response: PAGE }]);
});

it("the first question has its answer already", () => {
  expect(new Beginning(document).take("list_badges", { ...FIRST })).toEqual({ response: PAGE });
});

it("whoever asks again asks the program", () => {
  const beginning = new Beginning(document);
  beginning.take("list_badges", FIRST);
  expect(beginning.take("list_badges", FIRST)).toBeNull();
});

it("another question has no answer yet", () => {
  const beginning = new Beginning(document);
  expect(beginning.take("list_badges", { ...FIRST, query: "bees" })).toBeNull();
  expect(beginning.take("list_badges", { ...FIRST, offset: 200 })).toBeNull();
  expect(beginning.take("app_info", {})).toBeNull();
  expect(beginning.take("list_badges", FIRST)).not.toBeNull();
});

it("a document without answers leaves all to be asked", () => {
  documentWith(null);
  expect(new Beginning(document).take("list_badges", FIRST)).toBeNull();
});
