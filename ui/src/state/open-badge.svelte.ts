import { toApiError, type ApiError, type Backend, type BadgeDetail, type BadgeId } from "../backend/types.ts";

import { Inside } from "./inside.svelte.ts";

/** A badge, opened: its detail once that has come, and its checking again. */
export class OpenBadge {
  readonly id: BadgeId;
  detail = $state.raw<BadgeDetail | null>(null);
  error = $state.raw<ApiError | null>(null);
  verifying = $state(false);
  /** Where one stands among the credentials inside it. */
  readonly inside = new Inside(() => this.detail?.report);
  #backend: Backend;

  constructor(backend: Backend, id: BadgeId) {
    this.#backend = backend;
    this.id = id;
  }

  async load(): Promise<void> {
    this.error = null;
    try {
      this.detail = await this.#backend.call("open_badge", { id: this.id });
    } catch (error) {
      this.error = toApiError(error);
    }
  }

  /** Checks again; rejects with what went wrong, and then the old report stays. */
  async verify(): Promise<BadgeDetail> {
    this.verifying = true;
    try {
      const detail = await this.#backend.call("verify_badge", { id: this.id });
      this.detail = detail;
      return detail;
    } finally {
      this.verifying = false;
    }
  }
}
