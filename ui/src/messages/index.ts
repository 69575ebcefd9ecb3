import { en, type Messages } from "./en.ts";

/** The messages of the chosen language; English is the only one yet. */
export const m: Messages = en;
