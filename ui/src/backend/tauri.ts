/** The real backend: one command of the Rust program, and its events. */
import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen, type EventCallback } from "@tauri-apps/api/event";

import type { Backend, Command, ImportProgress, Request, Response, Unlisten } from "./types.ts";

function subscribe<T>(event: string, listener: EventCallback<T>): Unlisten {
  const listening = listen<T>(event, listener);
  return () => void listening.then((unlisten) => unlisten());
}

export const backend: Backend = {
  call<C extends Command>(command: C, request: Request<C>): Promise<Response<C>> {
    return invoke<Response<C>>("call", { command, request });
  },
  onImportProgress: (listener) =>
    subscribe<ImportProgress>("import-progress", ({ payload }) => {
      listener(payload);
    }),
  onDropHover: (listener) =>
    subscribe<{ over: boolean }>("drop-hover", ({ payload }) => {
      listener(payload.over);
    }),
  artUrl: (digest) => convertFileSrc(digest, "art"),
  takesDrops: true,
};
