import { expect, it } from "vitest";

import type { EmbeddedView, ReportView } from "../backend/types.ts";
import { makeReport } from "../backend/fake/data.ts";
import { Inside } from "./inside.svelte.ts";

function report(embedded: EmbeddedView[] = []): ReportView {
  return { ...makeReport("verified", "a.example", "2026-11-23T09:41:00Z"), embedded };
}

function inner(pointer: string, embedded: EmbeddedView[] = [], role = "credential"): EmbeddedView {
  return { pointer, role, name: pointer, card: null, credential_kind: null, art: null, report: report(embedded), unread: null };
}

const unread: EmbeddedView = { ...inner("/bad"), report: null, unread: { code: "not-json", detail: "no" } };
const outer = report([inner("/a", [inner("/deep")]), inner("/praise", [], "endorsement"), unread, inner("/b")]);

it("goes in, further in, and out again step by step", () => {
  const inside = new Inside(() => outer);
  expect(inside.opened).toBeNull();
  expect(inside.leave()).toBe(false);
  inside.enter("/a", "/deep");
  expect(inside.way.map((one) => one.pointer)).toEqual(["/a", "/deep"]);
  expect(inside.leave()).toBe(true);
  expect(inside.opened?.pointer).toBe("/a");
  inside.leave();
  expect(inside.opened).toBeNull();
});

it("walks among its like, past what cannot be read", () => {
  const inside = new Inside(() => outer);
  inside.enter("/a");
  expect(inside.neighbour(-1)).toBeUndefined();
  inside.walk(1);
  expect(inside.opened?.pointer).toBe("/b");
  inside.walk(1);
  expect(inside.opened?.pointer).toBe("/b");
});

it("stays on firm ground when a new report no longer holds what was opened", () => {
  let current = outer;
  const inside = new Inside(() => current);
  inside.enter("/a", "/deep");
  current = report([inner("/a")]);
  expect(inside.opened?.pointer).toBe("/a");
});
