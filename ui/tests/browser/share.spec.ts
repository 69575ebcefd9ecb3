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
  const told = async (tab: string): Promise<string | null> => {
    await page.getByTestId(`share-tab-${tab}`).click();
    return page.getByTestId("personal-data").textContent();
  };
  for (const tab of ["post", "link", "embed", "signature"]) expect(await told(tab)).toContain("Nothing about you");
  expect(await told("files")).toContain("robin@example.org");
  expect(await told("files")).toContain("It is signed");
});

it("leaves the credential's id out where that is asked for", async () => {
  const page = await openShare();
  expect(await page.getByTestId("linkedin-url").textContent()).toContain("certId=");
  await page.getByTestId("leave-out").check();
  await expect.poll(() => page.getByTestId("linkedin-url").textContent()).not.toContain("certId=");
  expect(await page.getByTestId("personal-data").textContent()).toContain("Nothing about you");
});

it("remembers the number of an issuer's LinkedIn page", async () => {
  const page = await openShare();
  await page.getByTestId("linkedin-organization").fill("no. 42");
  await page.getByTestId("linkedin-organization").press("Tab");
  await expect.poll(() => page.getByTestId("linkedin-url").textContent()).toContain("organizationId=42");
  expect(await asked(page, "save_settings")).toMatchObject([{ linkedin_organizations: { "https://marine-ecology.example/issuer": "42" } }]);
});

it("writes down once that LinkedIn's values were copied", async () => {
  const page = await openShare();
  await page.getByRole("button", { name: "Copy Name", exact: true }).click();
  await page.getByRole("button", { name: "Copy Issuing organization" }).click();
  await page.getByRole("button", { name: "Copy LinkedIn" }).click();
  await expect.poll(async () => (await asked(page, "copy_text")).length).toBe(3);
  // What is copied last is noted after the rest.
  await page.getByTestId("share-tab-link").click();
  await page.getByRole("tabpanel").getByRole("button", { name: "Copy Link and QR" }).click();
  await expect.poll(async () => (await asked(page, "note_share")).at(-1)).toMatchObject({ target: "link" });
  expect(await asked(page, "note_share")).toEqual([
    { target: "linkedin", place: null, badges: [1], personal: ["Credential ID"] },
    { target: "link", place: null, badges: [1], personal: [] },
  ]);
});

it("writes down nothing where copying failed", async () => {
  const page = await openShare(0, "badges=16&failing=copy_text");
  await page.getByRole("button", { name: "Copy Issuing organization" }).click();
  await page.locator('[data-testid="notice"][role="alert"]').waitFor();
  expect(await asked(page, "note_share")).toEqual([]);
});

it("saves the self-verifying page, writes that down, and leads to where its address goes", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-page").click();
  expect(await page.getByTestId("personal-data").textContent()).toContain("robin@example.org");
  await page.getByTestId("save-page").click();
  await expect.poll(() => page.getByTestId("page-saved").textContent()).toContain("/home/robin/Documents/badge-1.html");
  expect(await asked(page, "save_page")).toEqual([{ id: 1 }]);
  await expect.poll(() => asked(page, "note_share")).toEqual([
    { target: "page", place: "/home/robin/Documents/badge-1.html", badges: [1], personal: ["Name of the recipient", "Mail address", "Evidence"] },
  ]);
  await page.getByTestId("page-to-link").click();
  expect(await page.getByTestId("share-tab-link").evaluate((tab) => tab === document.activeElement)).toBe(true);
  await page.getByTestId("own-page").waitFor();
});

it("says why there is no self-verifying page, and what to do", async () => {
  const page = await openShare(0, "badges=16&failing=save_page");
  await page.getByTestId("share-tab-page").click();
  await page.getByTestId("save-page").click();
  await expect.poll(() => page.getByTestId("page-error").textContent()).toMatch(/not available in this build.*rustup target add/s);
  expect(await page.getByTestId("page-saved").count()).toBe(0);
  expect(await asked(page, "note_share")).toEqual([]);
});

it("shows which address a network takes that takes no words", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-post").click();
  expect(await page.getByTestId("post-page").textContent()).toBe("https://marine-ecology.example/assertions/1");
  await page.getByTestId("network-x").check();
  expect(await page.getByTestId("post-page").count()).toBe(0);
});

it("opens a post with the words that it shows, and counts them", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-post").click();
  await page.getByTestId("network-x").check();
  expect(await page.getByTestId("post-words").inputValue()).toContain("I earned the badge");
  await page.getByTestId("post-words").fill("Look what I learned");
  await expect.poll(() => page.getByTestId("post-count").textContent()).toMatch(/^\s*\d+ of 280\s*$/);
  await expect.poll(async () => (await asked(page, "share_badge")).length).toBeGreaterThan(1);
  await page.getByTestId("post-open").click();
  const [opened] = (await asked(page, "open_link")) as { url: string }[];
  expect(new URL(opened?.url ?? "").searchParams.get("text")).toMatch(/^Look what I learned\n/);
  await page.getByTestId("post-words").fill("x".repeat(300));
  await expect.poll(() => page.getByTestId("post-open").count()).toBe(0);
  expect(await page.getByTestId("post-note").textContent()).toContain("280");
});

it("asks for a Mastodon instance once", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-post").click();
  await page.getByTestId("network-mastodon").check();
  expect(await page.getByTestId("post-open").count()).toBe(0);
  await page.getByTestId("mastodon-instance").fill("norden.social");
  await page.getByTestId("post-open").click();
  expect(await asked(page, "open_link")).toMatchObject([{ url: expect.stringMatching(/^https:\/\/norden\.social\/share\?text=/) as string }]);
  await expect.poll(async () => (await asked(page, "save_settings")).at(-1)).toMatchObject({ mastodon: "norden.social" });
});

it("asks whether the page is there only when it is told to", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-link").click();
  expect(await asked(page, "check_page")).toEqual([]);
  await page.getByTestId("check-page").click();
  await expect.poll(() => page.getByTestId("page-answer").textContent()).toContain("The page is there");
});

it("links to a page of the person's own, and refuses what is none", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-link").click();
  await page.getByTestId("own-page").fill("file:///home/robin/badge.html");
  await expect.poll(() => page.getByTestId("page-refused").textContent()).toContain("https://");
  await page.getByTestId("own-page").fill("https://robin.example/badge.html");
  await expect.poll(() => page.getByTestId("public-url").textContent()).toBe("https://robin.example/badge.html");
  await page.getByTestId("share-tab-embed").click();
  await page.getByTestId("embed-iframe").check();
  expect(await page.getByTestId("embed-text").textContent()).toContain("https://robin.example/badge.html");
});

it("shows the link's QR code, and saves it", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-link").click();
  expect(await page.getByTestId("qr").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await page.getByTestId("save-qr-png").click();
  expect(await asked(page, "save_share")).toMatchObject([{ id: 1, what: "qr_png" }]);
});

it("saves the signature as a draft and copies it as text", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-signature").click();
  await page.getByTestId("save-signature").click();
  expect(await asked(page, "save_share")).toMatchObject([{ what: "signature_mail" }]);
  await page.getByTestId("copy-signature-text").click();
  expect(await asked(page, "copy_text")).toEqual([{ text: await page.getByTestId("signature-text").textContent() }]);
});

it("writes down what left, where to, and with which personal data", async () => {
  const page = await openShare();
  await page.getByTestId("linkedin-open").click();
  await page.getByTestId("share-tab-embed").click();
  await page.getByTestId("copy-embed").click();
  await page.getByTestId("share-tab-files").click();
  await page.getByTestId("save-original").click();
  await expect.poll(async () => (await asked(page, "note_share")).length).toBe(3);
  expect(await asked(page, "note_share")).toEqual([
    { target: "linkedin", place: null, badges: [1], personal: ["Credential ID"] },
    { target: "html", place: null, badges: [1], personal: [] },
    { target: "original", place: "/home/robin/Downloads/badge-1.png", badges: [1], personal: ["Name of the recipient", "Mail address", "Evidence"] },
  ]);
});

it("lets nobody claim a badge that is void, and says why", async () => {
  const page = await openWindow("badges=16");
  await page.locator('[data-testid="badge-card"][data-verdict="invalid"]').first().click();
  await page.getByTestId("share").click();
  for (const tab of ["linkedin", "post", "signature"]) {
    await page.getByTestId(`share-tab-${tab}`).click();
    expect(await page.getByTestId("not-claimed").textContent()).toContain("Nobody can claim this badge");
  }
  await page.getByTestId("share-tab-files").click();
  expect(await page.getByTestId("save-original").count()).toBe(1);
  // Evidence it is all the same, and its page says what it is.
  await page.getByTestId("share-tab-page").click();
  await page.getByTestId("save-page").click();
  await page.getByTestId("page-saved").waitFor();
});

it("previews the snippet in a frame where no script can run, and copies it as it is", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-embed").click();
  const frame = page.getByTestId("embed-preview");
  expect(await frame.getAttribute("sandbox")).toBe("allow-same-origin");
  await expect.poll(() => page.frameLocator('[data-testid="embed-preview"]').locator("figure").evaluate((figure) => getComputedStyle(figure).borderRadius)).toBe("12px");
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
  expect(await page.getByTestId("embed-text").textContent()).not.toContain("Verified on");
  await page.getByTestId("verified-statement").check();
  await expect.poll(() => page.getByTestId("embed-text").textContent()).toContain("Verified on");
});

it("offers the files that can be made, says why others cannot, and where one was saved", async () => {
  const page = await openShare();
  await page.getByTestId("share-tab-files").click();
  expect(await page.getByTestId("save-jwt").count()).toBe(0);
  await page.getByTestId("png-size").selectOption("400");
  await page.getByTestId("save-png").click();
  expect(await asked(page, "save_badge")).toEqual([{ id: 1, format: "png", size: 400 }]);
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
  await page.keyboard.press("ArrowDown");
  expect(await page.getByTestId("share-tab-link").getAttribute("aria-selected")).toBe("true");
  expect(await page.getByTestId("public-url").textContent()).toBe("https://marine-ecology.example/assertions/1");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByTestId("share-dialog").count()).toBe(0);
  expect(await page.getByTestId("share").evaluate((button) => button === document.activeElement)).toBe(true);
});
