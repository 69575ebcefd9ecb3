import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { asked, faults, openWindow, type Look } from "./window.ts";

const RECORD = 1;
const ENDORSED = 2;
const PRESENTATION = 3;
const OLD = 4;
const PLAIN = 5;
const LONG = 6;
const ENDORSEMENT = 7;

async function openKind(number: number, look: Look = {}, query = ""): Promise<Page> {
  const page = await openWindow(`scenario=kinds${query}`, look);
  await page.locator(`[data-testid="badge-card"][data-badge="${number}"]`).click();
  await page.getByTestId("verdict-headline").waitFor();
  return page;
}

it("shows what a record holds as badges, each with its verdict", async () => {
  const page = await openKind(RECORD);
  const badges = page.getByTestId("inner-badge");
  expect(await badges.count()).toBe(20);
  expect(await page.getByTestId("inside-tally").first().textContent()).toBe(
    "20: 15 verified, 1 expired, 1 revoked, 2 not confirmed, and 1 could not be read",
  );
  expect(await badges.nth(4).getAttribute("data-verdict")).toBe("undecided");
  expect(await badges.nth(17).isDisabled()).toBe(true);
});

it("opens an inner badge as a badge of its own, walks on, and comes back to the record", async () => {
  const page = await openKind(RECORD);
  const record = await page.getByTestId("badge-name").textContent();
  await page.getByTestId("inner-badge").nth(16).click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Marine Field Researcher 2");
  expect(await page.getByTestId("verdict-headline").textContent()).toBe("Verified");
  expect(await page.getByTestId("share").count()).toBe(0);
  expect(await page.getByTestId("back").textContent()).toContain(record);
  // What could not be read is passed over.
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Typography Foundations 2");
  await page.getByTestId("step-back").click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Marine Field Researcher 2");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe(record);
  await page.keyboard.press("Escape");
  await page.getByTestId("badge-grid").waitFor();
});

it("shows endorsements with their own verdicts, checks and reasons", async () => {
  const page = await openKind(ENDORSED);
  const tree = page.getByTestId("inside-endorsements");
  expect(await tree.getByTestId("inside-tally").textContent()).toBe("2: 1 verified and 1 not valid");
  const failing = tree.locator('[data-testid="inside"][data-verdict="invalid"]');
  await failing.locator("summary").first().click();
  const integrity = failing.locator('[data-check="integrity"]');
  expect(await integrity.getAttribute("data-outcome")).toBe("fail");
  await integrity.locator("summary").click();
  expect(await integrity.textContent()).toContain("one that does not fit");
  await failing.getByTestId("inside-open").click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Endorsement by Harbour Trust");
  expect(await page.getByTestId("endorsement").textContent()).toContain("Recommended without reservation.");
});

it("goes down a presentation through a record to a badge and its endorsement", async () => {
  const page = await openKind(PRESENTATION);
  expect(await page.getByTestId("badge-name").textContent()).toBe("Transcript of Robin Hale, 2021 to 2026 (+2)");
  await page.getByTestId("inner-badge").first().click();
  await expect.poll(() => page.getByTestId("badge-kind").textContent()).toBe("Learner record");
  await page.getByTestId("inner-badge").nth(2).click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Typography Foundations");
  await page.getByTestId("inside").first().locator("summary").first().click();
  await page.getByTestId("inside-open").click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Endorsement by Guild of Coastal Surveyors");
  for (const name of ["Typography Foundations", "Transcript of Robin Hale, 2021 to 2026", "Transcript of Robin Hale, 2021 to 2026 (+2)"]) {
    await page.getByTestId("back").click();
    await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe(name);
  }
});

it("opens from deep in the tree what stands there", async () => {
  const page = await openKind(PRESENTATION);
  const record = page.getByTestId("inside").first();
  await record.locator("summary").first().click();
  await record.getByTestId("inside-credentials").locator("summary").first().click();
  const badge = record.getByTestId("inside").nth(1);
  await badge.locator("summary").first().click();
  await badge.getByTestId("inside-open").click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Rust Practitioner");
  expect(await page.getByTestId("back").textContent()).toContain("Transcript of Robin Hale");
});

it("says how the parts of a record belong together, and leads to them", async () => {
  const page = await openKind(RECORD);
  const associations = page.getByTestId("associations");
  expect((await associations.locator("li").first().textContent())?.replace(/\s+/g, " ")).toContain("Research Data Steward contains Marine Field Researcher");
  expect(await associations.locator("li").nth(2).textContent()).toContain("urn:uuid:0d9b2a57");
  await associations.getByRole("button", { name: "Applied Cryptography" }).click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Applied Cryptography");
});

it("shows results with the level that was reached, and who the issuer is", async () => {
  const page = await openKind(ENDORSED);
  expect(await page.getByTestId("results").textContent()).toContain("Practitioner and Completed");
  expect(await page.getByTestId("rubric").locator('[aria-current="true"]').textContent()).toContain("Practitioner");
  expect(await page.getByTestId("identifiers").textContent()).toContain("MB 201");
  expect(await page.getByTestId("about-issuer").textContent()).toContain("4 Harbour Lane");
});

it("shows what a plain credential says as text, whatever it says", async () => {
  const page = await openKind(PLAIN);
  const claims = page.getByTestId("claims");
  expect(await claims.locator("dt").allTextContents()).toContain("degree›grade›average");
  expect(await claims.textContent()).toContain("<script>window.__pwned=1</script> **not bold**");
  expect(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned)).toBeUndefined();
});

it("offers to go online where it is offline and something is open for want of a document", async () => {
  const page = await openKind(OLD, {}, "&offline");
  await page.getByTestId("check-online").click();
  await expect.poll(async () => (await asked(page, "verify_badge")).length).toBe(1);
  expect(await asked(page, "save_settings")).toMatchObject([{ offline: false }]);
  await expect.poll(() => page.getByTestId("check-online").count()).toBe(0);
});

it("offers for an endorsement only the ways of sharing that make sense", async () => {
  const page = await openKind(ENDORSEMENT);
  await page.getByTestId("share").click();
  await page.getByTestId("personal-data").waitFor();
  expect(await page.getByTestId("share-tab-linkedin").count()).toBe(0);
  expect(await page.getByTestId("share-tab-files").getAttribute("aria-selected")).toBe("false");
  expect(await page.getByTestId("share-tab-link").getAttribute("aria-selected")).toBe("true");
});

it("checks a record without keeping it, inside and out", async () => {
  const page = await openWindow("scenario=kinds");
  await page.getByTestId("open-check").click();
  // The made-up program answers by the length of the text: a record.
  await page.getByTestId("check-field").fill(`{"a": "${"x".repeat(5)}"}`);
  await page.getByTestId("check-field-submit").click();
  await page.getByTestId("check-result").waitFor();
  await page.getByTestId("inner-badge").first().click();
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Marine Field Researcher");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByTestId("check-result").isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByTestId("badge-grid").waitFor();
});

for (const theme of ["light", "dark"] as const) {
  it(`has no fault that axe finds in the trees and grids, ${theme}`, async () => {
    for (const [number, look] of [
      [RECORD, {}],
      [PRESENTATION, { width: 720, height: 480 }],
      [LONG, { width: 720, height: 480 }],
    ] as const) {
      const page = await openKind(number, { ...look, theme });
      for (const fold of await page.locator("[data-testid=report] > details").all()) {
        if (!(await fold.evaluate((details) => (details as HTMLDetailsElement).open))) await fold.locator("summary").first().click();
      }
      await page.getByTestId("inside").first().locator("summary").first().click();
      await page.getByTestId("idle-checks").last().click();
      expect(await faults(page)).toEqual([]);
      expect(await page.locator("main .scroll").evaluate((scroll) => scroll.scrollWidth - scroll.clientWidth)).toBe(0);
    }
  });
}
