/**
 * Looks at snippets as somebody's page shows them: validates each (html-validate), then opens a page with all of them in
 * Chromium, under a policy that allows their style and pictures and nothing else, light and dark, and asks axe. Every
 * picture and frame is answered here; nothing reaches the network. Prints a JSON object with what is wrong. Run by
 * crates/share/tests/snippets.rs: `node snippets.mjs FILE [SCREENSHOT]`, where FILE holds
 * `[{ "name", "html", "mail" }]`.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { chromium } from "playwright-core";

const [file, screenshot] = process.argv.slice(2);
const snippets = JSON.parse(await readFile(file, "utf8"));
const wrong = [];

const rules = { root: true, extends: ["html-validate:standard"] };
const validator = new HtmlValidate(new StaticConfigLoader(rules));
// Programs for mail know attributes that HTML has given up, and little style.
const mailValidator = new HtmlValidate(new StaticConfigLoader({ ...rules, rules: { "no-deprecated-attr": "off" } }));
for (const { name, html, mail } of snippets) {
  const report = await (mail ? mailValidator : validator).validateString(html, name);
  for (const { messages } of report.results) {
    wrong.push(...messages.map(({ ruleId, message }) => `${name}: ${ruleId}: ${message}`));
  }
}

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const POLICY = "default-src 'none'; style-src-attr 'unsafe-inline'; img-src https: data:; frame-src https:";
// A picture that is sent along stands in for one from the web: there is no mail around it here.
const body = snippets.map(({ html }) => `<div class="snippet">${html.replaceAll('"cid:badge@lapel.invalid"', '"https://host.example/attached.png"')}</div>`).join("\n");
const document = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark"><meta name="viewport" content="width=device-width"><title>Snippets</title></head><body><main><h1>Snippets</h1>${body}</main></body></html>`;

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
});
const elements = {};
for (const colorScheme of ["light", "dark"]) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 720, height: 900 } });
  const page = await context.newPage();
  await page.route("**/*", (route) => {
    const request = route.request();
    switch (request.resourceType()) {
      case "image":
        return route.fulfill({ contentType: "image/png", body: PIXEL });
      case "document":
        return request.url() === "https://host.example/"
          ? route.fulfill({ contentType: "text/html", body: document })
          : route.fulfill({ contentType: "text/html", body: "<!DOCTYPE html><html lang=en><title>Framed</title><p>Framed</p>" });
      default:
        wrong.push(`a ${request.resourceType()} was asked for: ${request.url().slice(0, 200)}`);
        return route.abort();
    }
  });
  page.on("console", (message) => wrong.push(`${colorScheme}: ${message.text().slice(0, 400)}`));
  page.on("pageerror", (error) => wrong.push(`${colorScheme}: ${error}`));
  page.on("dialog", (dialog) => {
    wrong.push(`${colorScheme}: ran ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto("https://host.example/");
  if (page.url() !== "https://host.example/") wrong.push(`the page went to ${page.url()}`);
  Object.assign(
    elements,
    await page.evaluate(() => {
      const names = [...document.querySelectorAll(".snippet *")].map((element) => element.localName);
      const listening = [...document.querySelectorAll(".snippet *")].flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on")));
      return { names: [...new Set(names)].sort(), listening, snippets: document.querySelectorAll("main > .snippet").length };
    }),
  );
  if (screenshot !== undefined) await page.screenshot({ path: screenshot.replace(".png", `-${colorScheme}.png`), fullPage: true });
  // What axe says to the frames is none of the snippets' doing.
  page.removeAllListeners("console");
  const content = await page.context().newCDPSession(page);
  await content.send("Page.setBypassCSP", { enabled: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run("main"));
  wrong.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.length} times, ${nodes[0]?.html.slice(0, 400) ?? ""}`));
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify({ ...elements, wrong }));
