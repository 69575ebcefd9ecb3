/** The real backend: one command of the Rust program, and its events. */
import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import { Beginning } from "./beginning.ts";
import type { Backend, Command, Events, Request, Response, Unlisten } from "./types.ts";

function subscribe<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): Unlisten {
  const listening = listen<Events[E]>(event, ({ payload }) => {
    listener(payload);
  });
  return () => void listening.then((unlisten) => unlisten());
}

const beginning = new Beginning(document);

export const backend: Backend = {
  call<C extends Command>(command: C, request: Request<C>): Promise<Response<C>> {
    const answer = beginning.take(command, request);
    return answer === null ? invoke<Response<C>>("call", { command, request }) : Promise.resolve(answer.response);
  },
  onImportProgress: (listener) => subscribe("import-progress", listener),
  onDropHover: (listener) =>
    subscribe("drop-hover", ({ over }) => {
      listener(over);
    }),
  onDropped: (listener) =>
    subscribe("dropped", ({ drop }) => {
      listener(drop);
    }),
  onLinkOffered: (listener) => subscribe("link-offered", listener),
  onLinkRefused: (listener) => subscribe("link-refused", listener),
  onAccountProgress: (listener) => subscribe("account-progress", listener),
  artUrl: (digest) => convertFileSrc(digest, "art"),
  // The path has its own slashes.
  previewUrl: (path) => convertFileSrc("", "preview") + path,
  takesDrops: true,
};
