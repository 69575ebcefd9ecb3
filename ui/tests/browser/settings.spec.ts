import { expect, it } from "vitest";

import { asked, openWindow } from "./window.ts";

it("keeps identities, trusted issuers, offline and appearance through the program", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("open-settings").click();
  await page.getByTestId("identity-field").fill(" robin@work.example ");
  await page.keyboard.press("Enter");
  await page.getByTestId("issuer-field").fill("did:web:nordhaven.example");
  await page.keyboard.press("Enter");
  await page.getByTestId("offline-switch").check();
  await page.getByTestId("appearance-dark").check({ force: true });
  await expect.poll(async () => (await asked(page, "save_settings")).at(-1)).toEqual({
    identities: ["robin@example.org", "robin@work.example"],
    trusted_issuers: ["did:web:nordhaven.example"],
    offline: true,
    appearance: "dark",
    allowed_hosts: [],
    proxy: null,
    not_valid: "ask",
    linkedin_organizations: {},
    mastodon: null,
  });
  expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await page.getByRole("button", { name: "Remove robin@example.org" }).click();
  await expect.poll(async () => (await asked(page, "save_settings")).at(-1)).toMatchObject({ identities: ["robin@work.example"] });
});

it("follows the system's colours unless told otherwise", async () => {
  const page = await openWindow("badges=16", { theme: "dark" });
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
  const chosen = await openWindow("badges=16&appearance=dark", { theme: "light" });
  await expect.poll(() => chosen.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
});

it("says why the wallet cannot be opened", async () => {
  const page = await openWindow("failing=app_info");
  await expect.poll(() => page.getByTestId("start-error").textContent()).toContain("The wallet is in use by another program.");
});

it("watches folders that the system's dialog gives, and says how each is doing", async () => {
  const page = await openWindow("badges=16&watched=1");
  await page.getByTestId("open-settings").click();
  const folders = page.getByTestId("watched-folder");
  await expect.poll(() => folders.count()).toBe(1);
  expect(await folders.first().textContent()).toContain("/home/robin/Downloads");
  await page.getByTestId("watch-folder").click();
  await expect.poll(() => folders.count()).toBe(2);
  // The page names no path.
  expect(await asked(page, "watch_folder")).toEqual([{}]);
  expect(await folders.nth(1).getAttribute("data-state")).toBe("unreachable");
  expect(await folders.nth(1).textContent()).toContain("Lapel keeps trying.");
  await folders.first().getByTestId("watched-pause").click();
  await expect.poll(() => folders.first().getAttribute("data-state")).toBe("paused");
  await folders.first().getByTestId("watched-pause").click();
  expect(await asked(page, "pause_watching")).toEqual([
    { id: 1, paused: true },
    { id: 1, paused: false },
  ]);
  await folders.first().getByTestId("watched-remove").click();
  await expect.poll(() => folders.count()).toBe(1);
});

it("shows, changes and forgets what is remembered for sharing", async () => {
  const page = await openWindow("badges=16&remembered");
  await page.getByTestId("open-settings").click();
  const organizations = page.getByTestId("organization");
  expect(await organizations.count()).toBe(2);
  expect(await organizations.first().textContent()).toContain("https://marine-ecology.example/issuer");
  const number = organizations.first().getByTestId("organization-number");
  await number.fill("42");
  await number.press("Tab");
  await expect.poll(async () => (await asked(page, "save_settings")).at(-1)).toMatchObject({ linkedin_organizations: { "https://marine-ecology.example/issuer": "42" } });
  await organizations.nth(1).getByTestId("organization-forget").click();
  await expect.poll(() => organizations.count()).toBe(1);
  expect((await asked(page, "save_settings")).at(-1)).toMatchObject({ linkedin_organizations: { "https://marine-ecology.example/issuer": "42" }, mastodon: "norden.social" });
  const mastodon = page.getByTestId("settings-mastodon");
  await mastodon.fill("@robin@ruhr.social");
  await mastodon.press("Enter");
  await expect.poll(() => mastodon.inputValue()).toBe("ruhr.social");
  await page.getByTestId("mastodon-forget").click();
  await expect.poll(async () => (await asked(page, "save_settings")).at(-1)).toMatchObject({ mastodon: null });
  expect(await mastodon.inputValue()).toBe("");
});

it("says beside the field what is no number of a page and no instance", async () => {
  const page = await openWindow("badges=16&remembered");
  await page.getByTestId("open-settings").click();
  const number = page.getByTestId("organization-number").first();
  const refused = page.getByTestId("sharing-refused");
  await number.fill("acme");
  await number.press("Tab");
  await expect.poll(() => refused.textContent()).toContain("“acme” is no number of a LinkedIn page. It has digits only");
  expect(await number.getAttribute("aria-invalid")).toBe("true");
  expect(await number.getAttribute("aria-describedby")).toBe(await refused.getAttribute("id"));
  await number.fill("7");
  await number.press("Tab");
  await expect.poll(() => refused.count()).toBe(0);
  const mastodon = page.getByTestId("settings-mastodon");
  await mastodon.fill("norden");
  await mastodon.press("Tab");
  await expect.poll(() => refused.textContent()).toContain("“norden” is no Mastodon instance. Name its host");
  expect(await mastodon.getAttribute("aria-invalid")).toBe("true");
});

it("remembers what to do with badges that are not valid", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("open-settings").click();
  await page.getByTestId("not-valid-leave_out").check({ force: true });
  await expect.poll(async () => (await asked(page, "save_settings")).at(-1)).toMatchObject({ not_valid: "leave_out" });
});
