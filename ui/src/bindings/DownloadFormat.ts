export type DownloadFormat = "original" | "png" | "svg" | "json" | "jwt";
