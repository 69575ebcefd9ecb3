import { expect, it } from "vitest";

import { placeholderOf } from "./placeholder.ts";

it("draws the same name the same way, and other names otherwise", () => {
  expect(placeholderOf("Rust Basics")).toEqual(placeholderOf("Rust Basics"));
  expect(placeholderOf("Rust Basics").hue).not.toBe(placeholderOf("Rust Advanced").hue);
});

it.each([
  ["Rust Basics", "RB"],
  ["woodland", "W"],
  ["„Zitat“ hier", "ZH"],
  ["", ""],
  ["  ", ""],
  ["שומר הים", "שה"],
  ["الإسعافات الأولية", "ا"],
  ["e\u0301tude libre", "E\u0301L"],
  ["<script>alert(1)</script>", "S"],
])("takes the first letters of %s", (name, letters) => {
  expect(placeholderOf(name).letters).toBe(letters);
});
