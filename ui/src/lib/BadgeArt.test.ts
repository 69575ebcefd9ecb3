import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";

import BadgeArt from "./BadgeArt.svelte";

it("shows the art as an image", () => {
  const { container } = render(BadgeArt, { src: "data:image/png;base64,AA==", name: "Rust Basics", alt: "Art" });
  expect(container.querySelector("img")?.getAttribute("src")).toBe("data:image/png;base64,AA==");
});

it("draws a stand-in where there is no art, named like it", () => {
  render(BadgeArt, { src: null, name: "Rust Basics", alt: "Art of Rust Basics" });
  expect(screen.getByRole("img", { name: "Art of Rust Basics" }).textContent).toContain("RB");
});

it("draws a stand-in for art that does not load, and tries again with other art", async () => {
  const { container, rerender } = render(BadgeArt, { src: "art://localhost/1", name: "Rust Basics" });
  const image = container.querySelector("img");
  expect(image).not.toBeNull();
  if (image !== null) await fireEvent.error(image);
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).toContain("RB");
  await rerender({ src: "art://localhost/2", name: "Rust Basics" });
  expect(container.querySelector("img")?.getAttribute("src")).toBe("art://localhost/2");
});
