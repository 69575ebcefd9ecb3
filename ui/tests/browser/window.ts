/** A real browser with the window in it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

import type { FakeBackend } from "../../src/backend/fake/index.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let pages: Page[] = [];
let complaints: string[] = [];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  const found = complaints;
  complaints = [];
  expect(found).toEqual([]);
});

afterAll(() => browser.close());

export interface Look {
  width?: number;
  height?: number;
  theme?: "light" | "dark";
}

/** Opens the window on a made-up wallet. Errors on the console fail the test that caused them. */
export async function openWindow(query = "", { width = 1120, height = 760, theme = "light" }: Look = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
  pages.push(page);
  page.on("console", (message) => {
    if (message.type() === "error" && !/favicon/.test(message.location().url)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => {
    complaints.push(String(error));
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.host !== new URL(inject("address")).host) complaints.push(`asked ${request.url()}`);
  });
  // As `freezePrototype` in tauri.conf.json does it.
  await page.addInitScript(() => {
    Object.freeze(Object.prototype);
  });
  await page.goto(`${inject("address")}?${query}`);
  await page.getByRole("main").first().waitFor();
  return page;
}

/** Complaints that a test expects. */
export function forgive(pattern: RegExp): void {
  complaints = complaints.filter((complaint) => !pattern.test(complaint));
}

/** What was asked of the backend, by one command. */
export function asked(page: Page, command: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) =>
      (window as unknown as { fake: FakeBackend }).fake.asked.filter((one) => one.command === wanted).map((one) => one.request),
    command,
  );
}

/** The accessibility faults of what is shown now, as lines to read; none is right. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof import("axe-core") }).axe.run;
    const { violations } = await run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      iframes: false,
    });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`));
  });
}

/** The name of the badge that the arrow keys stand on. */
export function cursor(page: Page): Promise<string | null> {
  return page.getByTestId("badge-grid").evaluate((grid) => {
    const active = document.getElementById(grid.getAttribute("aria-activedescendant") ?? "");
    return active?.querySelector(".name")?.textContent ?? null;
  });
}
