import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { asked, forgive, openWindow } from "./window.ts";

async function openShare(place = 0, query = "badges=16"): Promise<Page> {
  const page = await openWindow(query);
  await page.getByTestId("badge-card").nth(place).click();
  await page.getByTestId("share").click();
  await page.getByTestId("linkedin-url").waitFor();
  return page;
}

it("opens exactly the LinkedIn address that it shows", async () => {
  const page = await openShare();
  const shown = await page.getByTestId("linkedin-url").textContent();
  expect(new URL(shown ?? "").searchParams.get("name")).toBe("Marine Field Researcher");
  await page.getByTestId("linkedin-open").click();
  expect(await asked(page, "open_link")).toEqual([{ url: shown }]);
});

it("offers LinkedIn's fields one by one, to copy", async () => {
  const page = await openShare();
  await page.getByRole("button", { name: "Copy Issuing organization" }).click();
  expect(await asked(page, "copy_text")).toEqual([{ text: "Institute for Marine Ecology" }]);
});

it("lists the personal data that leaves, on every page of the sheet", async () => {
  const page = await openShare();
  for (const tab of ["linkedin", "link", "embed", "files"]) {
    await page.getByTestId(`share-tab-${tab}`).click();
    expect(await page.getByTestId("personal-data").textContent()).toContain("robin@example.org");
  }
});

it("previews the snippet in a frame where no script can run, and copies it as it is", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-embed").click();
  const frame = page.getByTestId("embed-preview");
  expect(await frame.getAttribute("sandbox")).toBe("allow-same-origin");
  await expect.poll(() => page.frameLocator('[data-testid="embed-preview"]').locator("figure").evaluate((figure) => getComputedStyle(figure).width)).toBe("192px");
  await page.getByTestId("copy-embed").click();
  const [copied] = (await asked(page, "copy_text")) as { text: string }[];
  expect(copied?.text).toBe(await page.getByTestId("embed-text").textContent());
  expect(copied?.text).toMatch(/^<figure/);
});

it("runs no script of a snippet, even if one got in", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-embed").click();
  await page.getByTestId("embed-preview").evaluate((frame: HTMLIFrameElement) => {
    frame.srcdoc = "<img src=x onerror='top.__pwned=1'><script>top.__pwned=1</script><p id=end>end</p>";
  });
  await page.frameLocator('[data-testid="embed-preview"]').locator("#end").waitFor();
  expect(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned)).toBeUndefined();
  forgive(/inline|script|Content Security Policy|404/i);
});

it("says when it was verified only if asked to", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-embed").click();
  await expect.poll(() => page.getByTestId("embed-text").textContent()).toContain("Verified on");
  await page.getByTestId("verified-statement").uncheck();
  await expect.poll(() => page.getByTestId("embed-text").textContent()).not.toContain("Verified on");
});

it("offers the files that can be made, says why others cannot, and where one was saved", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-files").click();
  expect(await page.getByTestId("save-svg").count()).toBe(0);
  await page.getByTestId("save-png").click();
  expect(await asked(page, "save_badge")).toEqual([{ id: 1, format: "png" }]);
  await expect.poll(() => page.getByTestId("notice").textContent()).toContain("/home/robin/Downloads/badge-1.png");
});

it("has a word for a badge without a public page", async () => {
  const page = await openShare(2);
  await page.getByTestId("share-tab-link").click();
  expect(await page.getByRole("tabpanel").textContent()).toContain("This badge has no public page");
});

it("moves between its pages with the arrow keys, closes with Escape and gives the focus back", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-linkedin").focus();
  await page.keyboard.press("ArrowDown");
  expect(await page.getByTestId("share-tab-link").getAttribute("aria-selected")).toBe("true");
  expect(await page.getByTestId("public-url").textContent()).toBe("https://marine-ecology.example/assertions/1");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByTestId("share-dialog").count()).toBe(0);
  expect(await page.getByTestId("share").evaluate((button) => button === document.activeElement)).toBe(true);
});
