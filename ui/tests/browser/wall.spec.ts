import { expect, it } from "vitest";

import { asked, cursor, openWindow } from "./window.ts";

it("keeps the page small with ten thousand badges, at the top, in the middle and at the end", async () => {
  const page = await openWindow("badges=10000");
  await page.getByTestId("badge-card").first().waitFor();
  const grid = page.getByTestId("badge-grid");
  for (const part of [0, 0.5, 1]) {
    await grid.evaluate((element, share) => (element.scrollTop = element.scrollHeight * share), part);
    await expect.poll(() => page.getByTestId("badge-card").last().getAttribute("data-badge")).not.toBeNull();
    expect(await page.getByTestId("badge-card").count()).toBeLessThan(60);
    expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(1500);
  }
  expect(await page.getByTestId("wall-count").textContent()).toBe("10,000 badges");
});

it("reaches the last of ten thousand badges with one key", async () => {
  const page = await openWindow("badges=10000");
  await page.getByTestId("badge-grid").focus();
  await page.keyboard.press("End");
  const last = page.locator('[aria-posinset="10000"][data-badge]');
  await last.waitFor();
  expect(await last.evaluate((cell) => {
    const box = cell.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
  })).toBe(true);
});

it("moves in two dimensions with the arrow keys", async () => {
  const page = await openWindow("badges=40");
  await page.getByTestId("badge-card").first().waitFor();
  const names = await page.getByTestId("badge-card").locator(".name").allTextContents();
  const tops = await page.getByTestId("badge-card").evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().top));
  const columns = tops.filter((top) => top === tops[0]).length;
  await page.getByTestId("badge-grid").focus();
  expect(await cursor(page)).toBe(names[0]);
  await page.keyboard.press("ArrowRight");
  expect(await cursor(page)).toBe(names[1]);
  await page.keyboard.press("ArrowDown");
  expect(await cursor(page)).toBe(names[1 + columns]);
  await page.keyboard.press("ArrowLeft");
  expect(await cursor(page)).toBe(names[columns]);
  await page.keyboard.press("ArrowUp");
  expect(await cursor(page)).toBe(names[0]);
  await page.keyboard.press("ArrowUp");
  expect(await cursor(page)).toBe(names[0]);
});

it.each(["Enter", " "])("opens with the key %j and comes back to the same badge with Escape", async (key) => {
  const page = await openWindow("badges=400");
  await page.getByTestId("badge-grid").focus();
  for (let step = 0; step < 12; step++) await page.keyboard.press("ArrowDown");
  const name = await cursor(page);
  const scrolled = await page.getByTestId("badge-grid").evaluate((grid) => grid.scrollTop);
  expect(scrolled).toBeGreaterThan(0);
  await page.keyboard.press(key);
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe(name);
  await page.keyboard.press("Escape");
  await page.getByTestId("badge-grid").waitFor();
  expect(await cursor(page)).toBe(name);
  await expect.poll(() => page.getByTestId("badge-grid").evaluate((grid) => grid.scrollTop)).toBe(scrolled);
  expect(await page.getByTestId("badge-grid").evaluate((grid) => grid === document.activeElement)).toBe(true);
});

it("searches as one types, from the keyboard alone", async () => {
  const page = await openWindow("badges=40");
  await page.getByTestId("badge-card").first().waitFor();
  await page.keyboard.press("Control+f");
  await page.keyboard.type("crypto");
  await expect.poll(() => page.getByTestId("badge-card").count()).toBe(2);
  expect(await page.getByTestId("badge-card").first().locator(".name").textContent()).toContain("Cryptography");
  await expect.poll(() => page.getByTestId("live").textContent()).toContain("2 badges found");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toContain("Cryptography");
});

it("says so where nothing matches, and leads back", async () => {
  const page = await openWindow("badges=40");
  await page.getByTestId("search").fill("zebra");
  await expect.poll(() => page.getByTestId("wall-empty").textContent()).toContain("Nothing matches “zebra”");
  await page.getByRole("button", { name: "Show all badges" }).click();
  await page.getByTestId("badge-card").first().waitFor();
  expect(await page.getByTestId("search").inputValue()).toBe("");
});

it("shows only what a verdict or an issuer has, and how many", async () => {
  const page = await openWindow("badges=40");
  await page.getByTestId("scope-expired").click();
  await expect.poll(() => page.getByTestId("badge-card").evaluateAll((cells) => cells.map((cell) => cell.dataset["verdict"]))).toEqual(["expired", "expired", "expired"]);
  await page.getByTestId("scope-issuer").first().click();
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("8 badges");
  expect(new Set(await page.getByTestId("badge-card").locator(".issuer").allTextContents())).toEqual(new Set(["Nordhaven University"]));
});

it("sorts, and shows a list", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("sort").selectOption("name");
  await expect.poll(() => page.getByTestId("badge-card").first().locator(".name").textContent()).toBe("Applied Cryptography");
  await page.getByTestId("view-list").click();
  const boxes = await page.getByTestId("badge-card").evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().left));
  expect(new Set(boxes).size).toBe(1);
  await page.reload();
  await page.getByTestId("badge-card").first().waitFor();
  expect(await page.getByTestId("view-list").getAttribute("aria-pressed")).toBe("true");
});

it("removes several and takes it back", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("badge-card").nth(1).click({ modifiers: ["Control"] });
  await page.getByTestId("badge-card").nth(3).click({ modifiers: ["Shift"] });
  expect(await page.getByTestId("selection-bar").textContent()).toContain("3 selected");
  await page.getByTestId("remove-selected").click();
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("13 badges");
  expect(await asked(page, "remove_badges")).toEqual([{ ids: [2, 3, 4] }]);
  await page.getByTestId("notice-action").click();
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("16 badges");
});

it("selects everything with Control+A and lets go with Escape", async () => {
  const page = await openWindow("badges=1500");
  await page.getByTestId("badge-grid").focus();
  await page.keyboard.press("Control+a");
  await expect.poll(() => page.getByTestId("selection-bar").textContent()).toContain("1,500 selected");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByTestId("selection-bar").count()).toBe(0);
});

it("says why the wall cannot be shown, and tries again", async () => {
  const page = await openWindow("failing=list_badges");
  await expect.poll(() => page.getByTestId("wall-error").textContent()).toContain("The wallet is in use by another program.");
  const before = (await asked(page, "list_badges")).length;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await asked(page, "list_badges")).length).toBe(before + 1);
});

it("folds the sidebar in a small window", async () => {
  const page = await openWindow("badges=40", { width: 720, height: 480 });
  expect(await page.getByTestId("sidebar").isVisible()).toBe(false);
  await page.getByTestId("toggle-sidebar").click();
  await page.getByTestId("scope-expired").click();
  expect(await page.getByTestId("sidebar").isVisible()).toBe(false);
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("3 badges");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(720);
});
