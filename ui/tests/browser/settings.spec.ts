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
