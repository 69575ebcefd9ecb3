/**
 * Looks at a static site on disk: validates every page (html-validate), opens each in Chromium from disk with the network
 * cut, and asks axe, light and dark. Prints a JSON list of what is wrong. Run by tests/portfolio.rs:
 * `node site.mjs FOLDER [--without-axe]`
 */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const [folder, option] = process.argv.slice(2);
const found = await readdir(folder, { recursive: true });
const pages = found.filter((path) => path.endsWith(".html"));
const wrong = [];

const validator = new HtmlValidate(
  new FileSystemConfigLoader({
    root: true,
    extends: ["html-validate:standard"],
    rules: {
      // The names of badges are as long as they are.
      "long-title": "off",
      // The page that verifies itself has its script and style inside: one file.
      "require-csp-nonce": "off",
      // Written without white space by a program.
      "no-trailing-whitespace": "off",
    },
  }),
);
for (const path of pages) {
  const report = await validator.validateString(await readFile(join(folder, path), "utf8"), path);
  for (const { messages } of report.results) {
    wrong.push(...messages.map(({ ruleId, message, line }) => `${path}:${line}: ${ruleId}: ${message}`));
  }
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
});
for (const path of pages) {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(pathToFileURL(folder).href) && !/^(blob|data):/.test(request.url())) wrong.push(`${path} asks for ${request.url()}`);
  });
  page.on("console", (message) => wrong.push(`${path}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${path}: ${error}`));
  page.on("dialog", (dialog) => {
    wrong.push(`${path} ran ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(join(folder, path)).href);
  if (path.endsWith("verify.html")) await page.waitForSelector("html[data-verdict]");
  const broken = await page.evaluate(async () => {
    await Promise.all([...document.images].map((image) => ((image.loading = "eager"), image.decode().catch(() => undefined))));
    return [...document.images].filter((image) => image.naturalWidth === 0).map((image) => image.src.slice(0, 80));
  });
  wrong.push(...broken.map((source) => `${path}: the picture ${source} does not show`));
  if (option !== "--without-axe") await page.evaluate(axe);
  for (const colorScheme of option === "--without-axe" ? [] : ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    wrong.push(...violations.map(({ id, nodes }) => `${path}: ${colorScheme}: ${id}: ${nodes[0]?.html ?? ""}`));
  }
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify({ pages: pages.length, wrong }));
