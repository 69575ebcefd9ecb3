import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import type { FakeBackend } from "../../src/backend/fake/index.ts";
import { asked, openWindow } from "./window.ts";

const fake = (page: Page, act: (backend: FakeBackend) => void): Promise<void> =>
  page.evaluate((text) => {
    (new Function("backend", `(${text})(backend)`) as (backend: FakeBackend) => void)((window as unknown as { fake: FakeBackend }).fake);
  }, act.toString());

async function chooseFolder(page: Page): Promise<void> {
  await page.getByTestId("add").click();
  await page.getByTestId("add-choose-folder").click();
}

it("pauses a long import, goes on, and stops where it is asked to: what is in stays in", async () => {
  const page = await openWindow("badges=16&bulk=600&delay=60");
  await chooseFolder(page);
  await expect.poll(() => page.getByTestId("import-progress").textContent()).toMatch(/^\d+ of 600$/);
  await page.getByTestId("import-pace").waitFor();
  await page.getByTestId("import-pause").click();
  await page.getByTestId("import-resume").waitFor();
  expect(await page.getByTestId("import-title").textContent()).toBe("Paused");
  const paused = await page.getByTestId("import-progress").textContent();
  await page.getByTestId("import-resume").click();
  await expect.poll(() => page.getByTestId("import-progress").textContent()).not.toBe(paused);
  await page.getByTestId("import-cancel").click();
  await page.locator('[data-testid="import-tray"][data-finished="true"]').waitFor();
  await expect.poll(() => page.getByTestId("import-title").textContent()).toMatch(/^Stopped after \d+ of 600$/);
  await expect.poll(() => page.getByTestId("import-added").textContent()).toMatch(/^\d+ added/);
});

it("asks once about badges that are not valid, and remembers the answer where it is told to", async () => {
  const page = await openWindow("badges=16&bulk=200");
  await chooseFolder(page);
  await page.getByTestId("import-question").waitFor();
  expect(await page.getByTestId("import-question").textContent()).toContain("4 badges are not valid.");
  await page.getByTestId("import-remember").check();
  await page.getByTestId("import-leave-out").click();
  await expect.poll(() => page.getByTestId("import-left-out").textContent()).toContain("4 not valid, left out");
  expect(await asked(page, "decide_import")).toEqual([{ import: 1, keep: false, remember: true }]);
  await page.getByTestId("import-close").click();
  await chooseFolder(page);
  await expect.poll(() => page.getByTestId("import-left-out").textContent()).toContain("4 not valid, left out");
  expect(await page.getByTestId("import-question").count()).toBe(0);
});

it("sums up by outcome, groups what could not be read by its reason, and lists every line", async () => {
  const page = await openWindow("badges=16&bulk=10000");
  await chooseFolder(page);
  await page.getByTestId("import-question").waitFor();
  await page.getByTestId("import-keep").click();
  await expect.poll(() => page.getByTestId("import-kept-not-valid").textContent()).toContain("200 kept although not valid");
  expect(await page.getByTestId("import-failure").count()).toBe(4);
  expect(await page.getByTestId("import-failure").first().textContent()).toContain("backpack-2019.zip › badges/00003.json");
  await page.getByTestId("import-details").click();
  const lines = page.getByTestId("import-lines");
  await expect.poll(() => lines.getAttribute("data-total")).toBe("10000");
  // Only what is in view is in the page.
  expect(await lines.getByTestId("import-line").count()).toBeLessThan(40);
  await lines.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await expect.poll(() => lines.textContent()).toContain("badges/09999.json");
  await page.getByTestId("import-filter").selectOption("failed");
  await expect.poll(() => lines.getAttribute("data-total")).toBe("400");
  await expect.poll(() => lines.getByTestId("import-line").first().getAttribute("data-outcome")).toBe("failed");
  expect(await page.getByTestId("import-reason-group").count()).toBe(5);
});

it("takes a whole import back, and that back again", async () => {
  const page = await openWindow("badges=16&bulk=40");
  await chooseFolder(page);
  await page.getByTestId("import-question").waitFor();
  await page.getByTestId("import-leave-out").click();
  const count = page.getByTestId("wall-count");
  await expect.poll(() => count.textContent()).toBe("48 badges");
  await page.getByTestId("import-undo").click();
  await expect.poll(() => count.textContent()).toBe("16 badges");
  expect(await page.getByTestId("notice").textContent()).toContain("32 badges taken back");
  await page.getByTestId("notice-action").click();
  await expect.poll(() => count.textContent()).toBe("48 badges");
});

it("goes on with an import that was interrupted, and says so", async () => {
  const page = await openWindow("badges=16&bulk=5000&interrupted=312&delay=60");
  expect(await page.getByTestId("import-interrupted").textContent()).toBe("This import was interrupted: 312 of 5,000 were done. It goes on from there.");
  expect(await asked(page, "resume_import")).toEqual([{ import: 1 }]);
  await expect.poll(() => page.getByTestId("import-progress").textContent()).not.toBe("312 of 5,000");
});

it("asks before it brings in the badges of a profile page, and says where its terms speak against it", async () => {
  const page = await openWindow("badges=16");
  const paste = async (url: string): Promise<void> => {
    await page.getByTestId("add").click();
    await page.getByTestId("add-dialog").getByTestId("paste-field").fill(url);
    await page.keyboard.press("Enter");
    await page.getByTestId("import-collection").waitFor();
  };
  await paste("https://badges.example/profile/robin?terms");
  expect(await page.getByTestId("import-collection").textContent()).toContain("34 badges were found on “Badges of Robin Hale”");
  expect(await page.getByTestId("import-terms").textContent()).toContain("Or download them there and drop the files here.");
  await page.getByTestId("import-collection-decline").click();
  expect(await page.getByTestId("import-collection").count()).toBe(0);
  expect(await asked(page, "import_list")).toEqual([]);
  await page.getByTestId("import-close").click();
  await paste("https://badges.example/profile/robin");
  expect(await page.getByTestId("import-terms").count()).toBe(0);
  await page.getByTestId("import-collection-take").click();
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("50 badges");
  expect(await asked(page, "import_list")).toEqual([{ import: 2, url: "https://badges.example/profile/robin" }]);
});

it("follows a link from outside only where the person says yes", async () => {
  const page = await openWindow("badges=16");
  const offer = (): Promise<void> =>
    fake(page, (backend) => {
      backend.offer({ offer: 7, offers: "badge", host: "badges.example", link: "https://badges.example/1" });
    });
  await offer();
  expect(await page.getByTestId("offered-host").textContent()).toBe("badges.example");
  await page.getByTestId("offered-decline").click();
  expect(await asked(page, "take_link")).toEqual([]);
  await offer();
  await page.keyboard.press("Escape");
  expect(await asked(page, "take_link")).toEqual([]);
  await offer();
  await page.getByTestId("offered-take").click();
  await expect.poll(() => asked(page, "take_link")).toEqual([{ offer: 7 }]);
  await fake(page, (backend) => {
    backend.refuse({ code: "link.refused", message: "Lapel did not follow a link.", hint: "Paste the address." });
  });
  await expect.poll(() => page.getByTestId("notice").last().textContent()).toContain("Lapel did not follow a link.");
});

it("brings in what is on the clipboard by its keys, but not while typing", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("search").focus();
  await page.keyboard.press("Control+Shift+V");
  expect(await asked(page, "import_clipboard")).toEqual([]);
  await page.getByTestId("badge-grid").focus();
  await page.keyboard.press("Control+Shift+V");
  await expect.poll(() => asked(page, "import_clipboard")).toEqual([{}]);
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("17 badges");
});

it("lists self-listed achievements without any mark, and removes them", async () => {
  const page = await openWindow("badges=16&shelf=3");
  await page.getByTestId("open-shelf").click();
  expect(await page.getByTestId("self-listed").count()).toBe(3);
  const shelf = page.getByTestId("shelf-screen");
  expect(await shelf.locator("svg.mark, [data-verdict]").count()).toBe(0);
  await shelf.locator(".link").first().click();
  expect(await page.getByTestId("link-host").textContent()).toBe("learn.microsoft.com");
  await page.keyboard.press("Escape");
  await page.getByTestId("shelf-remove").first().click();
  await expect.poll(() => page.getByTestId("self-listed").count()).toBe(2);
  expect(await asked(page, "remove_self_listed")).toEqual([{ id: 1 }]);
});

it("shows the host before the browser opens, then syncs, and disconnects", async () => {
  const page = await openWindow("badges=16&delay=30");
  await page.getByTestId("open-accounts").click();
  await page.getByTestId("account-address").fill("nonsense");
  await page.getByTestId("account-look").click();
  await expect.poll(() => page.getByTestId("account-error").textContent()).toContain("is not the address of a host");
  await page.getByTestId("account-address").fill("https://badges.nordhaven.example");
  await page.getByTestId("account-look").click();
  await page.getByTestId("account-confirm").waitFor();
  expect(await page.getByTestId("account-host").textContent()).toBe("login.badges.nordhaven.example");
  expect(await asked(page, "connect_account")).toEqual([]);
  await page.getByTestId("account-connect").click();
  await expect.poll(() => page.getByTestId("account").count()).toBe(1);
  await expect.poll(() => page.getByTestId("account-state").textContent()).toContain("Synced");
  expect(await page.getByTestId("notice").first().textContent()).toContain("is connected");
  await expect.poll(() => page.getByTestId("notice").last().textContent()).toContain("12 badges added and 288 already here");
  expect(await asked(page, "sync_account")).toEqual([{ id: 1 }]);
  await page.getByTestId("account-disconnect").click();
  await expect.poll(() => page.getByTestId("account").count()).toBe(0);
});

it("warns where access to an account is kept in a file, and says where a host wants a new sign-in", async () => {
  const page = await openWindow("badges=16&accounts=file");
  await page.getByTestId("open-accounts").click();
  await expect.poll(() => page.getByTestId("account-warning").textContent()).toContain("no keyring");
  expect(await page.getByTestId("account-signed-out").count()).toBe(1);
});

it("asks the issuer of an offer only after a yes, and shows what it offers before it is accepted", async () => {
  const page = await openWindow("badges=16");
  await fake(page, (backend) => {
    backend.offer({ offer: 3, offers: "credential", host: "issuer.example", link: "openid-credential-offer://?x" });
  });
  expect(await asked(page, "read_offer")).toEqual([]);
  await page.getByTestId("offered-take").click();
  await expect.poll(() => page.getByTestId("offered-credentials").textContent()).toContain("Master of Seamanship");
  expect(await asked(page, "accept_offer")).toEqual([]);
  expect(await page.getByTestId("offered-accept").isDisabled()).toBe(true);
  await page.getByTestId("offered-pin").fill("000000");
  await page.getByTestId("offered-accept").click();
  await expect.poll(() => page.getByTestId("offered-error").textContent()).toContain("did not accept the PIN");
  await page.getByTestId("offered-pin").fill("493536");
  await page.getByTestId("offered-accept").click();
  await expect.poll(() => page.getByTestId("wall-count").textContent()).toBe("18 badges");
  expect((await asked(page, "accept_offer")).at(-1)).toEqual({ offer: 3, pin: "493536" });
});
