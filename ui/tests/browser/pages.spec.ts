import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { asked, openWindow } from "./window.ts";

async function choose(name: "cv" | "portfolio", places: number[]): Promise<Page> {
  const page = await openWindow("badges=16");
  for (const place of places) await page.getByTestId("badge-card").nth(place).click({ modifiers: ["Control"] });
  await page.getByTestId(`${name}-selected`).click();
  await page.getByTestId("page-preview").waitFor();
  return page;
}

it("makes a CV of what is selected, in the order that was chosen", async () => {
  const page = await choose("cv", [0, 2]);
  await page.getByTestId("cv-name").fill("Robin Example");
  await page.getByTestId("badge-order").getByRole("button", { name: /^Move .* down$/ }).first().click();
  await page.getByTestId("cv-group-year").check();
  await page.getByTestId("cv-format").selectOption("docx");
  await page.getByTestId("cv-save").click();
  await expect.poll(() => page.getByTestId("cv-dialog").count()).toBe(0);
  const [saved] = await asked(page, "save_cv");
  expect(saved).toMatchObject({ ids: [3, 1], format: "docx", options: { name: "Robin Example", grouping: "year", style: "classic", include_void: false } });
});

it("shows a portfolio before it is written, in a frame that runs no script", async () => {
  const page = await choose("portfolio", [0, 1]);
  expect(await page.getByTestId("page-preview").getAttribute("sandbox")).toBe("");
  await page.getByTestId("portfolio-base").fill("nonsense");
  await page.getByTestId("portfolio-error").waitFor();
  expect(await page.getByTestId("portfolio-save").isDisabled()).toBe(true);
  await page.getByTestId("portfolio-base").fill("https://robin.example/badges/");
  await page.getByTestId("page-preview").waitFor();
  await page.getByTestId("portfolio-save").click();
  await expect.poll(() => asked(page, "save_portfolio")).toMatchObject([{ ids: [1, 2], base_url: "https://robin.example/badges/", name: null }]);
});
