import type { EmbeddedView, ReportView } from "../backend/types.ts";

/** The verdict of a credential inside another; one that could not be read has none. */
export function verdictOf(inner: EmbeddedView): string {
  return inner.report?.verdict ?? "unread";
}

const ORDER = ["verified", "expired", "revoked", "invalid", "undecided", "unread"];

/** How many came to each verdict, in a fixed order; none that is zero. */
export function tally(embedded: EmbeddedView[]): { verdict: string; count: number }[] {
  return ORDER.map((verdict) => ({ verdict, count: embedded.filter((inner) => verdictOf(inner) === verdict).length })).filter(
    ({ count }) => count > 0,
  );
}

const NEEDS_NETWORK = ["document.missing", "document.unavailable", "key.self-asserted", "status.list-stale"];

/** Whether something in it, or inside it, stays open only for want of a document. */
export function wantsDocuments(report: ReportView): boolean {
  return (
    report.missing.length > 0 ||
    report.checks.some((check) => check.outcome === "unknown" && NEEDS_NETWORK.includes(check.code)) ||
    report.embedded.some((inner) => inner.report !== null && wantsDocuments(inner.report))
  );
}
