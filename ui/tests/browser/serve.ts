/** Serves the build with the made-up backend to the browser specs. */
import { preview } from "vite";
import "vitest";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    address: string;
  }
}

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const server = await preview({
    mode: "fake",
    logLevel: "warn",
    build: { outDir: "dist-fake" },
    preview: { port: 0, strictPort: false, host: "127.0.0.1" },
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error("The preview server has no address.");
  project.provide("address", address);
  return () => server.close();
}
