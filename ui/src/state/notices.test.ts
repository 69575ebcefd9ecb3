import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Notices } from "./notices.svelte.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("forgets what it told, sooner without something to do about it", () => {
  const notices = new Notices();
  notices.tell("Copied");
  notices.tell("Badge removed", { label: "Undo", run: () => undefined });
  vi.advanceTimersByTime(6_000);
  expect(notices.list.map(({ text }) => text)).toEqual(["Badge removed"]);
  vi.advanceTimersByTime(7_000);
  expect(notices.list).toEqual([]);
});

it("keeps errors until they are dismissed", () => {
  const notices = new Notices();
  notices.fail({ code: "wallet.busy", message: "In use.", hint: "Close it." });
  vi.advanceTimersByTime(60_000);
  expect(notices.list[0]).toMatchObject({ tone: "error", text: "In use.", hint: "Close it." });
  notices.dismiss(notices.list[0]?.id ?? 0);
  expect(notices.list).toEqual([]);
});

it("shows any failure, also one that is no API error", () => {
  const notices = new Notices();
  notices.fail(new TypeError("x is not a function"));
  expect(notices.list[0]?.text).toBe("x is not a function");
});

it("says the same sentence twice so that it is heard twice", () => {
  const notices = new Notices();
  notices.announce("Copied");
  const first = notices.spoken;
  notices.announce("Copied");
  expect(notices.spoken).not.toBe(first);
});
