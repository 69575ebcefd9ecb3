/** The one seam between the window and what is behind it: the commands, their requests and responses. */
import type { Api } from "../bindings/Api.ts";
import type { ApiError } from "../bindings/ApiError.ts";
import type { Events } from "../bindings/Events.ts";

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
export type { AssociationCard } from "../bindings/AssociationCard.ts";
export type { ClaimCard } from "../bindings/ClaimCard.ts";
export type { IdentifierCard } from "../bindings/IdentifierCard.ts";
export type { LevelCard } from "../bindings/LevelCard.ts";
export type { ResultCard } from "../bindings/ResultCard.ts";
export type { ContrastView } from "../bindings/ContrastView.ts";
export type { Choice } from "../bindings/Choice.ts";
export type { Counts } from "../bindings/Counts.ts";
export type { CvFormat } from "../bindings/CvFormat.ts";
export type { CvOptions } from "../bindings/CvOptions.ts";
export type { CvStyle } from "../bindings/CvStyle.ts";
export type { Download } from "../bindings/Download.ts";
export type { DownloadFormat } from "../bindings/DownloadFormat.ts";
export type { EmbedFormat } from "../bindings/EmbedFormat.ts";
export type { EmbeddedView } from "../bindings/EmbeddedView.ts";
export type { Embed } from "../bindings/Embed.ts";
export type { EvidenceCard } from "../bindings/EvidenceCard.ts";
export type { FileContent } from "../bindings/FileContent.ts";
export type { FailureGroup } from "../bindings/FailureGroup.ts";
export type { Grouping } from "../bindings/Grouping.ts";
export type { ImportState } from "../bindings/ImportState.ts";
export type { LeftOut } from "../bindings/LeftOut.ts";
export type { LinkOffered } from "../bindings/LinkOffered.ts";
export type { NewShare } from "../bindings/NewShare.ts";
export type { NotValid } from "../bindings/NotValid.ts";
export type { WatchedFolder } from "../bindings/WatchedFolder.ts";
export type { AccountProgress } from "../bindings/AccountProgress.ts";
export type { AccountView } from "../bindings/AccountView.ts";
export type { Api } from "../bindings/Api.ts";
export type { Connecting } from "../bindings/Connecting.ts";
export type { Disconnected } from "../bindings/Disconnected.ts";
export type { Events } from "../bindings/Events.ts";
export type { ImportCounts } from "../bindings/ImportCounts.ts";
export type { ImportLine } from "../bindings/ImportLine.ts";
export type { ImportLinesPage } from "../bindings/ImportLinesPage.ts";
export type { ImportProgress } from "../bindings/ImportProgress.ts";
export type { ImportReport } from "../bindings/ImportReport.ts";
export type { OfferSummary } from "../bindings/OfferSummary.ts";
export type { OfferView } from "../bindings/OfferView.ts";
export type { SavedDocument } from "../bindings/SavedDocument.ts";
export type { SelfListedView } from "../bindings/SelfListedView.ts";
export type { SyncSummary } from "../bindings/SyncSummary.ts";
export type { ListRequest } from "../bindings/ListRequest.ts";
export type { Preview } from "../bindings/Preview.ts";
export type { ReportView } from "../bindings/ReportView.ts";
export type { Settings } from "../bindings/Settings.ts";
export type { Leaving } from "../bindings/Leaving.ts";
export type { LinkedIn } from "../bindings/LinkedIn.ts";
export type { Network } from "../bindings/Network.ts";
export type { PageAnswer } from "../bindings/PageAnswer.ts";
export type { Post } from "../bindings/Post.ts";
export type { ShareFile } from "../bindings/ShareFile.ts";
export type { ShareOptions } from "../bindings/ShareOptions.ts";
export type { ShareSheet } from "../bindings/ShareSheet.ts";
export type { ShareView } from "../bindings/ShareView.ts";
export type { Target } from "../bindings/Target.ts";
export type { Theme } from "../bindings/Theme.ts";
export type { VerdictAt } from "../bindings/VerdictAt.ts";

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
  onImportProgress(listener: (progress: Events["import-progress"]) => void): Unlisten;
  /** Tells whether files are held over the window. */
  onDropHover(listener: (over: boolean) => void): Unlisten;
  /** Tells of files that the shell took, by the number to ask for them by. */
  onDropped(listener: (drop: Events["dropped"]["drop"]) => void): Unlisten;
  /** Tells of links from outside: what each offers, or why it was refused. */
  onLinkOffered(listener: (offered: Events["link-offered"]) => void): Unlisten;
  onLinkRefused(listener: (error: Events["link-refused"]) => void): Unlisten;
  /** Tells how far the syncing of an account is. */
  onAccountProgress(listener: (progress: Events["account-progress"]) => void): Unlisten;
  /** Where the art with this digest is loaded from. */
  artUrl(digest: string): string;
  /** Where the frame of a preview finds the page at `path`. */
  previewUrl(path: string): string;
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
