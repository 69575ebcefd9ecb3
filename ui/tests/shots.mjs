/**
 * Pictures of every screen, to look at: `npm run shots [-- part-of-a-name]` writes shots/*.png.
 */
import { mkdir } from "node:fs/promises";

import { chromium } from "playwright-core";
import { preview } from "vite";

const server = await preview({
  mode: "fake",
  logLevel: "warn",
  build: { outDir: "dist-fake" },
  preview: { port: 0, strictPort: false, host: "127.0.0.1" },
});
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const wanted = process.argv[2] ?? "";
await mkdir("shots", { recursive: true });

const USUAL = { width: 1120, height: 760 };
const SMALL = { width: 720, height: 480 };
/** Narrower than the window gets, as text at twice its size makes it. */
const NARROW = { width: 420, height: 760 };
const LARGE = { width: 1440, height: 900 };

const openFirst = async (page) => {
  await page.getByTestId("badge-card").first().click();
  await page.getByTestId("verdict-headline").waitFor();
};
const openShare = (tab) => async (page) => {
  await openFirst(page);
  await page.getByTestId("share").click();
  await page.getByTestId("linkedin-url").waitFor();
  await page.getByTestId(`share-tab-${tab}`).click();
};
const openPresent = (place, ...testids) => async (page) => {
  await page.getByTestId("badge-card").nth(place).click({ modifiers: ["Control"] });
  await page.getByTestId("present-selected").click();
  for (const testid of testids) await page.getByTestId(testid).click();
};
const openPages = (name, ...fills) => async (page) => {
  // Only what is in view is in the page.
  const drawn = await page.getByTestId("badge-card").count();
  for (const place of [0, 1, 9, 11].filter((one) => one < drawn)) await page.getByTestId("badge-card").nth(place).click({ modifiers: ["Control"] });
  await page.getByTestId(`${name}-selected`).evaluate((button) => button.click());
  await page.getByTestId("page-preview").waitFor();
  for (const [field, text] of fills) await page.getByTestId(`${name}-${field}`).fill(text);
  await page.waitForTimeout(400);
};
const openVoidShare = async (page) => {
  await openVerdict("invalid")(page);
  await page.getByTestId("share").click();
  await page.getByTestId("not-claimed").waitFor();
};
const openPage = async (page) => {
  await openShare("page")(page);
  await page.getByTestId("save-page").click();
};
const openSharingSettings = async (page) => {
  await page.evaluate(() => document.querySelector('[data-testid="open-settings"]').click());
  await page.getByTestId("sharing-settings").scrollIntoViewIfNeeded();
};
const openShares = async (page) => {
  await openPresent(1)(page);
  await page.getByTestId("present-domain").fill("verifier.example");
  await page.getByTestId("present-save").click();
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.querySelector('[data-testid="open-settings"]').click());
  await page.getByTestId("open-shares").click();
  await page.getByTestId("share-entry").waitFor();
};
const importFiles = async (page) => {
  await page.getByTestId("add").click();
  await page.getByTestId("add-choose-files").click();
  await page.locator('[data-testid="import-tray"][data-finished="true"]').waitFor();
};
const openVerdict = (verdict) => async (page) => {
  await page.locator(`[data-testid="badge-card"][data-verdict="${verdict}"]`).first().click();
  await page.getByTestId("verdict-headline").waitFor();
  await page.locator('[data-check="key_authority"] summary').click();
};

/** Opens credential `number` of the scenario `kinds`, and what `testids` name, one after the other. */
const openKind = (number, ...testids) => async (page) => {
  await page.locator(`[data-testid="badge-card"][data-badge="${number}"]`).click();
  await page.getByTestId("verdict-headline").waitFor();
  for (const testid of testids) await page.getByTestId(testid).first().click();
};

const bulk = (wanted) => async (page) => {
  await page.getByTestId("add").click();
  await page.getByTestId("add-choose-folder").click();
  await page.locator(wanted).waitFor();
};
const decided = async (page) => {
  await bulk('[data-testid="import-question"]')(page);
  await page.getByTestId("import-keep").click();
  await page.getByTestId("import-kept-not-valid").waitFor();
};
const lines = (outcome) => async (page) => {
  await decided(page);
  await page.getByTestId("import-details").click();
  await page.getByTestId("import-filter").selectOption(outcome);
  await page.locator('[data-testid="import-lines"] [data-testid="import-line"]').first().waitFor();
};
const collection = async (page) => {
  await page.getByTestId("add").click();
  await page.getByTestId("add-dialog").getByTestId("paste-field").fill("https://badges.example/profile/robin?terms");
  await page.keyboard.press("Enter");
  await page.getByTestId("import-collection").waitFor();
};
const confirmAccount = async (page) => {
  await page.evaluate(() => document.querySelector('[data-testid="open-accounts"]').click());
  await page.getByTestId("account-address").fill("https://badges.nordhaven.example");
  await page.getByTestId("account-look").click();
  await page.getByTestId("account-confirm").waitFor();
};

const SHOTS = [
  ["welcome", "scenario=empty", USUAL],
  ["welcome-small", "scenario=empty", SMALL],
  ["wall", "badges=40", USUAL],
  ["wall-large", "badges=40", LARGE],
  ["wall-small", "badges=40", SMALL],
  ["wall-list", "badges=40", USUAL, (page) => page.getByTestId("view-list").click()],
  ["wall-list-small", "badges=40", SMALL, (page) => page.getByTestId("view-list").click()],
  ["wall-10000", "badges=10000", LARGE, (page) => page.getByTestId("badge-grid").evaluate((grid) => (grid.scrollTop = grid.scrollHeight / 2))],
  ["wall-names", "scenario=names&badges=18", USUAL],
  ["wall-rtl", "scenario=rtl&badges=18", USUAL],
  ["wall-error", "failing=list_badges", USUAL],
  ["wall-nothing", "", USUAL, (page) => page.getByTestId("search").fill("zebra")],
  ["wall-sidebar-small", "badges=40", SMALL, (page) => page.getByTestId("toggle-sidebar").click()],
  [
    "wall-selection",
    "badges=40",
    USUAL,
    async (page) => {
      for (const place of [1, 2, 6]) await page.getByTestId("badge-card").nth(place).click({ modifiers: ["Control"] });
    },
  ],
  [
    "wall-keys",
    "badges=40",
    USUAL,
    async (page) => {
      await page.getByTestId("search").focus();
      for (const key of ["ArrowDown", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    },
  ],
  ["badge", "", USUAL, openFirst],
  ["badge-large", "", LARGE, openFirst],
  ["badge-small", "", SMALL, openFirst],
  ["badge-undecided", "", USUAL, openVerdict("undecided")],
  ["badge-invalid", "", USUAL, openVerdict("invalid")],
  ["badge-expired", "", USUAL, openVerdict("expired")],
  ["badge-names", "scenario=names&badges=18", USUAL, openFirst],
  ["badge-rtl", "scenario=rtl&badges=18", USUAL, openFirst],
  ["badge-hostile", "scenario=hostile&badges=18", USUAL, openFirst],
  [
    "badge-end",
    "",
    USUAL,
    async (page) => {
      await openFirst(page);
      await page.getByTestId("show-credential").click();
      await page.getByTestId("credential-text").scrollIntoViewIfNeeded();
    },
  ],
  ["badge-error", "failing=open_badge", USUAL, async (page) => page.getByTestId("badge-card").first().click()],
  ["kinds-wall", "scenario=kinds", USUAL],
  ["kinds-record", "scenario=kinds", USUAL, openKind(1)],
  ["kinds-record-large", "scenario=kinds", LARGE, openKind(1)],
  ["kinds-record-small", "scenario=kinds", SMALL, openKind(1)],
  ["kinds-record-checks", "scenario=kinds", USUAL, openKind(1, "unfold-checks")],
  [
    "kinds-record-tree",
    "scenario=kinds",
    USUAL,
    async (page) => {
      await openKind(1)(page);
      await page.getByTestId("inside-credentials").locator("summary").first().click();
      await page.getByTestId("inside").nth(2).locator("summary").first().click();
      await page.getByTestId("inside-credentials").scrollIntoViewIfNeeded();
    },
  ],
  ["kinds-record-inner", "scenario=kinds", USUAL, openKind(1, "inner-badge")],
  ["kinds-endorsed", "scenario=kinds", USUAL, openKind(2)],
  [
    "kinds-endorsed-tree",
    "scenario=kinds",
    USUAL,
    async (page) => {
      await openKind(2)(page);
      await page.getByTestId("inside").nth(1).locator("summary").first().click();
      await page.getByTestId("inside").nth(1).locator('[data-check="integrity"] summary').click();
      await page.getByTestId("inside").nth(1).scrollIntoViewIfNeeded();
    },
  ],
  ["kinds-presentation", "scenario=kinds", USUAL, openKind(3)],
  [
    "kinds-presentation-deep",
    "scenario=kinds",
    SMALL,
    async (page) => {
      await openKind(3)(page);
      const first = page.getByTestId("inside").first();
      await first.locator("summary").first().click();
      await first.getByTestId("inside-credentials").locator("summary").first().click();
      await first.getByTestId("inside").nth(2).locator("summary").first().click();
      await first.getByTestId("inside").nth(2).locator("summary").first().scrollIntoViewIfNeeded();
      await page.locator('main .scroll').evaluate((scroll) => scroll.scrollBy(0, 320));
    },
  ],
  ["kinds-old", "scenario=kinds&offline", USUAL, openKind(4)],
  ["kinds-plain", "scenario=kinds", USUAL, openKind(5)],
  [
    "kinds-plain-claims",
    "scenario=kinds",
    USUAL,
    async (page) => {
      await openKind(5)(page);
      await page.getByTestId("claims").scrollIntoViewIfNeeded();
      await page.locator('main .scroll').evaluate((scroll) => scroll.scrollBy(0, 300));
    },
  ],
  ["kinds-long", "scenario=kinds", USUAL, openKind(6)],
  ["kinds-long-small", "scenario=kinds", SMALL, openKind(6)],
  ["kinds-long-inner-small", "scenario=kinds", SMALL, openKind(6, "inner-badge")],
  ["kinds-endorsement", "scenario=kinds", USUAL, openKind(7)],
  ["kinds-endorsement-share", "scenario=kinds", USUAL, openKind(7, "share")],
  ["kinds-zoom", "scenario=kinds&zoom", USUAL, openKind(1)],
  ["add", "", USUAL, (page) => page.getByTestId("add").click()],
  ["imported", "", USUAL, importFiles],
  ["imported-small", "", SMALL, importFiles],
  [
    "importing",
    "delay=300",
    USUAL,
    async (page) => {
      await page.getByTestId("add").click();
      await page.getByTestId("add-choose-files").click();
      await page.getByTestId("import-line").first().waitFor();
    },
  ],
  ["bulk-running", "delay=200", USUAL, bulk('[data-testid="import-left"]')],
  ["bulk-running-small", "delay=200", SMALL, bulk('[data-testid="import-left"]')],
  [
    "bulk-paused",
    "delay=200",
    USUAL,
    async (page) => {
      await bulk('[data-testid="import-left"]')(page);
      await page.getByTestId("import-pause").click();
      await page.getByTestId("import-resume").waitFor();
    },
  ],
  ["bulk-interrupted", "delay=200&interrupted=312", USUAL, (page) => page.getByTestId("import-interrupted").waitFor()],
  ["bulk-question", "", USUAL, bulk('[data-testid="import-question"]')],
  ["bulk-question-small", "", SMALL, bulk('[data-testid="import-question"]')],
  ["bulk-summary", "", USUAL, decided],
  ["bulk-summary-small", "", SMALL, decided],
  ["bulk-summary-zoom", "zoom", USUAL, decided],
  ["bulk-lines", "scenario=names", USUAL, lines("")],
  ["bulk-lines-failed", "", USUAL, lines("failed")],
  ["bulk-lines-small", "", SMALL, lines("failed")],
  ["collection", "", USUAL, collection],
  ["offered-badge", "", USUAL, (page) => page.evaluate(() => window.fake.offer({ offer: 1, offers: "badge", host: "badges.nordhaven.example", link: "http://badges.nordhaven.example/assertions/1f0e" }))],
  ["offered-credential", "", USUAL, (page) => page.evaluate(() => window.fake.offer({ offer: 1, offers: "credential", host: "issuer.example", link: `openid-credential-offer://?credential_offer=${"abcdef0123456789".repeat(60)}` }))],
  ["shelf", "shelf=7", USUAL, (page) => page.getByTestId("open-shelf").click()],
  ["shelf-small", "shelf=7", SMALL, (page) => page.evaluate(() => document.querySelector('[data-testid="open-shelf"]').click())],
  ["accounts", "accounts=file", USUAL, (page) => page.getByTestId("open-accounts").click()],
  ["accounts-empty", "", USUAL, (page) => page.getByTestId("open-accounts").click()],
  ["accounts-confirm", "accounts=keyring", USUAL, confirmAccount],
  ["accounts-confirm-small", "accounts=keyring", SMALL, confirmAccount],
  [
    "settings-watched",
    "watched=3",
    USUAL,
    async (page) => {
      await page.getByTestId("open-settings").click();
      await page.getByTestId("watch-folder").scrollIntoViewIfNeeded();
    },
  ],
  ["drop", "badges=40", USUAL, (page) => page.evaluate(() => window.fake.hoverDrop(true))],
  ["present", "", USUAL, openPresent(0)],
  ["present-parts", "", USUAL, openPresent(4, "present-in-parts")],
  ["shares", "", USUAL, openShares],
  ["share-linkedin", "", USUAL, openShare("linkedin")],
  ["share-post", "", USUAL, openShare("post")],
  ["share-signature", "", USUAL, openShare("signature")],
  ["share-embed-small", "", SMALL, openShare("embed")],
  ["share-linkedin-small", "", SMALL, openShare("linkedin")],
  ["share-link", "", USUAL, openShare("link")],
  ["share-embed", "", USUAL, openShare("embed")],
  ["share-files", "", USUAL, openShare("files")],
  ["share-page", "", USUAL, openShare("page")],
  ["share-page-saved", "", USUAL, openPage],
  ["share-page-error", "failing=save_page", USUAL, openPage],
  ["share-error", "failing=share_badge", USUAL, async (page) => {
    await openFirst(page);
    await page.getByTestId("share").click();
    await page.getByTestId("share-error").waitFor();
  }],
  ["share-void", "", USUAL, openVoidShare],
  ...["linkedin", "post", "link", "embed", "signature", "files"].map((tab) => [`share-narrow-${tab}`, "", NARROW, openShare(tab)]),
  ["share-narrow-page", "", NARROW, openPage],
  ...["linkedin", "post", "embed", "page", "files"].map((tab) => [`share-rtl-${tab}`, "scenario=rtl&badges=18", USUAL, openShare(tab)]),
  ...["linkedin", "post", "embed", "signature"].map((tab) => [`share-names-${tab}`, "scenario=names&badges=18", USUAL, openShare(tab)]),
  ["cv", "", USUAL, openPages("cv", ["name", "Robin Hale"])],
  ["cv-large", "", LARGE, openPages("cv")],
  ["cv-narrow", "", NARROW, openPages("cv")],
  ["cv-rtl", "scenario=rtl&badges=18", USUAL, openPages("cv")],
  ["cv-names", "scenario=names&badges=18", USUAL, openPages("cv")],
  ["cv-error", "failing=preview_cv", USUAL, async (page) => {
    await page.getByTestId("badge-card").nth(1).click({ modifiers: ["Control"] });
    await page.getByTestId("cv-selected").click();
    await page.getByTestId("cv-error").waitFor();
  }],
  ["portfolio", "", USUAL, openPages("portfolio")],
  ["portfolio-error", "", USUAL, openPages("portfolio", ["base", "nonsense"])],
  ["portfolio-narrow", "", NARROW, openPages("portfolio")],
  ["present-error", "failing=present_badges", USUAL, async (page) => {
    await openPresent(4, "present-in-parts")(page);
    await page.getByTestId("present-save").click();
  }],
  ["present-narrow", "scenario=names&badges=18", NARROW, openPresent(4, "present-in-parts")],
  ["present-rtl", "scenario=rtl&badges=18", USUAL, openPresent(4, "present-in-parts")],
  ["shares-narrow", "scenario=names&badges=18", NARROW, openShares],
  ["shares-rtl", "scenario=rtl&badges=18", USUAL, openShares],
  ["settings-sharing", "remembered", USUAL, openSharingSettings],
  ["settings-sharing-narrow", "remembered", NARROW, async (page) => {
    await openSharingSettings(page);
    await page.getByTestId("organization-number").first().fill("acme");
    await page.getByTestId("settings-mastodon").focus();
    await page.getByTestId("sharing-refused").waitFor();
  }],
  [
    "link",
    "",
    USUAL,
    async (page) => {
      await openFirst(page);
      await page.locator(".markdown .link").first().click();
    },
  ],
  [
    "check",
    "",
    USUAL,
    async (page) => {
      await page.getByTestId("open-check").click();
      await page.getByTestId("check-field").fill('{"a": 1}');
      await page.getByTestId("check-field-submit").click();
      await page.getByTestId("check-result").waitFor();
    },
  ],
  [
    "check-failed",
    "",
    USUAL,
    async (page) => {
      await page.getByTestId("open-check").click();
      await page.getByTestId("check-field").fill("hello");
      await page.getByTestId("check-field-submit").click();
      await page.getByTestId("check-result").waitFor();
    },
  ],
  ["settings", "", USUAL, (page) => page.getByTestId("open-settings").click()],
  [
    "removed",
    "badges=40",
    USUAL,
    async (page) => {
      await page.getByTestId("badge-card").nth(1).click({ modifiers: ["Control"] });
      await page.getByTestId("remove-selected").click();
      await page.getByTestId("notice").waitFor();
    },
  ],
  ["start-error", "failing=app_info", USUAL],
  ["zoom-wall", "badges=40&zoom", USUAL],
  ["zoom-badge", "badges=40&zoom", USUAL, openFirst],
];

for (const [name, query, viewport, act] of SHOTS) {
  for (const appearance of ["light", "dark"]) {
    const file = `${name}-${appearance}`;
    if (!file.includes(wanted)) continue;
    const page = await browser.newPage({ viewport, deviceScaleFactor: 1, colorScheme: appearance, reducedMotion: "reduce" });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) console.log(`${file}: ${message.text()}`);
    });
    page.on("pageerror", (error) => {
      console.log(`${file}: ${error.message}`);
    });
    await page.goto(`${address}?${query}`);
    await page.waitForFunction(() => "fake" in window);
    if (query.includes("zoom")) {
      await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
      // Chromium asks its container queries again only when a container's size changes.
      await page.setViewportSize({ ...viewport, width: viewport.width + 1 });
    }
    await page.waitForTimeout(150);
    await act?.(page);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `shots/${file}.png` });
    await page.close();
  }
}
await browser.close();
await server.close();
