/** Puts the colours of `appearance` on the page; `system` follows the system as it changes. */
export function followTheme(appearance: () => string): void {
  $effect(() => {
    const chosen = appearance();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      const isDark = chosen === "dark" || (chosen !== "light" && dark.matches);
      document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
    };
    apply();
    dark.addEventListener("change", apply);
    return () => {
      dark.removeEventListener("change", apply);
    };
  });
}
