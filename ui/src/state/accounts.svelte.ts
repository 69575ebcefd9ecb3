import { SvelteMap } from "svelte/reactivity";

import { toApiError, type AccountProgress, type AccountView, type ApiError, type Backend, type Connecting, type Disconnected, type SyncSummary } from "../backend/types.ts";

/** The hosts that badges are fetched from, and what is being done with each. */
export class Accounts {
  list = $state.raw<AccountView[]>([]);
  error = $state.raw<ApiError | null>(null);
  /** The host that was found, and waits for a yes. */
  host = $state.raw<Connecting | null>(null);
  busy = $state<"looking" | "connecting" | null>(null);
  /** What came so far, by account that is being read. */
  readonly syncing = new SvelteMap<number, AccountProgress>();
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    backend.onAccountProgress((progress) => {
      if (this.syncing.has(progress.account)) this.syncing.set(progress.account, progress);
    });
  }

  async refresh(): Promise<void> {
    await this.#try(async () => {
      this.list = await this.#backend.call("accounts", {});
    });
  }

  /** Finds out what speaks at an address; nothing is opened yet. */
  async look(address: string): Promise<void> {
    this.busy = "looking";
    this.host = null;
    this.host = await this.#try(() => this.#backend.call("begin_account", { text: address }));
    this.busy = null;
  }

  /** Opens the browser, and waits until the person has signed in there. */
  async connect(): Promise<AccountView | null> {
    const host = this.host;
    if (host === null) return null;
    this.busy = "connecting";
    const account = await this.#try(() => this.#backend.call("connect_account", { connecting: host.connecting }));
    this.busy = null;
    if (account !== null) {
      this.host = null;
      await this.refresh();
    }
    return account;
  }

  async sync(id: number): Promise<SyncSummary | null> {
    this.syncing.set(id, { account: id, received: 0, total: null });
    const summary = await this.#try(() => this.#backend.call("sync_account", { id }));
    this.syncing.delete(id);
    if (summary !== null) await this.refresh();
    if (summary?.error) this.error = summary.error;
    return summary;
  }

  async disconnect(id: number): Promise<Disconnected | null> {
    const disconnected = await this.#try(() => this.#backend.call("disconnect_account", { id }));
    if (disconnected !== null) await this.refresh();
    return disconnected;
  }

  async #try<T>(action: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await action();
      this.error = null;
      return answer;
    } catch (error) {
      this.error = toApiError(error);
      return null;
    }
  }
}
