import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";

import { makeCheck } from "../backend/fake/data.ts";
import type { EmbeddedView, ReportView } from "../backend/types.ts";
import ReportPanel from "./ReportPanel.svelte";

const REPORT: ReportView = {
  verdict: "undecided",
  headline: "Self-asserted key: the issuer's document was not seen",
  as_of: "2026-11-23T09:41:00Z",
  checks: [
    makeCheck("integrity", "pass", "integrity.ok", "Nothing was changed."),
    makeCheck("of-the-future", "fail", "of-the-future.no", "It fails.", { contrasts: [{ place: "/a", expected: "a thing", found: "another" }] }),
  ],
  warnings: [{ code: "warning.x", detail: "A thing to know." }],
  missing: [],
  because: "It is undecided because of the future.",
  embedded: [],
};

function inner(pointer: string, verdict: string, embedded: EmbeddedView[] = [], role = "credential"): EmbeddedView {
  const report = { ...REPORT, verdict, headline: `It is ${verdict}`, embedded };
  return { pointer, role, name: `Name of ${pointer}`, card: null, credential_kind: null, art: null, report, unread: null };
}

it("says the program's own words and never its own verdict", () => {
  render(ReportPanel, { report: REPORT });
  expect(screen.getByTestId("verdict-headline").textContent).toBe(REPORT.headline);
  expect(screen.getByTestId("verdict-as-of").textContent).toMatch(/^As of Nov 23, 2026/);
  expect(screen.getByText("A thing to know.")).toBeDefined();
});

it("shows each check with its outcome in words, also checks that it does not know yet", () => {
  render(ReportPanel, { report: REPORT });
  const checks = screen.getAllByTestId("check");
  expect(checks.map((check) => check.dataset["outcome"])).toEqual(["pass", "fail"]);
  expect(checks[0]?.textContent).toContain("Passed");
  expect(checks[1]?.textContent).toContain("of-the-future");
  expect(checks[1]?.textContent).toContain("Failed");
});

it("offers to check again only where that is possible, and not twice at once", async () => {
  const { rerender } = render(ReportPanel, { report: REPORT });
  expect(screen.queryByTestId("check-again")).toBeNull();
  const onverify = vi.fn();
  await rerender({ report: REPORT, onverify });
  await fireEvent.click(screen.getByTestId("check-again"));
  expect(onverify).toHaveBeenCalledOnce();
  await rerender({ report: REPORT, onverify, verifying: true });
  expect(screen.getByTestId<HTMLButtonElement>("check-again").disabled).toBe(true);
});

it("tells what was expected, what is there, and why the verdict is what it is", () => {
  render(ReportPanel, { report: REPORT });
  const failed = screen.getAllByTestId("check")[1];
  expect(failed?.textContent).toMatch(/At\s*\/a\s*Expected\s*a thing\s*Found\s*another/);
  expect(screen.getByTestId("because").textContent).toBe(REPORT.because);
});

it("says in one quiet line what does not apply", () => {
  const idle = makeCheck("hosted", "not_applicable", "hosted.signed", "A signed badge needs no hosted copy.");
  render(ReportPanel, { report: { ...REPORT, checks: [...REPORT.checks, idle] } });
  expect(screen.getByTestId("idle-checks").textContent).toContain("The issuer’s own copy");
  expect(screen.getAllByTestId("check").map((check) => check.dataset["check"])).toEqual(["integrity", "of-the-future", "hosted"]);
});

it("counts what is inside by verdict, and shows each with its own tree", async () => {
  const unread: EmbeddedView = { ...inner("/c", ""), report: null, unread: { code: "not-json", detail: "it is no JSON" } };
  const embedded = [inner("/a", "verified"), inner("/b", "invalid", [inner("/praise", "verified", [], "endorsement")]), unread, inner("/d", "verified")];
  render(ReportPanel, { report: { ...REPORT, embedded } });
  expect(screen.getByTestId("inside-tally").textContent).toBe("4: 2 verified, 1 not valid, and 1 could not be read");
  const rows = screen.getAllByTestId("inside");
  expect(rows.map((row) => row.dataset["verdict"])).toEqual(["verified", "invalid", "unread", "verified"]);
  const second = rows[1]?.querySelector("details");
  if (second) second.open = true;
  await fireEvent(second as Element, new Event("toggle"));
  expect(screen.getByTestId("inside-endorsements").textContent).toContain("1: 1 verified");
});

it("offers to go online only where something is open for want of a document", async () => {
  const ononline = vi.fn();
  const { rerender } = render(ReportPanel, { report: REPORT, ononline });
  expect(screen.queryByTestId("check-online")).toBeNull();
  const open = makeCheck("status", "unknown", "document.unavailable", "The list is needed, but nothing is fetched.");
  await rerender({ report: { ...REPORT, embedded: [{ ...inner("/a", "undecided"), report: { ...REPORT, checks: [open] } }] }, ononline });
  await fireEvent.click(screen.getByTestId("check-online"));
  expect(ononline).toHaveBeenCalledOnce();
});
