/**
 * What the window can show, and the program does not tell of yet: self-listed achievements, pages with many badges, accounts
 * and offers of credentials. Each of these moves to `src/bindings` with the command that gives it; of `COMING` the real
 * backend has none.
 */
import type { ApiError } from "../bindings/ApiError.ts";
import type { ImportLine } from "../bindings/ImportLine.ts";
import type { Nothing } from "../bindings/Nothing.ts";
import type { Started } from "../bindings/Started.ts";

/** An achievement whose page carries no proof. Dates are as they were written. */
export interface SelfListed {
  id: number;
  name: string;
  issuer: string | null;
  url: string | null;
  issued_on: string | null;
  expires_on: string | null;
  credential_id: string | null;
  source: string;
  added_at: string;
}

/** A host that badges are fetched from. */
export interface Account {
  id: number;
  /** `badge-connect` or `ob3`. */
  kind: string;
  host: string;
  base: string;
  name: string | null;
  /** `connected` or `signed-out`. */
  state: string;
  scopes: string[];
  added_at: string;
  last_synced: string | null;
  /** What to know about how its tokens are kept. */
  warning: string | null;
}

/** A host that is ready to be connected: nothing is opened in the browser yet. */
export interface Connecting {
  connecting: number;
  host: string;
  kind: string;
  sign_in_host: string;
}

/** How far the reading of an account is. */
export interface SyncProgress {
  account: number;
  received: number;
  total: number | null;
}

export interface SyncSummary {
  account: Account;
  received: number;
  added: number;
  already_there: number;
  failed: number;
  error: ApiError | null;
}

export interface Disconnected {
  account: Account;
  /** Why the host could not be told. */
  untold: ApiError | null;
}

/** What an issuer offers, once it was asked. */
export interface OfferView {
  issuer: string;
  host: string;
  credentials: string[];
  pin: { numeric: boolean; length: number | null; description: string | null } | null;
}

export interface OfferSummary {
  host: string;
  lines: ImportLine[];
  missing: ApiError[];
}

export type ComingOutcome =
  | { outcome: "self_listed"; name: string }
  | { outcome: "collection"; title: string; url: string; found: number; terms: string | null };

export interface ComingCounts {
  self_listed?: number;
}

export interface ComingApi {
  import_collection: [{ import: number; url: string }, Started];
  self_listed: [Nothing, SelfListed[]];
  remove_self_listed: [{ id: number }, Nothing];
  accounts: [Nothing, Account[]];
  begin_account: [{ text: string }, Connecting];
  connect_account: [{ connecting: number }, Account];
  sync_account: [{ id: number }, SyncSummary];
  disconnect_account: [{ id: number }, Disconnected];
  read_offer: [{ offer: number }, OfferView];
  accept_offer: [{ offer: number; pin: string | null }, OfferSummary];
}

export interface ComingEvents {
  "account-progress": SyncProgress;
}

export const COMING: readonly (keyof ComingApi)[] = [
  "import_collection",
  "self_listed",
  "remove_self_listed",
  "accounts",
  "begin_account",
  "connect_account",
  "sync_account",
  "disconnect_account",
  "read_offer",
  "accept_offer",
];
