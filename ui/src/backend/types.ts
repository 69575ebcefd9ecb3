/** The one seam between the window and what is behind it: the commands, their requests and responses. */
import type { ApiError } from "../bindings/ApiError.ts";
import type { AppInfo } from "../bindings/AppInfo.ts";
import type { BadgeDetail } from "../bindings/BadgeDetail.ts";
import type { BadgeId } from "../bindings/BadgeId.ts";
import type { BadgePage } from "../bindings/BadgePage.ts";
import type { CheckedBadge } from "../bindings/CheckedBadge.ts";
import type { ImportProgress } from "../bindings/ImportProgress.ts";
import type { ListRequest } from "../bindings/ListRequest.ts";
import type { Settings } from "../bindings/Settings.ts";
import type { DownloadFormat } from "../bindings/DownloadFormat.ts";
import type { ShareSheet } from "../bindings/ShareSheet.ts";

export type { AlignmentCard } from "../bindings/AlignmentCard.ts";
export type { ApiError } from "../bindings/ApiError.ts";
export type { AppInfo } from "../bindings/AppInfo.ts";
export type { ArtifactView } from "../bindings/ArtifactView.ts";
export type { BadgeCard } from "../bindings/BadgeCard.ts";
export type { BadgeDetail } from "../bindings/BadgeDetail.ts";
export type { BadgeId } from "../bindings/BadgeId.ts";
export type { BadgePage } from "../bindings/BadgePage.ts";
export type { BadgeSummary } from "../bindings/BadgeSummary.ts";
export type { CheckedBadge } from "../bindings/CheckedBadge.ts";
export type { CheckView } from "../bindings/CheckView.ts";
export type { Counts } from "../bindings/Counts.ts";
export type { Download } from "../bindings/Download.ts";
export type { DownloadFormat } from "../bindings/DownloadFormat.ts";
export type { Embed } from "../bindings/Embed.ts";
export type { EvidenceCard } from "../bindings/EvidenceCard.ts";
export type { ImportLine } from "../bindings/ImportLine.ts";
export type { ImportProgress } from "../bindings/ImportProgress.ts";
export type { ListRequest } from "../bindings/ListRequest.ts";
export type { ReportView } from "../bindings/ReportView.ts";
export type { Settings } from "../bindings/Settings.ts";
export type { ShareSheet } from "../bindings/ShareSheet.ts";
export type { VerdictAt } from "../bindings/VerdictAt.ts";

/** A file as an `<input type=file>`, a drop or the clipboard gives it. */
export interface FileContent {
  name: string;
  base64: string;
}

/** What checking one file without keeping it found. */
export interface CheckedFile {
  source: string;
  result: CheckedBadge | ApiError;
}

type Nothing = Record<string, never>;
type Started = { import: number };

/** Each command with its request and its response. */
export interface Api {
  app_info: [Nothing, AppInfo];
  list_badges: [ListRequest, BadgePage];
  open_badge: [{ id: BadgeId }, BadgeDetail];
  verify_badge: [{ id: BadgeId }, BadgeDetail];
  import_text: [{ text: string }, Started];
  import_files: [{ files: FileContent[] }, Started];
  choose_files: [{ keep: boolean }, Started | null];
  import_samples: [Nothing, Started];
  check_text: [{ text: string }, CheckedBadge[]];
  check_files: [{ files: FileContent[] }, CheckedFile[]];
  remove_badges: [{ ids: BadgeId[] }, { token: number; removed: number }];
  restore_badges: [{ token: number }, { restored: number }];
  share_badge: [{ id: BadgeId; verified_statement: boolean }, ShareSheet];
  save_badge: [{ id: BadgeId; format: DownloadFormat }, { path: string } | null];
  open_link: [{ url: string }, Nothing];
  copy_text: [{ text: string }, Nothing];
  save_settings: [Settings, Settings];
}

export type Command = keyof Api;
export type Request<C extends Command> = Api[C][0];
export type Response<C extends Command> = Api[C][1];

/** Stops listening. */
export type Unlisten = () => void;

/** What is behind the window: the Rust program, or a made-up one in the browser. */
export interface Backend {
  /** Asks for something; rejects with an `ApiError`. */
  call<C extends Command>(command: C, request: Request<C>): Promise<Response<C>>;
  /** Tells how far imports are, whoever started them. */
  onImportProgress(listener: (progress: ImportProgress) => void): Unlisten;
  /** Tells whether files are held over the window. */
  onDropHover(listener: (over: boolean) => void): Unlisten;
  /** Where the art with this digest is loaded from. */
  artUrl(digest: string): string;
  /** Whether the shell takes dropped files itself (then the page leaves them alone). */
  readonly takesDrops: boolean;
}

/** Whether this came from a command as an error that can be shown. */
export function isApiError(error: unknown): error is ApiError {
  return typeof error === "object" && error !== null && "code" in error && "message" in error && "hint" in error;
}

/** Any failure as something that can be shown. */
export function toApiError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  return { code: "app.unexpected", message: error instanceof Error ? error.message : String(error), hint: "" };
}
