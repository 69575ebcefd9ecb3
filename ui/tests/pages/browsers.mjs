/**
 * Opens self-verifying pages from disk, with the network cut, in a real browser, and prints what each of them shows: one
 * line of JSON per page. Run by tests/pages.rs: `node browsers.mjs chromium|webkit PAGE.html...`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const MINI_BROWSER = process.env.MINI_BROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** Runs in the page: what it shows. */
function shown() {
  const text = (id) => document.getElementById(id).textContent;
  const visible = (id) => !document.getElementById(id).hidden;
  return {
    verdict: document.documentElement.dataset.verdict ?? null,
    milliseconds: Number(document.documentElement.dataset.milliseconds ?? "NaN"),
    title: document.title,
    name: text("name"),
    issuer: text("issuer"),
    headline: text("headline"),
    rests: text("rests"),
    claim: text("claim"),
    asks: visible("ask"),
    answer: text("report") === "" ? null : JSON.parse(text("report")),
    loaded: performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !/^(blob|data):/.test(name)),
    scripts: document.scripts.length,
  };
}

const DONE = "document.documentElement.dataset.verdict !== undefined";
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function chromium(files) {
  const { chromium: launcher } = await import("playwright-core");
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const browser = await launcher.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
  });
  for (const file of files) {
    const url = pathToFileURL(file).href;
    const context = await browser.newContext({ offline: true, acceptDownloads: true });
    const page = await context.newPage();
    const requests = [];
    const ran = [];
    page.on("request", (request) => {
      if (request.url() !== url && !/^(blob|data):/.test(request.url())) requests.push(request.url());
    });
    page.on("dialog", (dialog) => {
      ran.push(dialog.message());
      void dialog.dismiss();
    });
    page.on("pageerror", (error) => ran.push(String(error)));
    page.on("console", (message) => ran.push(message.text()));
    await page.goto(url);
    await page.waitForSelector("html[data-verdict]");
    const first = await page.evaluate(shown);
    const download = page.waitForEvent("download");
    await page.locator("#save").click();
    const saved = await readFile(await (await download).path());
    let trusting = null;
    if (first.asks) {
      await page.locator("#know").click();
      await page.waitForFunction(() => !document.getElementById("known").hidden);
      trusting = await page.evaluate(shown);
    }
    await page.evaluate(axe);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    const access = [];
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      access.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map((node) => node.html).join(" ")}`));
    }
    const plain = await browser.newContext({ offline: true, javaScriptEnabled: false });
    const still = await plain.newPage();
    await still.goto(url);
    const text = await still.locator("body").innerText();
    print({ file, first, trusting, requests, ran, access, saved: saved.toString("base64"), without_script: text });
    await context.close();
    await plain.close();
  }
  await browser.close();
}

/** A screen of our own; gives its name. */
async function screen() {
  const server = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  const [number] = await once(createInterface(server.stdout), "line");
  return { server, display: `:${number}` };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function webkit(files) {
  const { server, display } = await screen();
  const port = await freePort();
  const env = { ...process.env, DISPLAY: display, NO_AT_BRIDGE: "1", GTK_A11Y: "none", WAYLAND_DISPLAY: "" };
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
  const call = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.message}`);
    return value;
  };
  const until = async (what) => {
    const end = Date.now() + 60_000;
    for (;;) {
      const value = await what().catch((error) => (Date.now() > end ? Promise.reject(error) : null));
      if (value) return value;
      if (Date.now() > end) throw new Error("nothing came in a minute");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await until(() => call("GET", "/status"));
    const options = { binary: MINI_BROWSER, args: ["--automation"] };
    const { sessionId } = await call("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    const session = `/session/${sessionId}`;
    const run = (script) => call("POST", `${session}/execute/sync`, { script, args: [] });
    for (const file of files) {
      await call("POST", `${session}/url`, { url: pathToFileURL(file).href });
      await until(() => run(`return ${DONE}`));
      const first = await run(`return (${shown})()`);
      print({ file, first });
    }
    await call("DELETE", session);
  } finally {
    driver.kill();
    server.kill();
  }
}

const [browser, ...files] = process.argv.slice(2);
await { chromium, webkit }[browser](files);
