import { toApiError, type ApiError, type Backend, type SelfListedView } from "../backend/types.ts";

/** Achievements whose pages carry no proof. */
export class Shelf {
  list = $state.raw<SelfListedView[]>([]);
  error = $state.raw<ApiError | null>(null);
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async refresh(): Promise<void> {
    try {
      this.list = await this.#backend.call("self_listed", {});
      this.error = null;
    } catch (error) {
      this.error = toApiError(error);
    }
  }

  async remove(id: number): Promise<void> {
    await this.#backend.call("remove_self_listed", { id });
    this.list = this.list.filter((one) => one.id !== id);
  }
}
