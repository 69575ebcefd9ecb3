import { expect, it } from "vitest";

import { asked, openWindow } from "./window.ts";

const file = (name: string, text: string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });

it("welcomes, takes the samples and shows them", async () => {
  const page = await openWindow("scenario=empty");
  expect(await page.getByTestId("welcome").textContent()).toContain("Everything stays on this computer");
  await page.getByTestId("try-samples").click();
  await expect.poll(() => page.getByTestId("badge-card").count()).toBe(3);
  await expect.poll(() => page.getByTestId("import-added").textContent()).toBe("3 added");
  await expect.poll(() => page.getByTestId("live").textContent()).toContain("3 badges added");
});

it("takes pasted text from anywhere in the window", async () => {
  const page = await openWindow("scenario=empty");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", " https://badges.example/assertions/1 ");
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  });
  await expect.poll(() => page.getByTestId("badge-card").count()).toBe(1);
  expect(await asked(page, "import_text")).toEqual([{ text: "https://badges.example/assertions/1" }]);
});

it("takes files from the file input and sums up what became of each, with the reasons", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("file-input").setInputFiles([file("new.json", "{}"), file("badge-2.json", "{}"), file("holiday.pdf", "%PDF-1.7"), file("notes.txt", "hello")]);
  await expect.poll(() => page.getByTestId("import-added").textContent()).toBe("1 added");
  await expect.poll(() => page.getByTestId("import-already-there").textContent()).toBe("1 already here");
  await expect.poll(() => page.getByTestId("import-failed").textContent()).toBe("2 could not be read");
  const failed = page.locator('[data-testid="import-line"][data-outcome="failed"]');
  expect(await failed.first().textContent()).toContain("holiday.pdf");
  expect(await failed.first().getByTestId("import-reason").textContent()).toBe("This is a PDF without a badge in it.");
  await page.getByTestId("import-report").click();
  await expect.poll(() => asked(page, "copy_text")).toHaveLength(1);
  const [report] = (await asked(page, "copy_text")) as { text: string }[];
  expect(report?.text.split("\n")).toEqual([
    "added\tnew.json\tMarine Field Researcher 2",
    "already there\tbadge-2.json\tRust Practitioner",
    "failed\tholiday.pdf\timport.not-a-badge\tThis is a PDF without a badge in it.",
    "failed\tnotes.txt\timport.not-a-badge\t“notes.txt” looks like plain text, not like a badge.",
  ]);
  await page.getByTestId("import-close").click();
  expect(await page.getByTestId("import-tray").count()).toBe(0);
});

it("sends the very bytes of a file", async () => {
  const page = await openWindow("scenario=empty");
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  await page.getByTestId("file-input").setInputFiles([{ name: "all.png", mimeType: "image/png", buffer: bytes }]);
  await expect.poll(async () => (await asked(page, "import_files")).length).toBe(1);
  expect(await asked(page, "import_files")).toEqual([{ files: [{ name: "all.png", base64: bytes.toString("base64") }] }]);
});

it("adds from the dialog with Enter, and the dialog makes room for the summary", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("add").click();
  await page.getByTestId("add-dialog").getByTestId("paste-field").fill("https://badges.example/assertions/1");
  await page.keyboard.press("Enter");
  await page.locator('[data-testid="import-tray"][data-finished="true"]').waitFor();
  expect(await page.getByTestId("add-dialog").count()).toBe(0);
  await page.getByTestId("import-open").click();
  await page.getByTestId("badge-name").waitFor();
});

it("shows how far a long import is, folds away, and comes back", async () => {
  const page = await openWindow("badges=16&delay=60");
  await page.getByTestId("file-input").setInputFiles(Array.from({ length: 30 }, (_, number) => file(`${number}.json`, "{}")));
  await expect.poll(() => page.getByTestId("import-progress").textContent()).toMatch(/^\d+ of 30$/);
  await page.getByTestId("import-hide").click();
  await page.getByTestId("import-pill").click();
  await page.locator('[data-testid="import-tray"][data-finished="true"]').waitFor();
  expect(await page.getByTestId("import-added").textContent()).toBe("30 added");
});

it("covers the window while files are held over it", async () => {
  const page = await openWindow("badges=16");
  const hover = (over: boolean) => page.evaluate((value) => (window as unknown as { fake: { hoverDrop(over: boolean): void } }).fake.hoverDrop(value), over);
  await hover(true);
  await page.getByTestId("drop-veil").waitFor();
  await hover(false);
  await expect.poll(() => page.getByTestId("drop-veil").count()).toBe(0);
});

it("takes files that are dropped", async () => {
  const page = await openWindow("scenario=empty");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["{}"], "dropped.json"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await expect.poll(() => page.getByTestId("badge-card").count()).toBe(1);
});

it("says what went wrong where an import cannot even begin", async () => {
  const page = await openWindow("badges=16&failing=import_text");
  await page.getByTestId("add").click();
  await page.getByTestId("add-dialog").getByTestId("paste-field").fill("https://badges.example/1");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByTestId("notice").textContent()).toContain("Close the other Lapel, then try again.");
  expect(await page.getByTestId("add-dialog").count()).toBe(1);
});

it("checks a badge without keeping it, and keeps it when asked", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("open-check").click();
  await page.getByTestId("check-field").fill('{"a": 1}');
  await page.getByTestId("check-field-submit").click();
  await page.getByTestId("verdict-headline").waitFor();
  expect(await asked(page, "import_text")).toEqual([]);
  await page.getByTestId("keep").click();
  await expect.poll(() => asked(page, "import_text")).toEqual([{ text: '{"a": 1}' }]);
});

it("says for each checked file why it could not be read", async () => {
  const page = await openWindow("badges=16");
  await page.getByTestId("open-check").click();
  await page.getByTestId("check-file-input").setInputFiles([file("holiday.pdf", "%PDF"), file("good.json", "{}")]);
  await expect.poll(() => page.getByTestId("check-result").count()).toBe(2);
  expect(await page.getByTestId("check-result").first().textContent()).toContain("holiday.pdf could not be read");
  expect(await page.getByTestId("check-result").last().getByTestId("verdict-headline").count()).toBe(1);
});

it("stops an import where it is asked to, and says how far it came", async () => {
  const page = await openWindow("badges=16&delay=100");
  await page.getByTestId("file-input").setInputFiles(Array.from({ length: 60 }, (_, index) => file(`${index}.json`, "{}")));
  await page.getByTestId("import-line").first().waitFor();
  await page.getByTestId("import-cancel").click();
  await page.locator('[data-testid="import-tray"][data-finished="true"]').waitFor();
  await expect.poll(() => page.getByTestId("import-title").textContent()).toMatch(/^Stopped after [0-5]?[0-9] of 60$/);
  expect(await asked(page, "cancel_import")).toEqual([{ import: 1 }]);
});

it("brings in what is dropped, but checks it where badges are checked", async () => {
  const page = await openWindow("badges=16");
  const drop = (number: number) => page.evaluate((one) => (window as unknown as { fake: { drop: (number: number) => void } }).fake.drop(one), number);
  await drop(1);
  await expect.poll(() => asked(page, "import_drop")).toEqual([{ drop: 1, only: null }]);
  await page.getByTestId("open-check").click();
  await drop(2);
  await page.getByTestId("check-result").waitFor();
  expect(await asked(page, "check_drop")).toEqual([{ drop: 2, only: null }]);
  expect(await asked(page, "import_drop")).toHaveLength(1);
  await page.getByTestId("keep").click();
  await expect.poll(() => asked(page, "import_drop")).toContainEqual({ drop: 2, only: 0 });
  await page.getByTestId("back").click();
  await drop(3);
  await expect.poll(() => asked(page, "import_drop")).toContainEqual({ drop: 3, only: null });
});
