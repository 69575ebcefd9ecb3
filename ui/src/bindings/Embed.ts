import type { EmbedFormat } from "./EmbedFormat";
export type Embed = { format: EmbedFormat, text: string, note: string | null, };
