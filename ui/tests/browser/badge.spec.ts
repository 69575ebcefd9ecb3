import { expect, it } from "vitest";

import { asked, openWindow } from "./window.ts";

async function openVerdict(verdict: string, query = "badges=16") {
  const page = await openWindow(query);
  await page.locator(`[data-testid="badge-card"][data-verdict="${verdict}"]`).first().click();
  await page.getByTestId("verdict-headline").waitFor();
  return page;
}

it("says the verdict in the program's words, with the instant that it holds for", async () => {
  const page = await openVerdict("invalid");
  expect(await page.getByTestId("verdict-headline").textContent()).toBe("Changed after it was signed");
  expect(await page.getByTestId("verdict-as-of").textContent()).toMatch(/^As of Nov 23, 2026/);
  expect(await page.locator('[data-check="integrity"]').getAttribute("data-outcome")).toBe("fail");
});

it("shows what a check stood on", async () => {
  const page = await openVerdict("verified");
  const check = page.locator('[data-check="key_authority"]');
  await check.locator("summary").click();
  expect(await check.textContent()).toContain("https://marine-ecology.example/issuer");
  expect(await check.textContent()).toContain("key-authority.ok");
});

it("checks again and tells what came of it", async () => {
  const page = await openVerdict("undecided");
  await page.getByTestId("check-again").click();
  await expect.poll(() => page.getByTestId("verdict-headline").textContent()).toBe("Verified");
  expect(await page.getByTestId("live").textContent()).toContain("Checked again: Verified");
});

it("asks before a link of a badge opens, and names its site", async () => {
  const page = await openVerdict("verified");
  await page.getByRole("button", { name: "the course page" }).click();
  expect(await page.getByTestId("link-host").textContent()).toBe("nordhaven.example");
  expect(await asked(page, "open_link")).toEqual([]);
  await page.getByTestId("link-open").click();
  expect(await asked(page, "open_link")).toEqual([{ url: "https://nordhaven.example/rules" }]);
  expect(await page.getByTestId("link-dialog").count()).toBe(0);
});

it("shows the credential as signed, and copies exactly that", async () => {
  const page = await openVerdict("verified");
  await page.getByTestId("show-credential").click();
  const shown = await page.getByTestId("credential-text").textContent();
  expect(JSON.parse(shown ?? "")).toMatchObject({ name: "Marine Field Researcher" });
  await page.getByTestId("copy-credential").click();
  expect(await asked(page, "copy_text")).toEqual([{ text: shown }]);
});

it("goes to the neighbours with the arrow keys", async () => {
  const page = await openVerdict("verified");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Rust Practitioner");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe("Marine Field Researcher");
});

it("vouches for an issuer and checks with that", async () => {
  const page = await openVerdict("verified");
  await page.getByTestId("vouch").click();
  await expect.poll(async () => (await asked(page, "save_settings")).length).toBe(1);
  expect(await asked(page, "save_settings")).toMatchObject([{ trusted_issuers: ["https://marine-ecology.example/issuer"] }]);
  await expect.poll(async () => (await asked(page, "verify_badge")).length).toBe(1);
});

it("removes the badge and goes back to the wall", async () => {
  const page = await openVerdict("verified");
  await page.getByTestId("remove-badge").click();
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("15 badges");
});

it("says why a badge cannot be opened", async () => {
  const page = await openWindow("failing=open_badge");
  await page.getByTestId("badge-card").first().click();
  await expect.poll(() => page.getByTestId("badge-error").textContent()).toContain("The wallet is in use by another program.");
});

it("keeps hostile text as text, wherever it stands", async () => {
  const page = await openWindow("scenario=hostile&badges=24");
  await page.getByTestId("badge-card").first().waitFor();
  const names = await page.getByTestId("badge-card").locator(".name").allTextContents();
  expect(names).toContain("<script>alert('name')</script>");
  expect(names).toContain('"><img src=x onerror=window.__pwned=1>');
  for (let place = 0; place < 6; place++) {
    await page.getByTestId("badge-card").nth(place).click();
    await expect.poll(() => page.getByTestId("badge-name").textContent()).toBe(names[place]);
    await page.getByTestId("show-credential").click();
    await page.getByTestId("share").click();
    await page.getByTestId("share-tab-embed").click();
    await page.getByTestId("embed-preview").waitFor();
    await page.getByTestId("dialog-close").click();
    await page.getByTestId("back").click();
  }
  expect(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned)).toBeUndefined();
  expect(await page.locator("main script, main iframe, main b, main img[src='x']").count()).toBe(0);
});

it("isolates right-to-left text from its surroundings", async () => {
  const page = await openWindow("scenario=rtl&badges=12");
  await page.getByTestId("badge-card").first().click();
  await page.getByTestId("badge-name").waitFor();
  const direction = await page.getByTestId("badge-name").locator("bdi").evaluate((name) => getComputedStyle(name).unicodeBidi);
  expect(direction).toBe("isolate");
});

it("tells of the earlier versions that are kept with a badge", async () => {
  const page = await openWindow("badges=16");
  await page.locator('[data-testid="badge-card"][data-badge="2"]').click();
  await page.getByTestId("version").waitFor();
  expect(await page.getByTestId("version").textContent()).toContain("An earlier version");
});
