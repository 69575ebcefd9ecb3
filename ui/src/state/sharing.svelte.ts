/** What a share sheet shows of one badge, by what the person chose; each change asks for the sheet again. */
import { toApiError, type ApiError, type BadgeId, type DownloadFormat, type PageAnswer, type ShareFile, type ShareOptions, type ShareSheet, type Target } from "../backend/types.ts";
import { m } from "../messages/index.ts";
import type { App } from "./app.svelte.ts";

/** How long to wait for more before what is typed is asked about. */
const TYPING = 250;

export class Sharing {
  sheet = $state.raw<ShareSheet | null>(null);
  error = $state.raw<ApiError | null>(null);
  options = $state.raw<ShareOptions>({
    say_verified: false,
    theme: "automatic",
    picture_inside: false,
    page: null,
    leave_out_id: false,
    words: null,
    mastodon: null,
    // The wallet fills this in from its settings.
    linkedin_organizations: {},
  });
  /** What became of the page, once it was asked for. */
  answer = $state.raw<PageAnswer | null>(null);
  asking = $state(false);
  /** Where the self-verifying page was saved, or why it was not. */
  pageSaved = $state.raw<string | null>(null);
  pageError = $state.raw<ApiError | null>(null);
  makingPage = $state(false);

  /** Whether LinkedIn's values have left since the sheet was opened. */
  private linkedinNoted = false;
  private asked = 0;
  private typing: ReturnType<typeof setTimeout> | undefined;

  private readonly app: App;
  private readonly id: BadgeId;

  constructor(app: App, id: BadgeId) {
    this.app = app;
    this.id = id;
    void this.refresh();
  }

  /** What leaves one way. */
  leaving(target: Target): ShareSheet["leaving"][number] | undefined {
    return this.sheet?.leaving.find((one) => one.target === target);
  }

  change(part: Partial<ShareOptions>): void {
    this.options = { ...this.options, ...part };
    if ("page" in part) this.answer = null;
    void this.refresh();
  }

  /** The same for what is being typed. */
  type(part: Partial<ShareOptions>): void {
    this.options = { ...this.options, ...part };
    if ("page" in part) this.answer = null;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.refresh(), TYPING);
  }

  async refresh(): Promise<void> {
    const mine = ++this.asked;
    try {
      const sheet = await this.app.backend.call("share_badge", { id: this.id, options: this.options });
      if (mine === this.asked) this.sheet = sheet;
    } catch (reason) {
      if (mine === this.asked) this.error = toApiError(reason);
    }
  }

  async checkPage(url: string): Promise<void> {
    this.asking = true;
    try {
      this.answer = await this.app.backend.call("check_page", { url });
    } catch (reason) {
      this.app.notices.fail(reason);
    } finally {
      this.asking = false;
    }
  }

  async save(format: DownloadFormat, size: number | null): Promise<void> {
    await this.told(format, "files", () => this.app.backend.call("save_badge", { id: this.id, format, size }));
  }

  async saveShare(what: ShareFile): Promise<void> {
    const target = what === "signature_mail" ? "signature" : "link";
    await this.told(what, target, () => this.app.backend.call("save_share", { id: this.id, what, options: this.options }));
  }

  async savePage(): Promise<void> {
    this.makingPage = true;
    this.pageError = null;
    try {
      const saved = await this.app.backend.call("save_page", { id: this.id });
      if (saved !== null) {
        this.pageSaved = saved.path;
        this.app.notices.announce(m.share.saved(saved.path));
        await this.note("page", saved.path, "page");
      }
    } catch (reason) {
      this.pageError = toApiError(reason);
    } finally {
      this.makingPage = false;
    }
  }

  /** Opens a form of another site, and writes down that it was. */
  open(url: string, target: Target, place: string | null): void {
    void this.note(target, place, target);
    void this.app.openLink(url);
  }

  /** Writes down that LinkedIn's values were copied: once, since its form is filled in field by field. */
  copiedForLinkedIn(): void {
    if (!this.linkedinNoted) void this.note("linkedin", null, "linkedin");
  }

  /** Writes down what left, in which form and where to, with which personal data. */
  async note(form: string, place: string | null, target: Target): Promise<void> {
    if (target === "linkedin") this.linkedinNoted = true;
    const personal = this.leaving(target)?.personal.map((piece) => piece.what) ?? [];
    try {
      await this.app.backend.call("note_share", { target: form, place, badges: [this.id], personal: [...new Set(personal)] });
    } catch (reason) {
      this.app.notices.fail(reason);
    }
  }

  private async told(form: string, target: Target, save: () => Promise<{ path: string } | null>): Promise<void> {
    try {
      const saved = await save();
      if (saved === null) return;
      this.app.notices.tell(m.share.saved(saved.path));
      await this.note(form, saved.path, target);
    } catch (reason) {
      this.app.notices.fail(reason);
    }
  }
}
