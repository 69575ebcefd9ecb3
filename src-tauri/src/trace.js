// Only where LAPEL_TRACE_START is set: tells, by the page's title, when the first page is on the screen, and when its
// stages were reached (in milliseconds since 1970).
(() => {
  const cells = () => document.querySelectorAll("[data-painted-when]");
  const inView = (element) => {
    const box = element.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  };
  const painted = () => {
    const art = [...cells()].flatMap((cell) => [...cell.querySelectorAll("img")]).filter(inView);
    return cells().length > 0 && art.every((image) => image.complete && image.naturalWidth > 0);
  };
  let firstCell = 0;
  const stages = () => {
    const [page] = performance.getEntriesByType("navigation");
    const art = performance.getEntriesByType("resource").filter((entry) => entry.initiatorType === "img");
    const reached = [
      ["page asked for", 0],
      ["page there", page?.responseEnd],
      ["page parsed", page?.domInteractive],
      ["scripts run", page?.domContentLoadedEventEnd],
      ["art asked for", Math.min(...art.map((entry) => entry.startTime))],
      ["art there", Math.max(...art.map((entry) => entry.responseEnd))],
      ["cells there", firstCell],
      ["painted", performance.now()],
    ];
    return reached.filter(([, at]) => Number.isFinite(at)).map(([stage, at]) => [stage, performance.timeOrigin + at]);
  };
  const look = () => {
    if (cells().length > 0) firstCell ||= performance.now();
    if (!painted()) return requestAnimationFrame(look);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => (document.title = `painted:${cells().length} ${JSON.stringify(stages())}`)),
    );
  };
  requestAnimationFrame(look);
})();
