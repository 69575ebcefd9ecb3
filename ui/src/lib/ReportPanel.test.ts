import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";

import type { ReportView } from "../backend/types.ts";
import ReportPanel from "./ReportPanel.svelte";

const REPORT: ReportView = {
  verdict: "undecided",
  headline: "Self-asserted key: the issuer's document was not seen",
  as_of: "2026-11-23T09:41:00Z",
  checks: [
    { check: "integrity", outcome: "pass", code: "integrity.ok", detail: "Nothing was changed.", documents: [] },
    { check: "of-the-future", outcome: "fail", code: "of-the-future.no", detail: "It fails.", documents: [] },
  ],
  warnings: [{ code: "warning.x", detail: "A thing to know." }],
  missing: [],
};

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
