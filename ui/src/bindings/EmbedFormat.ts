export type EmbedFormat = "html" | "markdown";
