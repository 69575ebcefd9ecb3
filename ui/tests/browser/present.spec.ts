import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { asked, openWindow } from "./window.ts";

async function choose(places: number[], query = "badges=16"): Promise<Page> {
  const page = await openWindow(query);
  for (const place of places) await page.getByTestId("badge-card").nth(place).click({ modifiers: ["Control"] });
  await page.getByTestId("present-selected").click();
  await page.getByTestId("present-dialog").waitFor();
  return page;
}

it("presents what is selected, for whom and with what was asked", async () => {
  const page = await choose([0, 2]);
  await page.getByTestId("present-domain").fill("verifier.example");
  await page.getByTestId("present-challenge").fill("7f3a");
  await page.getByTestId("present-save").click();
  await expect.poll(() => page.getByTestId("present-dialog").count()).toBe(0);
  expect(await asked(page, "present_badges")).toEqual([{ ids: [1, 3], parts: [], domain: "verifier.example", challenge: "7f3a", signed: true }]);
});

it("shows a part of a badge whose issuer allows that, and always what the issuer demands", async () => {
  const page = await choose([4]);
  await page.getByTestId("present-in-parts").check();
  const parts = page.getByTestId("present-parts").getByRole("checkbox");
  expect(await parts.nth(0).isDisabled()).toBe(true);
  expect(await parts.nth(0).isChecked()).toBe(true);
  await parts.nth(1).check();
  await page.getByTestId("present-save").click();
  await expect.poll(() => asked(page, "present_badges")).toEqual([
    { ids: [5], parts: ["/issuer", "/credentialSubject/achievement/name"], domain: "", challenge: "", signed: true },
  ]);
});

it("says where a badge can only be shown whole", async () => {
  const page = await choose([0]);
  expect(await page.getByTestId("present-dialog").textContent()).toContain("as a whole only");
});

it("writes down what left, and forgets it on request", async () => {
  const page = await choose([0]);
  await page.getByTestId("present-domain").fill("verifier.example");
  await page.getByTestId("present-save").click();
  await expect.poll(() => page.getByTestId("present-dialog").count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByTestId("open-settings").click();
  await page.getByTestId("open-shares").click();
  const entry = page.getByTestId("share-entry");
  await entry.waitFor();
  expect(await entry.textContent()).toContain("verifier.example");
  await page.getByTestId("shares-forget-all").click();
  await page.getByTestId("shares-none").waitFor();
});
