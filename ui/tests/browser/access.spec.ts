import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";

import type { FakeBackend } from "../../src/backend/fake/index.ts";
import { faults, openWindow, type Look } from "./window.ts";

const openBadge = async (page: Page): Promise<void> => {
  await page.getByTestId("badge-card").first().click();
  await page.getByTestId("verdict-headline").waitFor();
  await page.locator('[data-check="key_authority"] summary').click();
  await page.getByTestId("show-credential").click();
};
const openShare = (tab: string) => async (page: Page): Promise<void> => {
  await page.getByTestId("badge-card").first().click();
  await page.getByTestId("share").click();
  await page.getByTestId(`share-tab-${tab}`).click();
  await page.getByTestId("personal-data").waitFor();
};

const openPages = (name: string) => async (page: Page): Promise<void> => {
  // One of them is not valid, so that the list of those left out is there.
  for (const place of [0, 11]) await page.getByTestId("badge-card").nth(place).click({ modifiers: ["Control"] });
  await page.getByTestId(`${name}-selected`).click();
  await page.getByTestId("page-preview").waitFor();
  await page.getByTestId("left-out").waitFor();
};
const openPresent = async (page: Page): Promise<void> => {
  await page.getByTestId("badge-card").nth(4).click({ modifiers: ["Control"] });
  await page.getByTestId("present-selected").click();
  await page.getByTestId("present-in-parts").check();
};

const bulk = (wanted: string) => async (page: Page): Promise<void> => {
  await page.getByTestId("add").click();
  await page.getByTestId("add-choose-folder").click();
  await page.locator(wanted).waitFor();
};

const SCREENS: [string, string, (page: Page) => Promise<unknown>, Look?][] = [
  ["the welcome", "scenario=empty", async () => undefined],
  ["the wall", "badges=40", async () => undefined],
  ["the wall as a list", "badges=40", (page) => page.getByTestId("view-list").click()],
  ["the wall in a small window", "badges=40", (page) => page.getByTestId("toggle-sidebar").click(), { width: 720, height: 480 }],
  ["the wall with a selection", "badges=40", (page) => page.getByTestId("badge-card").nth(2).click({ modifiers: ["Control"] })],
  ["an empty search", "badges=40", async (page) => {
    await page.getByTestId("search").fill("zebra");
    await page.getByTestId("wall-empty").waitFor();
  }],
  ["an error", "failing=list_badges", async () => undefined],
  ["a badge", "badges=16", openBadge],
  ["a badge in a small window", "badges=16", openBadge, { width: 720, height: 480 }],
  ["an undecided badge", "badges=16", async (page) => {
    await page.locator('[data-verdict="undecided"]').click();
    await page.getByTestId("verdict-headline").waitFor();
  }],
  ["a changed badge", "badges=16", async (page) => {
    await page.locator('[data-verdict="invalid"]').click();
    await page.getByTestId("verdict-headline").waitFor();
  }],
  ["an expired badge", "badges=16", async (page) => {
    await page.locator('[data-verdict="expired"]').click();
    await page.getByTestId("verdict-headline").waitFor();
  }],
  ["adding", "badges=16", (page) => page.getByTestId("add").click()],
  ["an import's summary", "badges=16", async (page) => {
    await page.getByTestId("add").click();
    await page.getByTestId("add-choose-files").click();
    await page.locator('[data-testid="import-tray"][data-finished="true"]').waitFor();
  }],
  ["a long import", "badges=16&delay=200", bulk('[data-testid="import-left"]')],
  ["a question about badges that are not valid", "badges=16&bulk=500", bulk('[data-testid="import-question"]')],
  ["a long import's summary in a small window", "badges=16&bulk=500", async (page) => {
    await bulk('[data-testid="import-question"]')(page);
    await page.getByTestId("import-keep").click();
    await page.getByTestId("import-kept-not-valid").waitFor();
  }, { width: 720, height: 480 }],
  ["all lines of an import", "badges=16&bulk=500", async (page) => {
    await bulk('[data-testid="import-question"]')(page);
    await page.getByTestId("import-failed").click();
    await page.locator('[data-testid="import-lines"] [data-testid="import-line"]').first().waitFor();
  }],
  ["a page with many badges", "badges=16", async (page) => {
    await page.getByTestId("add").click();
    await page.getByTestId("add-dialog").getByTestId("paste-field").fill("https://badges.example/profile/robin?terms");
    await page.keyboard.press("Enter");
    await page.getByTestId("import-collection").waitFor();
  }],
  ["an offered link", "badges=16", async (page) => {
    await page.evaluate(() => {
      (window as unknown as { fake: FakeBackend }).fake.offer({ offer: 1, offers: "badge", host: "badges.example", link: "http://badges.example/1" });
    });
    await page.getByTestId("offered-dialog").waitFor();
  }],
  ["what an issuer offers", "badges=16", async (page) => {
    await page.evaluate(() => {
      (window as unknown as { fake: FakeBackend }).fake.offer({ offer: 1, offers: "credential", host: "issuer.example", link: "openid-credential-offer://?x" });
    });
    await page.getByTestId("offered-take").click();
    await page.getByTestId("offered-pin").waitFor();
  }],
  ["the self-listed achievements", "badges=16&shelf=5", (page) => page.getByTestId("open-shelf").click()],
  ["the accounts", "badges=16&accounts=file", (page) => page.getByTestId("open-accounts").click()],
  ["connecting an account", "badges=16", async (page) => {
    await page.getByTestId("open-accounts").click();
    await page.getByTestId("account-address").fill("https://badges.example");
    await page.getByTestId("account-look").click();
    await page.getByTestId("account-confirm").waitFor();
  }],
  ["watched folders", "badges=16&watched=3", async (page) => {
    await page.getByTestId("open-settings").click();
    await page.getByTestId("watched-folder").first().waitFor();
  }],
  ["checking", "badges=16", async (page) => {
    await page.getByTestId("open-check").click();
    await page.getByTestId("check-field").fill("{}");
    await page.getByTestId("check-field-submit").click();
    await page.getByTestId("verdict-headline").waitFor();
  }],
  ["sharing on LinkedIn", "badges=16", openShare("linkedin")],
  ["sharing a link", "badges=16", openShare("link")],
  ["sharing a snippet", "badges=16", openShare("embed")],
  ["sharing a post", "badges=16", openShare("post")],
  ["sharing a signature", "badges=16", openShare("signature")],
  ["sharing a snippet in a small window", "badges=16", openShare("embed"), { width: 720, height: 480 }],
  ["sharing files", "badges=16", openShare("files")],
  ["sharing a page that was saved", "badges=16", async (page) => {
    await openShare("page")(page);
    await page.getByTestId("save-page").click();
    await page.getByTestId("page-saved").waitFor();
  }],
  ["sharing a page that cannot be made", "badges=16&failing=save_page", async (page) => {
    await openShare("page")(page);
    await page.getByTestId("save-page").click();
    await page.getByTestId("page-error").waitFor();
  }],
  ["a CV", "badges=16", openPages("cv")],
  ["a CV in a small window", "badges=16", openPages("cv"), { width: 720, height: 480 }],
  ["a portfolio", "badges=16", openPages("portfolio")],
  ["a portfolio that cannot be made", "badges=16", async (page) => {
    await openPages("portfolio")(page);
    await page.getByTestId("portfolio-base").fill("nonsense");
    await page.getByTestId("portfolio-error").waitFor();
  }],
  ["a presentation in parts", "badges=16", openPresent],
  ["a presentation that failed", "badges=16&failing=present_badges", async (page) => {
    await openPresent(page);
    await page.getByTestId("present-save").click();
    await page.getByTestId("present-error").waitFor();
  }],
  ["what left the wallet", "badges=16", async (page) => {
    await openShare("page")(page);
    await page.getByTestId("save-page").click();
    await page.getByTestId("page-saved").waitFor();
    await page.keyboard.press("Escape");
    await page.getByTestId("open-settings").click();
    await page.getByTestId("open-shares").click();
    await page.getByTestId("share-entry").waitFor();
  }],
  ["the settings", "badges=16&offline", (page) => page.getByTestId("open-settings").click()],
  ["the settings of sharing, one refused", "badges=16&remembered", async (page) => {
    await page.getByTestId("open-settings").click();
    await page.getByTestId("settings-mastodon").fill("norden");
    await page.getByTestId("settings-mastodon").press("Tab");
    await page.getByTestId("sharing-refused").waitFor();
  }],
  ["a link's dialog", "badges=16", async (page) => {
    await openBadge(page);
    await page.locator(".markdown .link").first().click();
  }],
];

describe.each(["light", "dark"] as const)("in %s colours", (theme) => {
  it.each(SCREENS)("%s has no accessibility fault", async (_, query, act, look = {}) => {
    const page = await openWindow(query, { ...look, theme });
    await act(page);
    expect(await faults(page)).toEqual([]);
  });
});

it("finds a fault that is put in on purpose", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("add").evaluate((button) => {
    button.removeAttribute("aria-label");
    button.replaceChildren();
  });
  expect(await faults(page)).not.toEqual([]);
});
