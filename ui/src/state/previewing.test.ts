import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { ApiError, Preview } from "../backend/types.ts";
import { Previewing, TYPING } from "./previewing.svelte.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A program that answers when it is told to. */
function program() {
  const asked: { name: string; answer: (path: string) => Promise<void>; refuse: (error: ApiError) => Promise<void> }[] = [];
  const previewing = new Previewing<string>(
    (name) =>
      new Promise<Preview>((resolve, reject) => {
        asked.push({
          name,
          answer: async (path) => {
            resolve({ path, left_out: [], notes: [] });
            await vi.advanceTimersByTimeAsync(0);
          },
          refuse: async (error) => {
            reject(error as unknown as Error);
            await vi.advanceTimersByTimeAsync(0);
          },
        });
      }),
  );
  return { asked, previewing };
}

it("looks at once, then only when nobody has typed for a while", async () => {
  const { asked, previewing } = program();
  previewing.ask("");
  expect(asked.map((one) => one.name)).toEqual([""]);
  for (const name of ["A", "Ad", "Ada"]) {
    previewing.ask(name);
    await vi.advanceTimersByTimeAsync(TYPING - 1);
  }
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.map((one) => one.name)).toEqual(["", "Ada"]);
});

it("shows the latest question's answer, whichever comes last", async () => {
  const { asked, previewing } = program();
  previewing.ask("first");
  previewing.ask("second");
  await vi.advanceTimersByTimeAsync(TYPING);
  await asked[1]?.answer("2/");
  expect(previewing.preview?.path).toBe("2/");
  await asked[0]?.answer("1/");
  expect(previewing.preview?.path).toBe("2/");
});

it("says why there is none, until there is one", async () => {
  const { asked, previewing } = program();
  previewing.ask("nonsense");
  await asked[0]?.refuse({ code: "portfolio.base-url", message: "That is no address.", hint: "" });
  expect(previewing.error?.code).toBe("portfolio.base-url");
  previewing.ask("https://ada.example/");
  await vi.advanceTimersByTimeAsync(TYPING);
  await asked[1]?.answer("1/");
  expect(previewing.error).toBeNull();
});

it("asks nothing more, and hears nothing more, once it has ended", async () => {
  const { asked, previewing } = program();
  previewing.ask("first");
  previewing.ask("second");
  previewing.stop();
  await vi.advanceTimersByTimeAsync(TYPING);
  await asked[0]?.answer("1/");
  expect(asked).toHaveLength(1);
  expect(previewing.preview).toBeNull();
});
