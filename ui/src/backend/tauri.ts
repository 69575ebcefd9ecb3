/** The real backend: one command of the Rust program, and its events. */
import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Backend, Command, Events, Request, Response, Unlisten } from "./types.ts";

function subscribe<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): Unlisten {
  const listening = listen<Events[E]>(event, ({ payload }) => {
    listener(payload);
  });
  return () => void listening.then((unlisten) => unlisten());
}

export const backend: Backend = {
  call<C extends Command>(command: C, request: Request<C>): Promise<Response<C>> {
    return invoke<Response<C>>("call", { command, request });
  },
  onImportProgress: (listener) => subscribe("import-progress", listener),
  onDropHover: (listener) =>
    subscribe("drop-hover", ({ over }) => {
      listener(over);
    }),
  artUrl: (digest) => convertFileSrc(digest, "art"),
  takesDrops: true,
};
