import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakeBackend, optionsFrom, type FakeBackend } from "../backend/fake/index.ts";
import type { ListRequest } from "../backend/types.ts";
import { PAGE, Wall } from "./wall.svelte.ts";

function made(badges: number): { backend: FakeBackend; wall: Wall } {
  const backend = fakeBackend({ ...optionsFrom(""), badges });
  return { backend, wall: new Wall(backend) };
}

const asked = (backend: FakeBackend): ListRequest[] =>
  backend.asked.filter(({ command }) => command === "list_badges").map(({ request }) => request as ListRequest);

describe("pages", () => {
  it("asks only for the pages in view, each once", async () => {
    const { backend, wall } = made(1000);
    await wall.refresh();
    expect(asked(backend).map(({ offset }) => offset)).toEqual([0]);
    wall.ensure(390, 410);
    wall.ensure(395, 415);
    await vi.waitFor(() => {
      expect(wall.at(410)).toBeDefined();
    });
    expect(asked(backend).map(({ offset }) => offset)).toEqual([0, PAGE, 2 * PAGE]);
    expect(wall.at(700)).toBeUndefined();
    expect(wall.total).toBe(1000);
  });

  it("drops an answer that a later question has overtaken", async () => {
    const { backend, wall } = made(40);
    const call = backend.call.bind(backend);
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    vi.spyOn(backend, "call").mockImplementation(async (command, request) => {
      const answer = await call(command, request);
      if ((request as ListRequest).issuer === "Kestrel Cloud") await slow;
      return answer;
    });
    const first = wall.show({ kind: "issuer", name: "Kestrel Cloud" });
    await wall.show({ kind: "all" });
    release();
    await first;
    expect(wall.total).toBe(40);
  });

  it("says what went wrong, and mends itself when asked again", async () => {
    const { backend, wall } = made(3);
    const broken = vi.spyOn(backend, "call").mockRejectedValue({ code: "x", message: "Disk full.", hint: "Make room." });
    await wall.refresh();
    expect(wall.status).toBe("failed");
    expect(wall.error?.message).toBe("Disk full.");
    broken.mockRestore();
    await wall.refresh();
    expect(wall.status).toBe("ready");
    expect(wall.error).toBeNull();
  });
});

describe("what is asked for", () => {
  it("names the verdicts that need attention", async () => {
    const { backend, wall } = made(40);
    await wall.show({ kind: "attention" });
    expect(asked(backend).at(-1)?.verdicts).toEqual(["invalid", "revoked", "expired"]);
    await wall.show({ kind: "verdict", verdict: "verified" });
    expect(asked(backend).at(-1)?.verdicts).toEqual(["verified"]);
  });

  describe("typing", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("asks once, when the typing rests", async () => {
      const { backend, wall } = made(40);
      for (const text of ["r", "ru", "rus", "rust "]) wall.search(text);
      expect(asked(backend)).toHaveLength(0);
      await vi.runAllTimersAsync();
      expect(asked(backend).map(({ query }) => query)).toEqual(["rust"]);
      expect(wall.at(0)?.name).toContain("Rust");
    });
  });
});

describe("the cursor and the selection", () => {
  it("stays on the wall", async () => {
    const { wall } = made(5);
    await wall.refresh();
    wall.move(-1);
    expect(wall.cursor).toBe(0);
    wall.move(100);
    expect(wall.cursor).toBe(4);
  });

  it("selects ranges from where the last toggle was", async () => {
    const { wall } = made(20);
    await wall.refresh();
    wall.toggle(3);
    wall.selectTo(6);
    expect([...wall.selection.keys()]).toEqual([4, 5, 6, 7]);
    wall.selectTo(1);
    expect([...wall.selection.keys()]).toEqual([2, 3, 4]);
  });

  it("selects all, also what was never in view", async () => {
    const { wall } = made(2500);
    await wall.refresh();
    await wall.selectAll();
    expect(wall.selection.size).toBe(2500);
  });

  it("removes and restores", async () => {
    const { wall } = made(10);
    await wall.refresh();
    wall.toggle(0);
    wall.toggle(9);
    const { token, removed } = await wall.remove([...wall.selection.keys()]);
    expect(removed).toBe(2);
    expect([wall.total, wall.selection.size, wall.cursor]).toEqual([8, 0, 7]);
    expect(await wall.restore(token)).toBe(2);
    expect(wall.total).toBe(10);
  });
});
