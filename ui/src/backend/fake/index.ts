/** A made-up backend for the browser: answers the whole API from memory, for tests, pictures and work on the look. */
import type {
  AccountProgress,
  AccountView,
  ApiError,
  Backend,
  BadgeId,
  BadgeSummary,
  CheckedBadge,
  Command,
  Counts,
  Embed,
  EmbedFormat,
  ImportLine,
  ImportProgress,
  Leaving,
  LeftOut,
  LinkOffered,
  ListRequest,
  NewShare,
  Network,
  OfferSummary,
  Post,
  Preview,
  Request,
  Response,
  SelfListedView,
  Settings,
  ShareOptions,
  ShareSheet,
  ShareView,
  Target,
  WatchedFolder,
} from "../types.ts";
import { makeBadge, makeReport, type Made, type Scenario } from "./data.ts";
import { fakeImports, type Brought } from "./imports.ts";
import { QR } from "./qr.ts";

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
  /** How many files a chosen folder holds. */
  bulk: number;
  /** How many files of an import were done when the program ended; `null` where none was under way. */
  interrupted: number | null;
  /** How many self-listed achievements there are. */
  shelf: number;
  /** Whether the accounts' tokens are in the keyring or in a file; empty without accounts. */
  accounts: "" | "keyring" | "file";
  /** How many folders are watched. */
  watched: number;
  /** Whether something was shared before, on LinkedIn and Mastodon. */
  remembered: boolean;
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
    bulk: Number(given.get("bulk") ?? 5000),
    interrupted: given.has("interrupted") ? Number(given.get("interrupted")) : null,
    shelf: Number(given.get("shelf") ?? 0),
    accounts: (given.get("accounts") ?? "") as Options["accounts"],
    watched: Number(given.get("watched") ?? 0),
    remembered: given.has("remembered"),
  };
}

type Handlers = { [C in Command]: (request: Request<C>) => Promise<Response<C>> };

/** What the tests look at: everything that was asked for, in order. */
export interface FakeBackend extends Backend {
  readonly asked: { command: Command; request: unknown }[];
  hoverDrop(over: boolean): void;
  /** Lets the shell take a drop, as the real one does. */
  drop(number: number): void;
  /** Opens the app with a link, as another program does. */
  offer(offered: LinkOffered): void;
  refuse(error: ApiError): void;
}

export function fakeBackend(options: Options): FakeBackend {
  const wallet = new Map<BadgeId, Made>();
  const removed = new Map<number, Made[]>();
  const verdicts = new Map<BadgeId, string>();
  const progressListeners = new Set<(progress: ImportProgress) => void>();
  const dropListeners = new Set<(over: boolean) => void>();
  const droppedListeners = new Set<(drop: number) => void>();
  const offeredListeners = new Set<(offered: LinkOffered) => void>();
  const refusedListeners = new Set<(error: ApiError) => void>();
  const accountListeners = new Set<(progress: AccountProgress) => void>();
  const asked: FakeBackend["asked"] = [];
  let settings: Settings = { identities: ["robin@example.org"], trusted_issuers: [], offline: options.offline, appearance: options.appearance, not_valid: "ask", allowed_hosts: [], proxy: null, linkedin_organizations: options.remembered ? { "https://marine-ecology.example/issuer": "1234567", "did:web:badges.university-of-applied-seamanship-and-harbour-management.example:issuers:continuing-education": "89" } : {}, mastodon: options.remembered ? "norden.social" : null };
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

  const leftOut = (ids: BadgeId[], all: boolean): LeftOut[] =>
    ids
      .map((id) => known(id).summary)
      .filter((badge) => !all && (badge.verdict === "revoked" || badge.verdict === "invalid"))
      .map((badge) => ({ name: badge.name, standing: badge.headline }));
  const pages = (title: string, ids: BadgeId[], all: boolean): Preview => {
    const out = leftOut(ids, all);
    return { path: `1/${encodeURIComponent(title)}`, left_out: out, notes: [] };
  };
  let shares: ShareView[] = [];
  const note = ({ badges, ...share }: NewShare): void => {
    const named = badges.map((id) => ({ id, name: known(id).summary.name }));
    shares = [{ ...share, id: (shares[0]?.id ?? 0) + 1, at: new Date().toISOString(), badges: named }, ...shares];
  };

  const imports = fakeImports({
    pace: () => (options.delay > 0 ? options.delay : 4),
    tell: (progress) => {
      for (const listener of progressListeners) listener(progress);
    },
    notValid: () => settings.not_valid,
    keep: (line) => {
      const made = makeBadge(nextId++, "usual");
      const summary = { ...made.summary, name: line.name, verdict: line.verdict, headline: line.headline };
      wallet.set(summary.id, { ...made, summary });
      return summary;
    },
  });
  const begin = (brought: Brought[]): { import: number } => imports.begin(brought);
  /** A folder with everything in it that there is. */
  const folder = (files: number): Brought[] =>
    Array.from({ length: files }, (_, index) => {
      const source = `backpack-2019.zip › badges/${String(index).padStart(5, "0")}.${index % 3 === 0 ? "json" : "png"}`;
      return { source, outcome: () => ofFolder(source, index) };
    });
  const ofFolder = (source: string, index: number): ImportLine => {
    if (index % 50 === 7) return { source, outcome: "held", name: `Cooking ${index}`, verdict: index % 100 === 7 ? "invalid" : "revoked", headline: index % 100 === 7 ? "Invalid: the signature does not hold" : "Revoked by its issuer" };
    if (index % 25 === 3) return { source, outcome: "failed", error: FAILURES[Math.floor(index / 25) % FAILURES.length] as ApiError };
    if (index % 200 === 11) return { source, outcome: "self_listed", achievement: { ...selfListed(index), name: `Course certificate ${index}` }, added: true };
    const there = wallet.get(1 + (index % 16))?.summary;
    if (index % 10 === 1 && there !== undefined) return { source, outcome: "already_there", badge: there, linked: index % 20 === 1 };
    if (index % 40 === 5 && there !== undefined) return { source, outcome: "updated", badge: there };
    return add(source, makeBadge(nextId++, options.scenario === "empty" ? "usual" : options.scenario));
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

  let watched: WatchedFolder[] = Array.from({ length: options.watched }, (_, index) => watchedFolder(index));
  let listed: SelfListedView[] = Array.from({ length: options.shelf }, (_, index) => selfListed(index));
  let accounts: AccountView[] = options.accounts === "" ? [] : [fakeAccount(1, options.accounts), { ...fakeAccount(2, "keyring"), name: null, host: "backpack.aldermoor.example", kind: "badge-connect", last_synced: null, state: "signed-out" }];

  const handlers: Handlers = {
    app_info: async () => ({ version: "0.1.0", wallet: "/home/robin/.local/share/lapel", settings }),
    list_badges: async (request) => list([...wallet.values()], request),
    open_badge: async ({ id }) => detailOf(id),
    verify_badge: async ({ id }) => {
      await pause(options.delay > 0 ? options.delay : 30);
      if (known(id).summary.verdict === "undecided") verdicts.set(id, "verified");
      return detailOf(id);
    },
    import_text: async ({ text }) => text.startsWith("https:") && text.includes("/profile") ? begin([{ source: text, outcome: () => ({ source: text, outcome: "collection", listing: { title: "Badges of Robin Hale", url: text, platform: null, found: Array.from({ length: 34 }, (_, index) => `${text}/badges/${index}`), total: null, terms: text.includes("terms") ? "This platform’s terms do not allow programs to collect its pages." : null } }) }]) : begin([addText(text.startsWith("https:") ? text : "pasted text", text)]),
    import_files: async ({ files }) => begin(files.map((file) => addText(file.name, atob(file.base64)))),
    choose_files: async () => begin([addText("rust-practitioner.png", "{"), addText("badge-2.json", "{"), addText("holiday.pdf", "%PDF")]),
    choose_folder: async () => begin(folder(options.bulk)),
    import_clipboard: async () => begin([addText("https://badges.example/from-clipboard", "https:")]),
    take_link: async ({ offer }) => begin([addText(`offer ${offer}`, "https:")]),
    import_samples: async () =>
      begin([1, 8, 12].map((number) => ({ source: `sample ${number}`, outcome: () => add(`sample-${number}.png`, makeBadge(number, "usual")) }))),
    import_drop: async ({ drop }) => begin([addText(`dropped-${drop}.json`, "{")]),
    cancel_import: async ({ import: id }) => {
      imports.cancel(id);
      return {};
    },
    pause_import: async ({ import: id }) => {
      imports.pause(id);
      return {};
    },
    resume_import: async ({ import: id }) => {
      imports.resume(id);
      return { import: id };
    },
    decide_import: async ({ import: id, keep, remember }) => {
      if (remember) settings = { ...settings, not_valid: keep ? "keep" : "leave_out" };
      imports.decide(id, keep);
      return { import: id };
    },
    undo_import: async ({ import: id }) => {
      const badges = imports.undo(id);
      const token = nextToken++;
      removed.set(
        token,
        badges.flatMap((badge) => wallet.get(badge.id) ?? []),
      );
      for (const badge of badges) wallet.delete(badge.id);
      return { token, removed: badges.length, reverted: imports.report(id).counts.updated };
    },
    import_list: async ({ url }) => begin(Array.from({ length: 34 }, (_, index) => addText(`${url}/badges/${index}`, "{"))),
    unfinished_imports: async () => imports.unfinished(),
    import_report: async ({ import: id }) => imports.report(id),
    import_report_text: async ({ import: id }) => ({ text: imports.reportText(id) }),
    import_lines: async ({ import: id, outcome, offset, limit }) => imports.lines(id, outcome, offset, limit),
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
    share_badge: async ({ id, options }) => shareSheet(detailOf(id), known(id).art, { ...options, mastodon: options.mastodon ?? settings.mastodon }, settings),
    save_share: async ({ what }) => ({ path: `/home/robin/Downloads/${{ qr_svg: "qr.svg", qr_png: "qr.png", signature_mail: "signature.eml" }[what]}` }),
    save_page: async ({ id }) => ({ path: `/home/robin/Documents/badge-${id}.html` }),
    check_page: async ({ url }) => {
      await pause(options.delay > 0 ? options.delay : 20);
      return url.includes("gone") ? { state: "gone", why: "The host has no such page any more (404)." } : { state: "answers", moved_to: null };
    },
    save_badge: async ({ id, format }) => ({ path: `/home/robin/Downloads/badge-${id}.${format === "original" ? "png" : format}` }),
    present_badges: async ({ ids, domain }) => {
      note({ target: "presentation", place: domain === "" ? null : domain, badges: ids, personal: [] });
      return { path: "/home/robin/Documents/presentation.json" };
    },
    preview_cv: async ({ ids, options: wanted }) => pages(wanted.name ?? "CV", ids, wanted.include_void),
    save_cv: async ({ ids, options: wanted, format }) => ({ path: `/home/robin/Documents/cv.${format}`, left_out: leftOut(ids, wanted.include_void), notes: [] }),
    preview_portfolio: async ({ ids, title, base_url, include_void }) => {
      if (base_url !== null && !base_url.startsWith("http")) throw failure("portfolio.base-url", `“${base_url}” is not the address of a site.`, "Write it as https://ada.example/badges/, or leave it out.");
      return pages(title, ids, include_void);
    },
    save_portfolio: async ({ ids, include_void }) => ({ path: "/home/robin/Sites/badges", left_out: leftOut(ids, include_void), notes: [] }),
    // Every fifth badge is by an issuer that signs each statement by itself.
    badge_parts: async ({ id }) =>
      id % 5 === 0
        ? [
            { pointer: "/issuer", place: "issuer", value: known(id).summary.issuer, mandatory: true },
            { pointer: "/credentialSubject/achievement/name", place: "credentialSubject › achievement › name", value: known(id).summary.name, mandatory: false },
            { pointer: "/credentialSubject/birthDate", place: "credentialSubject › birthDate", value: "1998-04-12", mandatory: false },
          ]
        : [],
    list_shares: async ({ badge, before, limit }) =>
      shares
        .filter((share) => (badge === null || share.badges.some((one) => one.id === badge)) && (before === null || share.id < before))
        .slice(0, limit),
    note_share: async (share) => {
      note(share);
      return {};
    },
    forget_shares: async ({ shares: wanted }) => {
      const before = shares.length;
      shares = wanted === null ? [] : shares.filter((share) => !wanted.includes(share.id));
      return { forgotten: before - shares.length };
    },
    open_link: async () => ({}),
    copy_text: async () => ({}),
    save_settings: async (wanted) => (settings = checkedSettings(wanted)),
    watched_folders: async () => watched,
    watch_folder: async () => (watched = [...watched, watchedFolder(watched.length)]),
    unwatch_folder: async ({ id }) => (watched = watched.filter((one) => one.id !== id)),
    pause_watching: async ({ id, paused }) => (watched = watched.map((one) => (one.id === id ? { ...one, state: paused ? "paused" : "watching" } : one))),
    self_listed: async () => listed,
    remove_self_listed: async ({ id }) => {
      listed = listed.filter((one) => one.id !== id);
      return {};
    },
    accounts: async () => accounts,
    begin_account: async ({ text }) => {
      await pause(options.delay > 0 ? options.delay : 20);
      const host = /^(?:https:\/\/)?([^/]+)/.exec(text)?.[1] ?? text;
      if (!host.includes(".")) throw failure("account.no-host", `“${text}” is not the address of a host.`, "Write it as in the browser, such as https://badges.example.");
      return { connecting: 1, kind: "ob3", sign_in_host: `login.${host}` };
    },
    connect_account: async () => {
      await pause(options.delay > 0 ? options.delay * 4 : 60);
      const account = { ...fakeAccount(accounts.length + 1, options.accounts), last_synced: null };
      accounts = [...accounts, account];
      return account;
    },
    sync_account: async ({ id }) => {
      for (const received of [0, 100, 200, 300]) {
        await pause(options.delay > 0 ? options.delay : 10);
        for (const listener of accountListeners) listener({ account: id, received, total: 300 });
      }
      accounts = accounts.map((one) => (one.id === id ? { ...one, last_synced: new Date().toISOString() } : one));
      return { account: fakeAccount(id, options.accounts), received: 300, added: 12, already_there: 288, failed: 0, lines: [], error: null };
    },
    disconnect_account: async ({ id }) => {
      accounts = accounts.filter((one) => one.id !== id);
      return { account: fakeAccount(id, options.accounts), untold: null };
    },
    read_offer: async () => ({
      issuer: "https://issuer.example",
      host: "issuer.example",
      credentials: ["Master of Seamanship", "Harbour pilot, second class"],
      pin: { numeric: true, length: 6, description: null },
    }),
    accept_offer: async ({ pin }) => {
      if (pin !== "493536") throw failure("offer.wrong-pin", "The issuer did not accept the PIN.", "Look for the PIN in the issuer’s message, and try again.");
      const lines = [add("issuer.example", makeBadge(nextId++, "usual")), add("issuer.example", makeBadge(nextId++, "usual"))] as OfferSummary["lines"];
      return { host: "issuer.example", lines, missing: [] };
    },
  };

  if (options.interrupted !== null) imports.interrupted(folder(options.bulk), options.interrupted);
  return {
    asked,
    async call(command, request) {
      asked.push({ command, request });
      if (options.delay > 0) await pause(options.delay);
      if (options.failing.includes(command)) {
        throw OWN_FAILURES[command] ?? failure("wallet.busy", "The wallet is in use by another program.", "Close the other Lapel, then try again.");
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
    onLinkOffered(listener) {
      offeredListeners.add(listener);
      return () => offeredListeners.delete(listener);
    },
    onLinkRefused(listener) {
      refusedListeners.add(listener);
      return () => refusedListeners.delete(listener);
    },
    onAccountProgress(listener) {
      accountListeners.add(listener);
      return () => accountListeners.delete(listener);
    },
    offer(offered) {
      for (const listener of offeredListeners) listener(offered);
    },
    refuse(error) {
      for (const listener of refusedListeners) listener(error);
    },
    // The page's policy lets the real protocol alone be framed.
    previewUrl: () => "about:blank",
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

/** The settings as the program keeps them: numbers are numbers, and an instance is a host. */
function checkedSettings(wanted: Settings): Settings {
  for (const number of Object.values(wanted.linkedin_organizations)) {
    if (!/^\d{1,20}$/.test(number)) throw failure("share.bad-organization", `“${number}” is no number of a LinkedIn page.`, "It has digits only, 20 at most: LinkedIn shows it in the address of the page to whoever manages it.");
  }
  if (wanted.mastodon === null) return wanted;
  const host = /^(?:https:\/\/)?(?:@?[^@/]+@)?([^/@:]+\.[^/@:]+)(?:\/.*)?$/.exec(wanted.mastodon)?.[1];
  if (host === undefined) throw failure("share.bad-instance", `“${wanted.mastodon}” is no Mastodon instance.`, "Name its host, such as mastodon.social.");
  return { ...wanted, mastodon: host };
}

/** How commands fail that fail in a way of their own. */
const OWN_FAILURES: Partial<Record<Command, ApiError>> = {
  save_page: failure("share.page-not-in-this-build", "Self-verifying pages are not available in this build of Lapel.", "Whoever built this Lapel can add it: rustup target add wasm32-unknown-unknown, then build again."),
};

const FAILURES: ApiError[] = [
  failure("import.png-without-badge", "This is a PNG image with no badge in it.", "Download the badge itself from its issuer: a screenshot or a preview carries none."),
  failure("import.not-strict-json", "The JSON of this badge is broken: it ends in the middle of a text.", "Download it again."),
  failure("fetch.timeout", "The badge is at https://badges.old-host.example/1, and could not be fetched: the host did not answer in time.", "Try again later."),
  failure("import.too-large", "This is too large for a badge.", "Check that it is a badge; pictures and other files do not belong here."),
  failure("import.no-recipient", "Nothing in this file names a badge.", ""),
];

function watchedFolder(index: number): WatchedFolder {
  const paths = ["/home/robin/Downloads", "/media/robin/USB-STICK/certificates and other proofs of participation from the years 2009 to 2024/backpack", "/home/robin/Nextcloud/Badges"];
  const state = ["watching", "unreachable", "paused"][index % 3] as string;
  const trouble = state === "unreachable" ? failure("watch.unreachable", `“${paths[1] ?? ""}” cannot be read now: no such file or directory.`, "Connect its disk or network, or give yourself the right to read it. Lapel keeps trying.") : null;
  return { id: index + 1, path: paths[index % 3] as string, added_at: "2026-11-20T09:00:00Z", state, files: trouble === null ? 412 : 0, too_many: false, trouble };
}

function selfListed(index: number): SelfListedView {
  const [name, issuer, url] = [
    ["Azure Fundamentals", "Microsoft Learn", "https://learn.microsoft.com/api/credentials/share/en-us/robin-1/0A1B2C3D"],
    ["Machine Learning: Supervised Learning, Regression and Classification with Applications in the Humanities and Social Sciences", "Coursera", "https://www.coursera.org/verify/ABCDEF123456"],
    ["Trailhead Ranger", "Trailhead", "https://www.salesforce.com/trailblazer/robin"],
    ["First aid (refresher)", "LinkedIn’s Certifications.csv", ""],
  ][index % 4] as [string, string, string];
  return {
    id: index + 1,
    name,
    issuer: url === "" ? null : issuer,
    url: url === "" ? null : url,
    issued_on: index % 2 === 0 ? "2025-03-14" : url === "" ? "March 2025" : null,
    expires_on: null,
    credential_id: index % 4 === 0 ? "A1B2-C3D4" : null,
    source: url === "" ? "Certifications.csv" : url,
    added_at: "2026-11-21T10:00:00Z",
  };
}

function fakeAccount(id: number, secrets: string): AccountView {
  return {
    id,
    kind: "ob3",
    host: "badges.nordhaven.example",
    base: "https://badges.nordhaven.example",
    name: "Robin Hale",
    state: "connected",
    scopes: ["credential.readonly"],
    added_at: "2026-11-01T10:00:00Z",
    last_synced: new Date(Date.now() - 7_200_000).toISOString(),
    warning: secrets === "file" ? "This computer has no keyring, so the access to this account is kept in a file beside the wallet. Whoever can read your files can use it." : null,
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

/** What the program would make of a badge, in short: the real texts are tested where they are written. */
function shareSheet({ card, report }: ReturnType<Made["detail"]>, art: string | null, options: ShareOptions, settings: Settings): ShareSheet {
  const own = options.page !== null && /^https:\/\/[^/]+\.[^/]+/.test(options.page) ? options.page : null;
  const page = own ?? card.public_url;
  const organization = card.issuer.id === null ? undefined : settings.linkedin_organizations[card.issuer.id];
  const isVoid = ["revoked", "invalid"].includes(report.verdict);
  const verified = options.say_verified && report.verdict === "verified" ? report.as_of.slice(0, 10) : null;
  const words = verified === null ? (report.verdict === "verified" || report.verdict === "undecided" ? null : report.headline) : `Verified on ${verified}`;
  const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const query = new URLSearchParams({ startTask: "CERTIFICATION_NAME", name: card.name });
  query.set(organization === undefined ? "organizationName" : "organizationId", organization ?? card.issuer.name);
  if (page !== null) query.set("certUrl", page);
  const id = options.leave_out_id ? null : "ME-2026-0042";
  if (id !== null) query.set("certId", id);
  const text = [options.words?.trim() ?? `I earned the badge “${card.name}” from ${card.issuer.name}.`, words, page].filter((part) => part !== null).join("\n");
  const post = (network: Network, limit: number | null, url: string | null, note: string | null = null): Post => {
    const alone = network === "linkedin" || network === "facebook";
    const long = limit !== null && text.length > limit;
    return { network, limit, url: long ? null : url, note: long ? `${network} takes ${limit} characters at most.` : note, text: alone ? "" : text, count: alone ? 0 : text.length };
  };
  const shared = encodeURIComponent(text);
  const onPage = (network: Network, url: string): Post => post(network, null, page === null ? null : url + encodeURIComponent(page), page === null ? "It shows a page, and this badge has none." : "It takes title and picture from that page.");
  const posts: Post[] = [
    onPage("linkedin", "https://www.linkedin.com/sharing/share-offsite/?url="),
    post("x", 280, `https://x.com/intent/post?text=${shared}`),
    onPage("facebook", "https://www.facebook.com/sharer/sharer.php?u="),
    post("bluesky", 300, `https://bsky.app/intent/compose?text=${shared}`),
    post("mastodon", 500, options.mastodon === null ? null : `https://${options.mastodon}/share?text=${shared}`, options.mastodon === null ? "Say where your account is, such as mastodon.social." : null),
    post("whatsapp", null, `https://api.whatsapp.com/send?text=${shared}`),
    post("telegram", null, page === null ? null : `https://t.me/share/url?url=${encodeURIComponent(page)}&text=${shared}`),
    post("email", null, `mailto:?body=${shared}`),
  ];
  const img = (side: number): string => (art === null ? "" : `<img src="${escape(art)}" width="${side}" height="${side}" alt="" style="display:block;flex:0 0 auto;width:${side}px;height:${side}px;object-fit:contain">`);
  const colours = { light: "color-scheme:light;border-color:#d9d9de;background-color:#ffffff;color:#1d1d1f", dark: "color-scheme:dark;border-color:#3f3f46;background-color:#1c1c1f;color:#f3f3f5", automatic: "color-scheme:light dark;border-color:light-dark(#d9d9de,#3f3f46);background-color:light-dark(#ffffff,#1c1c1f);color:light-dark(#1d1d1f,#f3f3f5)" }[options.theme];
  const lines = [`<span dir="auto" style="display:block;font-weight:600;font-size:17px">${escape(card.name)}</span>`, `<span dir="auto" style="display:block">${escape(card.issuer.name)}, <span style="white-space:nowrap">2026-03-14</span></span>`, ...(words === null ? [] : [`<span dir="auto" style="display:block;font-weight:600">${escape(words)}</span>`])];
  const note = options.picture_inside ? "The picture is inside the snippet; mail and some editors remove it." : "The picture is loaded from badges.example whenever somebody reads it.";
  const embed = (format: EmbedFormat, text: string, note: string | null): Embed => ({ format, text, note });
  const claims = [
    embed("signature", `<table cellpadding="0" cellspacing="0" border="0" role="presentation"><tr><td width="76" style="padding:0 12px 0 0">${img(64)}</td><td style="font-family:Arial,Helvetica,sans-serif;font-size:13px;line-height:18px"><strong style="color:#0b57d0">${escape(card.name)}</strong><br>${escape(card.issuer.name)}, 2026-03-14${words === null ? "" : `<br>${escape(words)}`}</td></tr></table>`, note),
    embed("signature_text", [`${card.name}, ${card.issuer.name}, 2026-03-14`, words, page].filter((part) => part !== null).join("\n"), null),
  ];
  const behind = page === null ? null : "The page behind the link may name you.";
  const nothing = (target: Target): Leaving => ({ target, personal: [], note: behind });
  const signed = { removable: false, why: "It is signed: without it the proof would not hold." };
  const whole = (target: Target): Leaving => ({
    target,
    note: null,
    personal: [
      { what: "Name of the recipient", value: "Robin Hale", ...signed },
      { what: "Mail address", value: "robin@example.org", ...signed },
      { what: "Evidence", value: card.evidence[0]?.url ?? "", ...signed },
    ],
  });
  return {
    standing: words ?? report.headline,
    linkedin: isVoid ? null : {
      url: `https://www.linkedin.com/profile/add?${query.toString().replaceAll("+", "%20")}`,
      fields: [
        { name: "Name", value: card.name },
        { name: "Issuing organization", value: card.issuer.name },
        { name: "Issue date", value: "March 2026" },
        ...(id === null ? [] : [{ name: "Credential ID", value: id }]),
        ...(page === null ? [] : [{ name: "Credential URL", value: page }]),
        { name: "Skills", value: card.tags.join(", ") },
      ],
    },
    posts: isVoid ? [] : posts,
    not_claimed: isVoid ? `Nobody can claim this badge: ${report.headline.toLowerCase()}. Its files and snippets say so.` : null,
    page,
    page_refused: options.page !== null && own === null ? "That is no page that anybody can open: it has to begin with https:// and name a public host." : null,
    public_url: card.public_url,
    qr: page === null || page.length > 2000 ? null : { link: page, level: "H", svg: QR },
    qr_refused: page !== null && page.length > 2000 ? "The link is too long for a QR code." : null,
    embeds: [
      embed("html", `<figure style="box-sizing:border-box;max-width:416px;margin:0;padding:16px;border-radius:12px;border-width:1px;border-style:solid;${colours};font:15px/1.45 system-ui,sans-serif"><div style="display:flex;flex-wrap:wrap;gap:16px;align-items:center">${img(96)}<span style="flex:1 1 160px;min-width:0;overflow-wrap:anywhere">${lines.join("")}</span></div></figure>`, note),
      embed("html_badge", `<span style="box-sizing:border-box;display:inline-block;max-width:192px;text-align:center;font:14px/1.4 system-ui,sans-serif;${colours}">${img(160)}${words === null ? "" : `<span dir="auto" style="display:block;margin-top:8px">${escape(words)}</span>`}</span>`, note),
      embed("markdown", `[${escape(card.name)}](${page ?? ""}), ${escape(card.issuer.name)}`, note),
      embed("bbcode", `[b]${card.name.replace(/[[\]]/g, "")}[/b]\n${card.issuer.name}`, note),
      embed("rst", `\`${card.name.replaceAll("`", "")} <${page ?? ""}>\`__`, note),
      embed("asciidoc", `link:${page ?? ""}[${card.name.replace(/[[\]]/g, "")}]`, note),
      ...(own === null ? [] : [embed("iframe", `<iframe src="${escape(own)}" title="${escape(card.name)}" width="100%" height="640" sandbox="allow-scripts"></iframe>`, "It shows the page at that address to everybody who reads yours.")]),
      ...(isVoid ? [] : claims),
    ],
    downloads: [
      { format: "original", file_name: "badge.png", available: true, note: "The very bytes that you brought in." },
      { format: "png", file_name: "badge.png", available: true, note: "The picture with the credential inside: other wallets and validators read it." },
      { format: "svg", file_name: "badge.svg", available: true, note: "The picture in an SVG, with the credential inside: other wallets and validators read it." },
      { format: "json", file_name: "badge.json", available: true, note: "The credential alone, as it was signed." },
      { format: "jwt", file_name: "badge.jwt", available: false, note: "This credential is JSON; only its issuer could sign it as a JWT." },
    ],
    leaving: [
      { ...nothing("linkedin"), personal: id === null ? [] : [{ what: "Credential ID", value: id, removable: true, why: "LinkedIn does not ask for it." }] },
      nothing("post"),
      nothing("link"),
      nothing("embed"),
      nothing("signature"),
      whole("page"),
      whole("files"),
    ],
    verified_on: verified,
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
