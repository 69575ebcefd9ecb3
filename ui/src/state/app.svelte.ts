import { getContext, setContext } from "svelte";

import { toApiError, type ApiError, type AppInfo, type Backend, type BadgeId, type FileContent, type LinkOffered, type Settings } from "../backend/types.ts";
import { m } from "../messages/index.ts";
import { Accounts } from "./accounts.svelte.ts";
import { Folders } from "./folders.svelte.ts";
import { Imports, type ImportJob, type Outcome } from "./imports.svelte.ts";
import { Notices } from "./notices.svelte.ts";
import { OpenBadge } from "./open-badge.svelte.ts";
import { Shelf } from "./shelf.svelte.ts";
import { Wall, type View } from "./wall.svelte.ts";

/** What fills the window. */
export type Page = { name: "wall" } | { name: "badge"; badge: OpenBadge; place: number | null } | { name: "check" } | { name: "shelf" } | { name: "accounts" };

/** What stands over the page. */
export type Dialog =
  | { name: "add" }
  | { name: "settings" }
  | { name: "share"; badge: OpenBadge }
  | { name: "present"; ids: BadgeId[] }
  | { name: "cv"; badges: { id: BadgeId; name: string }[] }
  | { name: "portfolio"; badges: { id: BadgeId; name: string }[] }
  | { name: "shares" }
  | { name: "link"; url: string }
  | { name: "offered"; offered: LinkOffered }
  | { name: "import"; job: ImportJob; outcome: Outcome | null };

/** What was dropped on the window: on the page itself, or taken by the shell. */
export type Dropped = { files: File[] } | { text: string } | { drop: number };

const VIEW_KEY = "lapel.view";

/** The window's state: what is shown, and what people may do anywhere. */
export class App {
  readonly backend: Backend;
  readonly notices = new Notices();
  readonly wall: Wall;
  readonly imports: Imports;
  readonly shelf: Shelf;
  readonly accounts: Accounts;
  readonly folders: Folders;
  info = $state.raw<AppInfo | null>(null);
  startError = $state.raw<ApiError | null>(null);
  page = $state.raw<Page>({ name: "wall" });
  dialogs = $state.raw<Dialog[]>([]);
  view = $state<View>(localStorage.getItem(VIEW_KEY) === "list" ? "list" : "grid");
  sidebarOpen = $state(false);
  dropping = $state(false);
  /** Takes what is dropped, where the page has its own use for it. */
  onDrop: ((what: Dropped) => void) | null = null;

  constructor(backend: Backend) {
    this.backend = backend;
    this.wall = new Wall(backend);
    this.imports = new Imports(backend);
    this.shelf = new Shelf(backend);
    this.accounts = new Accounts(backend);
    this.folders = new Folders(backend);
    this.imports.onChange = () => void this.wall.refresh();
    this.imports.onFinish = (job) => {
      this.notices.announce(m.imports.summary(job.counts));
      if (job.counts.self_listed > 0) void this.shelf.refresh();
    };
    backend.onLinkOffered((offered) => {
      this.openDialog({ name: "offered", offered });
    });
    backend.onLinkRefused((error) => {
      this.notices.fail(error);
    });
    backend.onDropped((drop) => {
      void this.take({ drop });
    });
    backend.onDropHover((over) => {
      this.dropping = over;
    });
  }

  async start(): Promise<void> {
    this.startError = null;
    try {
      const [info] = await Promise.all([this.backend.call("app_info", {}), this.wall.refresh()]);
      this.info = info;
    } catch (error) {
      this.startError = toApiError(error);
      return;
    }
    void this.shelf.refresh();
    await this.#try(() => this.imports.resume());
  }

  get settings(): Settings | null {
    return this.info?.settings ?? null;
  }

  async saveSettings(settings: Settings): Promise<void> {
    const error = await this.trySettings(settings);
    if (error !== null) this.notices.fail(error);
  }

  /** Saves the settings, for who says beside the field why they were refused. */
  async trySettings(settings: Settings): Promise<ApiError | null> {
    if (this.info === null) return null;
    try {
      const saved = await this.backend.call("save_settings", settings);
      this.info = { ...this.info, settings: saved };
      return null;
    } catch (error) {
      return toApiError(error);
    }
  }

  setView(view: View): void {
    this.view = view;
    localStorage.setItem(VIEW_KEY, view);
  }

  // Going places.

  showWall(): void {
    this.page = { name: "wall" };
  }

  /** One step back: out of what was opened inside a badge, else to the wall. */
  back(): void {
    if (this.page.name === "badge" && this.page.badge.inside.leave()) return;
    this.showWall();
  }

  showCheck(): void {
    this.page = { name: "check" };
    this.sidebarOpen = false;
  }

  showShelf(): void {
    this.page = { name: "shelf" };
    this.sidebarOpen = false;
    void this.shelf.refresh();
  }

  showAccounts(): void {
    this.page = { name: "accounts" };
    this.sidebarOpen = false;
    void this.accounts.refresh();
  }

  openBadge(id: BadgeId, place: number | null): void {
    const badge = new OpenBadge(this.backend, id);
    this.page = { name: "badge", badge, place };
    void badge.load();
  }

  /** Opens the badge that stands `step` places on from the open one. */
  openNeighbour(step: number): void {
    if (this.page.name !== "badge") return;
    if (this.page.badge.inside.opened !== null) {
      this.page.badge.inside.walk(step);
      return;
    }
    if (this.page.place === null) return;
    const place = this.page.place + step;
    const badge = this.wall.at(place);
    if (badge === undefined) return;
    this.wall.cursor = place;
    this.wall.ensure(Math.max(0, place - 30), place + 30);
    this.openBadge(badge.id, place);
  }

  openDialog(dialog: Dialog): void {
    this.dialogs = [...this.dialogs, dialog];
  }

  closeDialog(): void {
    this.dialogs = this.dialogs.slice(0, -1);
  }

  /** Shows where a link of a badge leads; people decide. */
  followLink(url: string): void {
    this.openDialog({ name: "link", url });
  }

  // Doing things.

  async importText(text: string): Promise<boolean> {
    return this.#try(() => this.backend.call("import_text", { text }));
  }

  async importFiles(files: Iterable<File>): Promise<boolean> {
    return this.#try(async () => this.backend.call("import_files", { files: await readFiles(files) }));
  }

  /** Does with a drop what the page is for: checks it, or brings it in. Gives whether an import began. */
  async take(what: Dropped): Promise<boolean> {
    if (this.onDrop !== null && this.dialogs.length === 0) {
      this.onDrop(what);
      return false;
    }
    if ("drop" in what) return this.importDrop(what.drop, null);
    return "files" in what ? this.importFiles(what.files) : this.importText(what.text);
  }

  async importDrop(drop: number, only: number | null): Promise<boolean> {
    return this.#try(() => this.backend.call("import_drop", { drop, only }));
  }

  async pauseImport(id: number): Promise<void> {
    await this.#try(() => this.backend.call("pause_import", { import: id }));
  }

  async resumeImport(id: number): Promise<void> {
    await this.#try(() => this.backend.call("resume_import", { import: id }));
  }

  async cancelImport(id: number): Promise<void> {
    await this.#try(() => this.backend.call("cancel_import", { import: id }));
  }

  /** Keeps the badges that are not valid, or leaves them out. */
  async decide(job: ImportJob, keep: boolean, remember: boolean): Promise<void> {
    await this.#try(async () => {
      await this.backend.call("decide_import", { import: job.import, keep, remember });
      if (remember && this.info !== null) {
        this.info = { ...this.info, settings: { ...this.info.settings, not_valid: keep ? "keep" : "leave_out" } };
      }
      return job;
    });
  }

  async importList(job: ImportJob, url: string): Promise<void> {
    await this.#try(() => this.backend.call("import_list", { import: job.import, url }));
  }

  async undoImport(job: ImportJob): Promise<void> {
    await this.#try(async () => {
      const { token, removed, reverted } = await this.backend.call("undo_import", { import: job.import });
      job.state = "undone";
      const again = removed > 0 ? { label: m.wall.undo, run: () => void this.#restore(token) } : null;
      this.notices.tell(m.imports.undone(removed, reverted), again);
      this.imports.dismiss();
      if (this.page.name === "badge") this.showWall();
      await this.wall.refresh();
    });
  }

  async copyReport(job: ImportJob): Promise<void> {
    await this.#try(async () => {
      const { text } = await this.backend.call("import_report_text", { import: job.import });
      await this.copy(text, m.imports.report);
    });
  }

  async importClipboard(): Promise<boolean> {
    return this.#try(() => this.backend.call("import_clipboard", {}));
  }

  async takeLink(offer: number): Promise<void> {
    await this.#try(() => this.backend.call("take_link", { offer }));
  }

  async chooseFolder(): Promise<boolean> {
    return this.#try(() => this.backend.call("choose_folder", {}));
  }

  async chooseFiles(): Promise<boolean> {
    return this.#try(() => this.backend.call("choose_files", {}));
  }

  async importSamples(): Promise<boolean> {
    return this.#try(() => this.backend.call("import_samples", {}));
  }

  async removeBadges(ids: BadgeId[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#try(async () => {
      const { token, removed } = await this.wall.remove(ids);
      this.notices.tell(m.wall.removed(removed), {
        label: m.wall.undo,
        run: () => void this.#restore(token),
      });
      return token;
    });
  }

  async openLink(url: string): Promise<void> {
    await this.#try(() => this.backend.call("open_link", { url }));
  }

  /** Copies `text`, and says that `what` was copied. Gives whether it was. */
  async copy(text: string, what: string): Promise<boolean> {
    return this.#try(async () => {
      await this.backend.call("copy_text", { text });
      this.notices.tell(m.app.copiedWhat(what));
      return true;
    });
  }

  async #restore(token: number): Promise<void> {
    await this.#try(async () => {
      const restored = await this.wall.restore(token);
      this.notices.tell(m.wall.restored(restored));
      return restored;
    });
  }

  async #try(action: () => Promise<unknown>): Promise<boolean> {
    try {
      return (await action()) !== null;
    } catch (error) {
      this.notices.fail(error);
      return false;
    }
  }
}

/** Files as they go through the seam. */
export function readFiles(files: Iterable<File>): Promise<FileContent[]> {
  return Promise.all(Array.from(files, async (file) => ({ name: file.name, base64: await base64(file) })));
}

function base64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const url = String(reader.result);
      resolve(url.slice(url.indexOf(",") + 1));
    };
    reader.onerror = () => {
      reject(reader.error ?? new Error(file.type));
    };
    reader.readAsDataURL(file);
  });
}

const KEY = Symbol("app");

export function provideApp(app: App): App {
  return setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}
