import type { Field } from "./Field";
export type LinkedIn = { url: string, fields: Array<Field>, };
