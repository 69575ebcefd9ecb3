import { mount } from "svelte";

import AppWindow from "./AppWindow.svelte";
import { backend as shell } from "./backend/tauri.ts";
import type { Backend } from "./backend/types.ts";
import { m } from "./messages/index.ts";
import { App } from "./state/app.svelte.ts";
import "./styles/tokens.css";
import "./styles/base.css";

/** The Rust program; or, in a build for tests and in a plain browser while developing, the made-up one. */
async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.MODE === "fake" || (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window))) {
    const { fakeBackend, optionsFrom } = await import("./backend/fake/index.ts");
    const fake = fakeBackend(optionsFrom(location.search));
    Object.assign(window, { fake });
    return fake;
  }
  return shell;
}

/** Resolves once the styles are there: WebKit runs a module without them, and the wall would measure itself bare. */
function styled(): Promise<unknown> {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  const missing = links.filter((link) => link.sheet === null);
  return Promise.all(
    missing.map(
      (link) =>
        new Promise((resolve) => {
          link.addEventListener("load", resolve);
          link.addEventListener("error", resolve);
        }),
    ),
  );
}

const target = document.getElementById("app");
if (target !== null) {
  document.documentElement.lang = m.language;
  document.documentElement.dir = m.direction;
  const [backend] = await Promise.all([chooseBackend(), styled()]);
  const app = new App(backend);
  mount(AppWindow, { target, props: { app } });
  await app.start();
}
