/** A made-up backend for the browser: answers the whole API from memory, for tests, pictures and work on the look. */
import type {
  ApiError,
  Backend,
  BadgeId,
  BadgeSummary,
  CheckedBadge,
  Command,
  Counts,
  ImportLine,
  ImportProgress,
  ListRequest,
  Request,
  Response,
  Settings,
  ShareSheet,
} from "../types.ts";
import { makeBadge, makeReport, type Made, type Scenario } from "./data.ts";

/** How the made-up wallet behaves; from the page's address (`?badges=10000&scenario=names`). */
export interface Options {
  badges: number;
  scenario: Scenario;
  /** Commands that fail. */
  failing: string[];
  /** Milliseconds that every answer takes. */
  delay: number;
  appearance: string;
  offline: boolean;
}

export function optionsFrom(search: string): Options {
  const given = new URLSearchParams(search);
  const scenario = (given.get("scenario") ?? "usual") as Scenario;
  return {
    scenario,
    badges: scenario === "empty" ? 0 : Number(given.get("badges") ?? (scenario === "kinds" ? 7 : 16)),
    failing: given.getAll("failing"),
    delay: Number(given.get("delay") ?? 0),
    appearance: given.get("appearance") ?? "system",
    offline: given.has("offline"),
  };
}

type Handlers = { [C in Command]: (request: Request<C>) => Promise<Response<C>> };

/** What the tests look at: everything that was asked for, in order. */
export interface FakeBackend extends Backend {
  readonly asked: { command: Command; request: unknown }[];
  hoverDrop(over: boolean): void;
  /** Lets the shell take a drop, as the real one does. */
  drop(number: number): void;
}

export function fakeBackend(options: Options): FakeBackend {
  const wallet = new Map<BadgeId, Made>();
  const removed = new Map<number, Made[]>();
  const verdicts = new Map<BadgeId, string>();
  const progressListeners = new Set<(progress: ImportProgress) => void>();
  const dropListeners = new Set<(over: boolean) => void>();
  const droppedListeners = new Set<(drop: number) => void>();
  const stopping = new Set<number>();
  const asked: FakeBackend["asked"] = [];
  let settings: Settings = { identities: ["robin@example.org"], trusted_issuers: [], offline: options.offline, appearance: options.appearance, allowed_hosts: [], proxy: null };
  let nextImport = 1;
  let nextToken = 1;
  let nextId = options.badges + 1;
  for (let id = 1; id <= options.badges; id++) wallet.set(id, makeBadge(id, options.scenario));

  const known = (id: BadgeId): Made => {
    const made = wallet.get(id);
    if (made === undefined) throw failure("badge.not-found", `There is no badge b${id} in this wallet.`, "It may have been removed. Go back to the badges.");
    return made;
  };
  const detailOf = (id: BadgeId) => {
    const made = known(id);
    const detail = made.detail();
    const verdict = verdicts.get(id);
    const host = new URL(detail.card.issuer.url ?? "https://issuer.example").host;
    return verdict === undefined ? detail : { ...detail, report: makeReport(verdict, host, new Date().toISOString()) };
  };

  const begin = (sources: { source: string; outcome: () => ImportLine }[]): { import: number } => {
    const id = nextImport++;
    const total = sources.length;
    const tell = (progress: ImportProgress): void => {
      for (const listener of progressListeners) listener(progress);
    };
    void (async () => {
      await pause(options.delay);
      tell({ import: id, done: 0, total, line: null, finished: false });
      let done = 0;
      for (const [index, { outcome }] of sources.entries()) {
        if (stopping.has(id)) break;
        done = index + 1;
        await pause(options.delay > 0 ? options.delay : 4);
        tell({ import: id, done: index + 1, total, line: outcome(), finished: false });
      }
      tell({ import: id, done, total, line: null, finished: true });
    })();
    return { import: id };
  };
  const add = (source: string, made: Made): ImportLine => {
    wallet.set(made.summary.id, made);
    return { source, outcome: "added", badge: made.summary };
  };
  const addText = (source: string, text: string) => ({
    source,
    outcome: (): ImportLine => {
      const error = unreadable(source, text);
      if (error !== null) return { source, outcome: "failed", error };
      const there = /badge-(\d+)/.exec(source)?.[1];
      const badge = there === undefined ? undefined : wallet.get(Number(there))?.summary;
      if (badge !== undefined) return { source, outcome: "already_there", badge, linked: false };
      return add(source, makeBadge(nextId++, options.scenario === "empty" ? "usual" : options.scenario));
    },
  });

  const checked = (source: string, text: string): CheckedBadge => {
    const error = unreadable(source, text);
    if (error !== null) throw error;
    const made = makeBadge(1 + (text.length % 14), options.scenario === "empty" ? "usual" : options.scenario);
    const { card, credential_kind, report } = made.detail();
    return { source, kind: text.startsWith("https:") ? "url" : "json", card, credential_kind, report, art: made.art };
  };

  const handlers: Handlers = {
    app_info: async () => ({ version: "0.1.0", wallet: "/home/robin/.local/share/lapel", settings }),
    list_badges: async (request) => list([...wallet.values()], request),
    open_badge: async ({ id }) => detailOf(id),
    verify_badge: async ({ id }) => {
      await pause(options.delay > 0 ? options.delay : 30);
      if (known(id).summary.verdict === "undecided") verdicts.set(id, "verified");
      return detailOf(id);
    },
    import_text: async ({ text }) => begin([addText(text.startsWith("https:") ? text : "pasted text", text)]),
    import_files: async ({ files }) => begin(files.map((file) => addText(file.name, atob(file.base64)))),
    choose_files: async () => begin([addText("rust-practitioner.png", "{"), addText("badge-2.json", "{"), addText("holiday.pdf", "%PDF")]),
    import_samples: async () =>
      begin([1, 8, 12].map((number) => ({ source: `sample ${number}`, outcome: () => add(`sample-${number}.png`, makeBadge(number, "usual")) }))),
    import_drop: async ({ drop }) => begin([addText(`dropped-${drop}.json`, "{")]),
    cancel_import: async ({ import: id }) => {
      stopping.add(id);
      return {};
    },
    check_drop: async ({ drop }) => [{ source: `dropped-${drop}.json`, result: checked(`dropped-${drop}.json`, "{}") }],
    check_text: async ({ text }) => [checked(text.startsWith("https:") ? text : "pasted text", text)],
    check_files: async ({ files }) =>
      files.map((file) => {
        try {
          return { source: file.name, result: checked(file.name, atob(file.base64)) };
        } catch (error) {
          return { source: file.name, result: error as ApiError };
        }
      }),
    remove_badges: async ({ ids }) => {
      const token = nextToken++;
      removed.set(
        token,
        ids.flatMap((id) => wallet.get(id) ?? []),
      );
      for (const id of ids) wallet.delete(id);
      return { token, removed: removed.get(token)?.length ?? 0 };
    },
    restore_badges: async ({ token }) => {
      const back = removed.get(token) ?? [];
      removed.delete(token);
      for (const made of back) wallet.set(made.summary.id, made);
      return { restored: back.length };
    },
    share_badge: async ({ id, verified_statement }) => shareSheet(detailOf(id), known(id).art, verified_statement),
    save_badge: async ({ id, format }) => ({ path: `/home/robin/Downloads/badge-${id}.${format === "original" ? "png" : format}` }),
    open_link: async () => ({}),
    copy_text: async () => ({}),
    save_settings: async (wanted) => (settings = wanted),
  };

  return {
    asked,
    async call(command, request) {
      asked.push({ command, request });
      if (options.delay > 0) await pause(options.delay);
      if (options.failing.includes(command)) {
        throw failure("wallet.busy", "The wallet is in use by another program.", "Close the other Lapel, then try again.");
      }
      return handlers[command](request);
    },
    onImportProgress(listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    onDropHover(listener) {
      dropListeners.add(listener);
      return () => dropListeners.delete(listener);
    },
    onDropped(listener) {
      droppedListeners.add(listener);
      return () => droppedListeners.delete(listener);
    },
    artUrl: (digest) => wallet.get(Number(digest.replace("fake-", "")))?.art ?? "data:,",
    takesDrops: false,
    drop(number) {
      for (const listener of droppedListeners) listener(number);
    },
    hoverDrop(over) {
      for (const listener of dropListeners) listener(over);
    },
  };
}

function list(all: Made[], { query, verdicts, issuer, sort, offset, limit }: ListRequest) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(
    ({ summary, text }) =>
      words.every((word) => text.includes(word)) &&
      (verdicts.length === 0 || verdicts.includes(summary.verdict)) &&
      (issuer === null || summary.issuer === issuer),
  );
  const key: Record<string, (badge: BadgeSummary) => string> = { name: (b) => b.name, issuer: (b) => b.issuer };
  const text = key[sort];
  if (text !== undefined) found.sort((a, b) => text(a.summary).localeCompare(text(b.summary)));
  else if (sort === "issued") found.sort((a, b) => (b.summary.issued_on ?? "").localeCompare(a.summary.issued_on ?? ""));
  else found.sort((a, b) => b.summary.added_at.localeCompare(a.summary.added_at));
  return { badges: found.slice(offset, offset + limit).map((made) => made.summary), total: found.length, counts: count(all) };
}

function count(all: Made[]): Counts {
  const counts: Counts = { all: all.length, verified: 0, expired: 0, revoked: 0, invalid: 0, undecided: 0, issuers: [] };
  const issuers = new Map<string, number>();
  for (const { summary } of all) {
    counts[summary.verdict as "verified"]++;
    issuers.set(summary.issuer, (issuers.get(summary.issuer) ?? 0) + 1);
  }
  counts.issuers = [...issuers].map(([name, badges]) => ({ name, badges })).sort((a, b) => b.badges - a.badges || a.name.localeCompare(b.name));
  return counts;
}

function shareSheet({ card, report }: ReturnType<Made["detail"]>, art: string | null, statement: boolean): ShareSheet {
  const query = new URLSearchParams({ startTask: "CERTIFICATION_NAME", name: card.name, organizationName: card.issuer.name });
  if (card.public_url !== null) query.set("certUrl", card.public_url);
  const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const date = statement && report.verdict === "verified" ? report.as_of.slice(0, 10) : null;
  const caption = [card.name, card.issuer.name, ...(date === null ? [] : [`Verified on ${date}`])].map(escape);
  return {
    linkedin: {
      url: `https://www.linkedin.com/profile/add?${query.toString().replaceAll("+", "%20")}`,
      fields: [
        { name: "Name", value: card.name },
        { name: "Issuing organization", value: card.issuer.name },
        { name: "Issue date", value: "March 2026" },
        ...(card.public_url === null ? [] : [{ name: "Credential URL", value: card.public_url }]),
        { name: "Skills", value: card.tags.join(", ") },
      ],
    },
    post_url: card.public_url === null ? null : `https://www.linkedin.com/sharing/share-offsite/?url=${encodeURIComponent(card.public_url)}`,
    public_url: card.public_url,
    embeds: [
      {
        format: "html",
        text: `<figure style="display:inline-block;margin:0;width:192px;text-align:center;font:14px/1.4 system-ui,sans-serif">${art === null ? "" : `<img src="${escape(art)}" width="160" height="160" alt="${escape(card.name)}" style="object-fit:contain">`}<span style="display:block;margin-top:8px">${caption.join("<br>")}</span></figure>`,
        note: "The picture is inside the snippet; mail and some editors remove it.",
      },
      { format: "markdown", text: `[${escape(card.name)}](${card.public_url ?? ""}), ${escape(card.issuer.name)}`, note: null },
    ],
    downloads: [
      { format: "original", file_name: "badge.png", available: true, note: "The very bytes that were brought in." },
      { format: "png", file_name: "badge.png", available: true, note: "Shows as a picture everywhere; other wallets read it." },
      { format: "svg", file_name: "badge.svg", available: false, note: "The badge’s art is not an SVG." },
      { format: "json", file_name: "badge.json", available: true, note: "For wallets and verifiers." },
      { format: "jwt", file_name: "badge.jwt", available: false, note: "This credential is not signed as a JWT." },
    ],
    personal_data: [
      { what: "Name of the recipient", value: "Robin Hale" },
      { what: "Mail address", value: "robin@example.org" },
      { what: "Evidence", value: card.evidence[0]?.url ?? "" },
    ],
    verified_on: date,
  };
}

function unreadable(source: string, text: string): ApiError | null {
  if (text.startsWith("%PDF")) return failure("import.not-a-badge", "This is a PDF without a badge in it.", "Ask the issuer for the badge’s image or its JSON file.");
  if (text.startsWith("{") || text.startsWith("https:") || text.startsWith("ey") || text.startsWith("\x89PNG") || text.startsWith("<svg")) return null;
  return failure("import.not-a-badge", `“${source}” looks like plain text, not like a badge.`, "Badges are PNG, SVG, JSON or JWT files, or the link to one.");
}

function failure(code: string, message: string, hint: string): ApiError {
  return { code, message, hint };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
