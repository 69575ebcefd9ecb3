import type { DownloadFormat } from "./DownloadFormat";
export type Download = { format: DownloadFormat, file_name: string, available: boolean, note: string, };
